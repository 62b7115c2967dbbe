/** How a command finds its router: options over environment over the stack's configuration. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { type RouterFlags, settingsOf } from "../../cli/router/options";

const stacks = {
    office: {
        "aws:region": { value: "eu-central-1", secret: false },
        "routeros:url": { value: "https://10.0.0.1", secret: false },
        "routeros:username": { value: "pulumi", secret: false },
        "routeros:password": { value: "hidden", secret: true },
        "routeros:connections": {
            value: JSON.stringify({ shed: { url: "https://10.0.0.9", username: "u", password: "p" } }),
            secret: true,
        },
    },
    misspelt: { "routeros:pasword": { value: "x", secret: false } },
};

let folder: string;
const before = { ...process.env };

/** A `pulumi` that answers `config --json`, as the real one does, and writes down what it was asked. */
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "router-options-"));
    fs.writeFileSync(path.join(folder, "stacks.json"), JSON.stringify(stacks));
    const script = `#!${process.execPath}
const fs = require("node:fs");
const args = process.argv.slice(2);
fs.appendFileSync(${JSON.stringify(path.join(folder, "asked"))}, args.join(" ") + "\\n");
const stack = args.includes("--stack") ? args[args.indexOf("--stack") + 1] : process.env.SELECTED;
const config = JSON.parse(fs.readFileSync(${JSON.stringify(path.join(folder, "stacks.json"))}))[stack];
if (!config) {
    console.error(stack ? "error: no stack named '" + stack + "' found" : "error: no stack selected");
    process.exit(255);
}
const hide = ([key, entry]) => [key, entry.secret && !args.includes("--show-secrets") ? { secret: true } : entry];
console.log(JSON.stringify(Object.fromEntries(Object.entries(config).map(hide))));
`;
    fs.writeFileSync(path.join(folder, "pulumi"), script, { mode: 0o755 });
    for (const name of Object.keys(process.env)) if (name.startsWith("ROUTEROS_")) delete process.env[name];
    process.env["PATH"] = `${folder}:${before["PATH"] ?? ""}`;
});
afterEach(() => {
    process.env = { ...before };
    fs.rmSync(folder, { recursive: true });
});

const asked = () =>
    fs.existsSync(path.join(folder, "asked")) ? fs.readFileSync(path.join(folder, "asked"), "utf8") : "";
const given = (flags: RouterFlags, environment: Record<string, string> = {}) => {
    Object.assign(process.env, environment);
    return settingsOf(flags);
};

it("takes all of it from the stack that is selected", async () => {
    expect(await given({}, { SELECTED: "office" })).toMatchObject({
        url: "https://10.0.0.1",
        username: "pulumi",
        password: "hidden",
    });
});

it("takes a stack by name, a connection of it, and an option over either", async () => {
    expect(await given({ stack: "office", username: "me" })).toMatchObject({ username: "me", password: "hidden" });
    expect(await given({ stack: "office", connection: "shed" })).toMatchObject({
        url: "https://10.0.0.9",
        password: "p",
    });
});

it("asks no stack where the environment or an option names a router", async () => {
    const environment = {
        SELECTED: "office",
        ROUTEROS_URL: "https://10.0.0.2",
        ROUTEROS_USERNAME: "u",
        ROUTEROS_PASSWORD: "p",
    };
    expect(await given({}, environment)).toMatchObject({ url: "https://10.0.0.2", password: "p" });
    expect(await given({ url: "https://10.0.0.3" })).toMatchObject({ url: "https://10.0.0.3", password: "p" });
    expect(asked()).toBe("");
});

it("never sends a stack's password to another router", async () => {
    await expect(given({ stack: "office", url: "https://10.0.0.2" })).rejects.toThrow(
        "the router of stack office is https://10.0.0.1, and not https://10.0.0.2; leave out --stack, or --url",
    );
    await expect(given({ url: "https://10.0.0.2", username: "u" }, { SELECTED: "office" })).rejects.toThrow(
        /routeros:password \(or ROUTEROS_PASSWORD\) is not set/,
    );
});

it.each<[string, RouterFlags, Record<string, string>, RegExp]>([
    [
        "no router at all",
        {},
        {},
        /^which router\? Give --url or --stack, or set ROUTEROS_URL; .*no stack selected; `pulumi stack select`/,
    ],
    [
        "a stack that there is not",
        { stack: "x" },
        {},
        /^the configuration of stack x cannot be read: no stack named 'x' found; `pulumi stack ls`/,
    ],
    [
        "a misspelt key",
        { stack: "misspelt" },
        {},
        /routeros:pasword is not a key of a router; did you mean routeros:password\?/,
    ],
    ["a wrong time-out", { timeout: "soon" }, { SELECTED: "office" }, /^--timeout holds "soon".* Correct it/],
])("%s ends in one line", async (_what, flags, environment, text) => {
    const error = await given(flags, environment).then(
        () => undefined,
        (reason: unknown) => reason as Error,
    );
    expect(error?.message).toMatch(text);
    expect(error?.message).not.toContain("\n");
    expect(error?.message).not.toContain("hidden");
});
