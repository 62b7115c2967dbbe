import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { generate } from "selfsigned";

import { defaultPatience } from "../../providers/routeros/runtime/router/client";
import { defaultTimeoutSeconds, environmentName, readSettings } from "../../providers/routeros/runtime/router/settings";
import { defaultMaximumAge } from "../../providers/routeros/runtime/router/snapshot";

const base = { "routeros:url": "https://192.168.88.1", "routeros:username": "pulumi", "routeros:password": "secret" };
const read = (config: Record<string, string>, environment: Record<string, string> = {}, name = "") =>
    readSettings((key) => ({ ...base, ...config })[key], name, environment);

describe("settings", () => {
    test("come from the stack's configuration", () => {
        expect(read({})).toEqual({
            name: "",
            url: "https://192.168.88.1",
            username: "pulumi",
            password: "secret",
            caCertificate: undefined,
            fingerprint: undefined,
            timeoutSeconds: 60,
        });
    });

    test("in the environment win, each by itself", () => {
        const settings = read(
            {},
            { ROUTEROS_URL: "https://10.0.0.1:8443/", ROUTEROS_PASSWORD: "rotated", ROUTEROS_TIMEOUT_SECONDS: "5" },
        );
        expect(settings).toMatchObject({
            url: "https://10.0.0.1:8443",
            username: "pulumi",
            password: "rotated",
            timeoutSeconds: 5,
        });
    });

    test("of a named connection come from routeros:connections and its own variables", () => {
        const connections = JSON.stringify({
            office: { url: "https://10.0.0.2", username: "u", password: "p", timeoutSeconds: 9 },
        });
        const config = { "routeros:connections": connections };
        expect(read(config, {}, "office")).toMatchObject({ url: "https://10.0.0.2", username: "u", timeoutSeconds: 9 });
        const environment = { ROUTEROS_OFFICE_PASSWORD: "other", ROUTEROS_URL: "https://10.9.9.9" };
        expect(read(config, environment, "office")).toMatchObject({ url: "https://10.0.0.2", password: "other" });
        expect(environmentName("certificateFingerprint", "head-office")).toBe(
            "ROUTEROS_HEAD_OFFICE_CERTIFICATE_FINGERPRINT",
        );
    });

    test.each<[string, Record<string, string>, RegExp]>([
        ["plain http", { "routeros:url": "http://192.168.88.1" }, /plain text.*\[settings\/plaintext\]/],
        ["no address", { "routeros:url": "router" }, /holds "router".*\[settings\/invalid\]/],
        ["a path", { "routeros:url": "https://192.168.88.1/webfig" }, /is too much/],
        ["a password in the address", { "routeros:url": "https://a:b@192.168.88.1" }, /must not hold a user/],
        ["another scheme", { "routeros:url": "ssh://192.168.88.1" }, /must be https/],
        ["nothing set", { "routeros:url": "" }, /routeros:url \(or ROUTEROS_URL\) is not set.*\[settings\/missing\]/],
        ["no user", { "routeros:username": "" }, /routeros:username \(or ROUTEROS_USERNAME\) is not set/],
        ["a short pin", { "routeros:certificateFingerprint": "AB:CD" }, /no SHA-256 fingerprint/],
        ["a missing file", { "routeros:caCertificate": "/nowhere/ca.pem" }, /neither PEM nor a readable file: ENOENT/],
        [
            "no certificate",
            { "routeros:caCertificate": "-----BEGIN CERTIFICATE-----\nx" },
            /no certificate in PEM form/,
        ],
        ["no number", { "routeros:timeoutSeconds": "soon" }, /no number of seconds/],
        ["broken JSON", { "routeros:connections": "{" }, /no JSON object/],
    ])("%s is refused in one line", (_what, config, text) => {
        const act = () => read(config, {}, config["routeros:connections"] ? "office" : "");
        expect(act).toThrow(text);
        try {
            act();
        } catch (error) {
            expect((error as Error).message).not.toContain("\n");
            expect((error as Error).message).not.toContain("secret");
        }
    });

    test("plain http is taken where it is allowed on purpose", () => {
        const config = { "routeros:url": "http://192.168.88.1", "routeros:allowPlaintext": "true" };
        expect(read(config).url).toBe("http://192.168.88.1");
    });

    test("a pin is taken in every usual form, an authority as text and as file", async () => {
        const hex = "ab".repeat(32);
        const expected = "AB:".repeat(31) + "AB";
        for (const text of [hex, hex.toUpperCase(), expected, `SHA256:${hex}`]) {
            expect(read({ "routeros:certificateFingerprint": text }).fingerprint).toBe(expected);
        }
        const folder = mkdtempSync(join(tmpdir(), "settings-"));
        try {
            const { cert } = await generate([{ name: "commonName", value: "router" }]);
            writeFileSync(join(folder, "ca.pem"), cert);
            expect(read({ "routeros:caCertificate": cert }).caCertificate).toBe(cert);
            expect(read({ "routeros:caCertificate": join(folder, "ca.pem") }).caCertificate).toBe(cert);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});

test("the defaults of waiting are what the router needs", () => {
    expect(defaultTimeoutSeconds).toBe(60);
    expect(defaultPatience).toEqual({ attempts: 3, pause: 1000, afterTimeout: 4000 });
    expect(defaultMaximumAge).toBe(30_000);
});
