import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { ErrorCode } from "../../providers/routeros/runtime/router/errors";
import {
    classify,
    errorCodes,
    errorTable,
    masked,
    remediations,
    RouterError,
} from "../../providers/routeros/runtime/router/errors";

const root = join(__dirname, "../..");

/** Texts as routers were recorded to say them. */
const recorded: [ErrorCode, number, string][] = [
    ["login/not-permitted", 500, "not enough permissions (9)"],
    ["login/not-permitted", 500, "std failure: not allowed (9)"],
    ["login/refused", 401, "Unauthorized"],
    ["router/session-closed", 400, "Session closed"],
    ["router/duplicate", 400, "failure: already have such entry"],
    ["router/duplicate", 400, "failure: already have such name"],
    ["router/in-use", 400, "failure: group has some users"],
    ["router/unknown-parameter", 400, "unknown parameter hw-offload"],
    ["router/missing-reference", 400, "input does not match any value of interface"],
    ["router/missing-reference", 400, "ambiguous value of interface, more than one possible value matches input"],
    ["router/no-such-menu", 400, "no such command or directory (nonexistent)"],
    ["router/no-such-menu", 406, "no such command or directory (remove)"],
    ["router/gone", 400, "missing or invalid resource identifier"],
    ["router/gone", 404, "Not Found"],
    ["router/bad-value", 400, "value of priority out of range (1..8)"],
    ["router/bad-value", 400, "value of range expects range of ip addresses"],
    ["router/bad-value", 400, "invalid value for argument limit-at"],
    ["router/bad-value", 400, "failure: ports can be specified if proto is tcp,udp,udp-lite,dccp,sctp"],
    ["router/bad-value", 400, "failure: upload-max-limit less than upload-limit"],
    ["router/bad-value", 400, "missing =list="],
    ["router/refused", 400, "cannot move builtin"],
    ["router/refused", 406, "Not Acceptable"],
    ["router/failed", 500, "Internal Server Error"],
    ["router/failed", 503, ""],
];

describe("the table", () => {
    test.each(recorded)("%s is %i %j", (code, status, text) => {
        expect(classify({ status, text })).toBe(code);
    });

    test("has a recorded text for each of its entries", () => {
        for (const entry of errorTable) {
            const fits = recorded.some(([code, status, text]) => {
                const plain = text.replace(/^failure:\s*/i, "");
                return code === entry.code && (entry.status ?? status) === status && (entry.text?.test(plain) ?? true);
            });
            expect([entry.code, String(entry.text), fits]).toEqual([entry.code, String(entry.text), true]);
        }
    });
});

describe("docs/errors.md", () => {
    const page = readFileSync(join(root, "docs/errors.md"), "utf8");
    const flat = page.replace(/\s+/g, " ");

    test("has a section for each code and no other, in the order of the code", () => {
        expect([...page.matchAll(/^### (.+)$/gm)].map(([, code]) => code)).toEqual(errorCodes);
    });

    test("says what each error says to do next", () => {
        for (const text of Object.values(remediations)) expect(flat).toContain(`**Next:** ${text}.`);
    });

    test("shows the table as it is", () => {
        const rows = [...page.matchAll(/^\| (any|\d+) +\| (?:`(.+?)`|any) +\| (\S+) +\|$/gm)].map(
            ([, status, text, code]) => [
                status === "any" ? undefined : Number(status),
                text?.replaceAll("\\|", "|"),
                code,
            ],
        );
        expect(rows).toEqual(errorTable.map(({ status, text, code }) => [status, text?.source, code]));
    });
});

test("every code is used, and none is made up elsewhere", () => {
    const folder = join(root, "providers/routeros");
    const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts") && !name.endsWith("runtime/errors.ts"))
        .map((name) => readFileSync(join(folder, name), "utf8"))
        .join("\n");
    const own = errorTable.map(({ code }) => code);
    for (const code of errorCodes) expect([code, sources.includes(code) || own.includes(code)]).toEqual([code, true]);
});

describe("an error", () => {
    const error = new RouterError({
        code: "router/refused",
        summary: "PUT /queue/tree on https://192.0.2.1 was refused (400)",
        raw: "cannot\n move builtin",
        status: 400,
    });

    test("is one line with the router's text, the next action and the code", () => {
        expect(error.message).toBe(
            "PUT /queue/tree on https://192.0.2.1 was refused (400): cannot move builtin. See the router's text [router/refused]",
        );
        expect(error.raw).toBe("cannot\n move builtin");
    });

    test("takes no escape sequence, no control character and no change of direction to the terminal", () => {
        const raw = "\u001b]0;owned\u0007\u001b[2J hi\u0000 \u202eevil\u2069 \u009b31m \u001b(B done\r\n";
        const { message } = new RouterError({ code: "router/refused", summary: `row "${raw}"`, raw });
        expect(message).toBe(
            'row " hi evil 31m B done ": hi evil 31m B done . See the router\'s text [router/refused]',
        );
    });

    test("told in other words is another one; the first stays as it is", () => {
        const copy = error.retold({ message: "router/refused, as at queues" });
        expect(copy.message).toBe("router/refused, as at queues");
        expect(error.message).toContain("cannot move builtin");
        expect([copy.code, copy.raw, copy.status]).toEqual([error.code, error.raw, error.status]);
        expect(error.retold({ remediation: "Ask" }).message).toContain("builtin. Ask [router/refused]");
    });

    test("carries no stack for the engine to print", () => {
        expect(`${String(error)}: ${error.stack}`).toBe("router/refused: docs/errors.md");
    });

    test("never shows a password, in whatever form it appears", () => {
        const settings = { username: "admin", password: "pä ss/1" };
        const basic = Buffer.from("admin:pä ss/1").toString("base64");
        const text = `a pä ss/1 b ${encodeURIComponent("pä ss/1")} c ${basic}`;
        expect(masked(text, settings)).toBe("a *** b *** c ***");
        expect(masked("nothing to hide", { username: "admin", password: "" })).toBe("nothing to hide");
    });
});
