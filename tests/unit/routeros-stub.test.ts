import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { unknownValue } from "../../providers/routeros/runtime/engine/properties";
import { providerText } from "../../providers/routeros/stub";

const root = join(__dirname, "../..");
const kinds = ["AddressList", "FirewallRules", "QueueTree", "QueueType"] as const;

const run = (args: string[], cwd: string): string =>
    execFileSync(process.execPath, ["--no-warnings", ...args], { cwd, encoding: "utf8" }).trim();

const all = Object.fromEntries(kinds.map((kind) => [kind, providerText(kind)]));

describe("the text in the state", () => {
    test("is there for each kind, under 3 kB, and the same but for the kind's name", () => {
        const plain = Object.entries(all).map(([kind, text]) => text.replaceAll(`"${kind}"`, '"KIND"'));
        expect(new Set(plain).size).toBe(1);
        for (const text of Object.values(all)) expect(Buffer.byteLength(text)).toBeLessThan(3000);
    });

    test("never changes: states of every older version hold it", () => {
        const text = all["AddressList"] ?? "";
        expect(createHash("sha256").update(text).digest("hex")).toBe(
            "19f6340826988097160299ca1db63bea1d30e13e7ee682cbea161f911f99a79f",
        );
    });

    test("requires the package and the program's own build, and nothing else", () => {
        const text = all["QueueTree"] ?? "";
        expect(text.match(/require\([^)]*\)/g)).toEqual(['require("routeros-s3/runtime")', "require(built)"]);
        expect(text).not.toMatch(/password|secret|process|https?:/i);
    });

    test("knows the value that the SDK puts in for what is not known yet", () => {
        const script = `console.log(require("@pulumi/pulumi/runtime/rpc").unknownValue)`;
        expect(run(["-e", script], root)).toBe(unknownValue);
    });
});

describe("where the text finds its code", () => {
    let folder: string;
    beforeEach(() => {
        folder = realpathSync(mkdtempSync(join(tmpdir(), "stub-")));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    /** Runs the stub's `check` the way the provider's process loads it: as a module of the program's folder. */
    function check(): string {
        writeFileSync(
            join(folder, "run.js"),
            `${all["AddressList"]}
            try { console.log(exports.handler().check({}, {})); } catch (error) { console.log(error.message.split("\\n")[0]); }`,
        );
        return run(["run.js"], folder);
    }

    function runtime(path: string, code: string): void {
        mkdirSync(join(folder, path, ".."), { recursive: true });
        writeFileSync(join(folder, path), code);
    }

    const answer = (text: string): string => `exports.lifecycle = (kind) => ({ check: () => kind + " ${text}" });`;
    const inPackage = "node_modules/routeros-s3/runtime/index.js";
    const inBuild = "bin/providers/routeros/runtime/index.js";

    test("the installed package comes first", () => {
        runtime(inPackage, answer("package"));
        runtime(inBuild, answer("build"));
        expect(check()).toBe("AddressList package");
    });

    test("the program's own build where the package is not installed", () => {
        runtime(inBuild, answer("build"));
        expect(check()).toBe("AddressList build");
    });

    test("a missing build says what to run, in one line", () => {
        expect(check()).toBe("routeros-s3: not compiled; run `npm run build`");
    });

    test("a module that the package itself misses is not taken for a missing package", () => {
        runtime(inPackage, `require("something-else");`);
        runtime(inBuild, answer("build"));
        expect(check()).toBe("Cannot find module 'something-else'");
    });
});
