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
})();
`;

it("asks one after the other, takes what is proposed, and shows no password", async () => {
    (createRequire(__filename)(path.join(root, "tools/build.cjs")) as { ensureBuilt(): void }).ensureBuilt();
    const env = { ...process.env, PROGRAM: program };
    const child = spawn("script", ["-qec", `${process.execPath} -e "$PROGRAM"`, "/dev/null"], { env });
    const answers = new Map([
        ["Address: ", "https://router"],
        ["User [pulumi]: ", ""],
        ["Password: ", "se cret"],
    ]);
    let shown = "";
    child.stdout.on("data", (text: Buffer) => {
        shown += text.toString();
        for (const [question, answer] of answers) {
            if (!shown.includes(question)) continue;
            answers.delete(question);
            child.stdin.write(`${answer}\n`);
        }
    });
    await once(child, "close");
    const [before = "", after = ""] = shown.split("took ");
    expect(JSON.parse(after)).toEqual(["https://router", "pulumi", "se cret"]);
    expect(before).toContain("https://router");
    expect(before).not.toContain("cret");
});

it("says what is missing where nobody can be asked", async () => {
    const ask = questions(true);
    expect(await ask("User", "pulumi")).toBe("pulumi");
    await expect(ask("Address")).rejects.toThrow("Address: not given, and nobody can be asked here; see --help");
});
