import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { root } from "../../sandbox/places";

const folder = path.join(root, "examples/ci");

/** Every command of ours in a template, without the words that only the runner fills in. */
function commandsOf(file: string): string[] {
    const text = readFileSync(path.join(folder, file), "utf8");
    return [...text.matchAll(/npx routeros-s3 (.*)$/gm)].map(([, words = ""]) => words.trim());
}

const all = readdirSync(folder).flatMap((file) => commandsOf(file).map((command) => [file, command] as const));

it("previews on a change, brings up, checks on a schedule and updates the ranges, in each template", () => {
    for (const file of readdirSync(folder)) {
        const commands = commandsOf(file).map((command) => command.split(" ").slice(0, 2).join(" "));
        expect(commands).toEqual(["sites preview", "sites up", "sites check", "ranges update"]);
    }
});

it.each(all)("%s: `%s` is a command with these options", (_file, command) => {
    const words = command.split(" ");
    const names = words.slice(0, 2);
    const cli = path.join(root, "cli/routeros-s3.cjs");
    const { status, stdout } = spawnSync(process.execPath, [cli, ...names, "--help"], { encoding: "utf8" });
    expect(status).toBe(0);
    expect(stdout).toContain(`routeros-s3 ${names.join(" ")}`);
    for (const option of words.filter((word) => word.startsWith("--"))) expect(stdout).toContain(`${option} `);
});
