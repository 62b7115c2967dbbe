import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { generate } from "selfsigned";

import { routerProblems } from "../../providers/routeros/configuration";
import { defaultPatience } from "../../providers/routeros/runtime/router/client";
import {
    defaultTimeoutSeconds,
    environmentName,
    failsUnreachable,
    readSettings,
} from "../../providers/routeros/runtime/router/settings";
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
            { ROUTEROS_USERNAME: "other", ROUTEROS_PASSWORD: "rotated", ROUTEROS_TIMEOUT_SECONDS: "5" },
        );
        expect(settings).toMatchObject({
            url: "https://192.168.88.1",
            username: "other",
            password: "rotated",
            timeoutSeconds: 5,
        });
    });

    test("in the environment may be an address where the stack has none, or the same, or names the device", () => {
        const environment = { ROUTEROS_URL: "https://10.0.0.1:8443/" };
        expect(read({ "routeros:url": "" }, environment).url).toBe("https://10.0.0.1:8443");
        expect(read({ "routeros:url": "https://10.0.0.1:8443" }, environment).url).toBe("https://10.0.0.1:8443");
        expect(read({ "routeros:device": "HEX0000001" }, environment)).toMatchObject({
            url: "https://10.0.0.1:8443",
            device: "HEX0000001",
        });
    });

    test("in the environment with another address than the stack's own are refused, naming both", () => {
        const text =
            /ROUTEROS_URL is https:\/\/10\.0\.0\.1:8443, .* routeros:url is https:\/\/192\.168\.88\.1\..*routeros:device.*\[settings\/contradiction\]/;
        expect(() => read({}, { ROUTEROS_URL: "https://10.0.0.1:8443/" })).toThrow(text);
        const office = {
            "routeros:connections": JSON.stringify({ office: { url: "https://a", username: "u", password: "p" } }),
        };
        expect(() => read(office, { ROUTEROS_OFFICE_URL: "https://b" }, "office")).toThrow(
            /ROUTEROS_OFFICE_URL is https:\/\/b.*routeros:connections\.office\.device.*\[settings\/contradiction\]/,
        );
    });

    test("that are missing are said at once, the password too", () => {
        const none = { "routeros:url": "", "routeros:username": "" };
        const get = (key: string) => (none as Record<string, string | undefined>)[key];
        expect(() => readSettings(get, "", {})).toThrow(
            /^routeros:url \(or ROUTEROS_URL\) is not set; routeros:username \(or ROUTEROS_USERNAME\) is not set; routeros:password \(or ROUTEROS_PASSWORD\) is not set\. /,
        );
        expect(readSettings((key) => ({ ...base, "routeros:password": "" })[key], "", {}).password).toBe("");
    });

    test("that are wrong are said with those that are missing", () => {
        const act = () =>
            read({ "routeros:url": "router", "routeros:username": "", "routeros:timeoutSeconds": "soon" });
        expect(act).toThrow(/holds "router".*username .*is not set.*holds "soon"/);
    });

    test("of a connection that is not there name the one that was probably meant", () => {
        const config = { "routeros:connections": JSON.stringify({ office: {}, cabin: {} }) };
        expect(() => read(config, {}, "offce")).toThrow(/no "offce"; did you mean "office"\?/);
        expect(() => read(config, {}, "garage")).toThrow(/no "garage"; it has office, cabin/);
        expect(() => read(config, {}, "constructor")).toThrow(/no "constructor"/);
    });

    test("say of a router that cannot be reached whether it is an error", () => {
        expect(failsUnreachable({})).toBe(false);
        expect(failsUnreachable({ ROUTEROS_UNREACHABLE: "warn" })).toBe(false);
        expect(failsUnreachable({ ROUTEROS_UNREACHABLE: "fail" })).toBe(true);
        expect(() => failsUnreachable({ ROUTEROS_UNREACHABLE: "error" })).toThrow(
            /fail or warn.*\[settings\/invalid\]/,
        );
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
        ["no address with a password", { "routeros:url": "https//admin:secret@router" }, /holds "\*\*\*@router"/],
        ["a port that is none", { "routeros:url": "https://admin:sec@ret@router:x" }, /holds "\*\*\*@router:x"/],
        ["a question", { "routeros:url": "https://192.168.88.1/?p=secret" }, /what follows the \? is too much/],
        [
            "a pin without TLS",
            {
                "routeros:url": "http://192.168.88.1",
                "routeros:allowPlaintext": "true",
                "routeros:certificateFingerprint": "ab".repeat(32),
            },
            /certificateFingerprint is set, and routeros:url is http:\/\/, .*\[settings\/invalid\]/,
        ],
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

describe("what a program tells of routeros: keys", () => {
    const whole = { "routeros:url": "https://a", "routeros:username": "u", "routeros:password": "p" };
    const problems = (config: Record<string, string>, environment: Record<string, string> = {}) =>
        routerProblems(config, () => true, environment);

    test("misspelt and missing ones at once, with what was probably meant", () => {
        const config = {
            "routeros:url": "https://a",
            "routeros:usrname": "u",
            "routeros:fingerprint": "AB",
            "aws:x": "",
        };
        expect(problems(config)).toEqual([
            "routeros:usrname is not a key of a router; did you mean routeros:username? [settings/unknown-key]",
            "routeros:fingerprint is not a key of a router; did you mean routeros:certificateFingerprint? [settings/unknown-key]",
            "routeros:username (or ROUTEROS_USERNAME) is not set [settings/missing]",
            "routeros:password (or ROUTEROS_PASSWORD) is not set [settings/missing]",
        ]);
        expect(problems({ ...whole, "routeros:zebra": "1" }, {})).toEqual([
            "routeros:zebra is not a key of a router; docs/configuration.md lists the keys [settings/unknown-key]",
        ]);
    });

    test("those of a named connection as well", () => {
        const connections = JSON.stringify({ office: { url: "https://b", user: "u" }, cabin: { url: "https://c" } });
        const found = problems({ ...whole, "routeros:connections": connections }, { ROUTEROS_OFFICE_PASSWORD: "p" });
        expect(found).toEqual([
            "routeros:connections.office.user is not a key of a router; did you mean routeros:connections.office.username? [settings/unknown-key]",
            "routeros:connections.office.username (or ROUTEROS_OFFICE_USERNAME) is not set [settings/missing]",
        ]);
    });

    test("nothing where all is well, and nothing of what only the environment may hold", () => {
        expect(problems(whole)).toEqual([]);
        expect(problems({})).toEqual([]);
    });

    test("a password in plain text beside the rest, without showing it", () => {
        const found = routerProblems({ ...whole, "routeros:usr": "x" }, () => false, {});
        expect(found.join("\n")).toMatch(/routeros:usr .*\n.*config set --secret routeros:password/);
    });
});

test("the defaults of waiting are what the router needs", () => {
    expect(defaultTimeoutSeconds).toBe(60);
    expect(defaultPatience).toEqual({ attempts: 3, pause: 1000, afterTimeout: 4000 });
    expect(defaultMaximumAge).toBe(30_000);
});
