/** Questions at a terminal, which `script` gives. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";

import { questions } from "../../cli/sites/ask";
import { root } from "../../sandbox/places";

const program = `
const ask = require(${JSON.stringify(path.join(root, "bin/cli/sites/ask.js"))}).questions(false);
(async () => {
    const answers = [await ask("Address"), await ask("User", "pulumi"), await ask("Password", undefined, { hidden: true })];
    ask.close();
    console.log("took " + JSON.stringify(answers));
})().catch((error) => {
    console.log("failed: " + error.message);
    process.exitCode = 3;
});
`;

/** The program at a terminal, each question answered as it comes: what was shown, and how it ended. */
async function answered(given: Record<string, string>): Promise<{ shown: string; code: number }> {
    (createRequire(__filename)(path.join(root, "tools/build.cjs")) as { ensureBuilt(): void }).ensureBuilt();
    const env = { ...process.env, PROGRAM: program };
    const child = spawn("script", ["-qec", `${process.execPath} -e "$PROGRAM"`, "/dev/null"], { env });
    const answers = new Map(Object.entries(given));
    let shown = "";
    child.stdout.on("data", (text: Buffer) => {
        shown += text.toString();
        for (const [question, answer] of answers) {
            if (!shown.includes(question)) continue;
            answers.delete(question);
            child.stdin.write(answer);
        }
    });
    const [code] = (await once(child, "close")) as [number];
    return { shown, code };
}

it("asks one after the other, takes what is proposed, and shows no password", async () => {
    const { shown } = await answered({
        "Address: ": "https://router\n",
        "User [pulumi]: ": "\n",
        "Password: ": "se cret\n",
    });
    const [before = "", after = ""] = shown.split("took ");
    expect(JSON.parse(after)).toEqual(["https://router", "pulumi", "se cret"]);
    expect(before).toContain("https://router");
    expect(before).not.toContain("cret");
});

it.each([
    ["Ctrl-C", "\x03"],
    ["Ctrl-D", "\x04"],
])("ends at %s, as a failure that says that nothing is changed", async (_, key) => {
    const { shown, code } = await answered({ "Address: ": "https://router\n", "User [pulumi]: ": key });
    expect(shown).toContain("failed: interrupted: nothing is changed");
    expect(code).toBe(3);
});

it("says what is missing where nobody can be asked", async () => {
    const ask = questions(true);
    expect(await ask("User", "pulumi")).toBe("pulumi");
    await expect(ask("Address")).rejects.toThrow("Address: not given, and nobody can be asked here; see --help");
});
