/** Every command line that the project prints somewhere for a person to type, with where it is printed. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { root } from "../sandbox/places";

export interface PrintedCommand {
    text: string;
    /** Files, or commands whose `--help` prints it. */
    where: string[];
}

const command = /^(?:[A-Z_\d]+=\S+ )*(?:pulumi|npm|npx|aws)(?: |$)/;

/** `commands` are those of the command line whose help is read too. */
export function printedCommands(commands: readonly string[]): PrintedCommand[] {
    const found = new Map<string, Set<string>>();
    const add = (text: string, where: string) => {
        // What a line says beside the command stands behind two spaces or a comment sign.
        const line =
            text
                .trim()
                .split(/ {2,}| +# /)[0]
                ?.replace(/^\$ /, "") ?? "";
        if (command.test(line)) found.set(line, (found.get(line) ?? new Set()).add(where));
    };
    for (const file of files((name) => /\.(md|yaml)$/.test(name))) {
        const text = fs.readFileSync(path.join(root, file), "utf8");
        const blocks = [...text.matchAll(/```[^\n]*\n(.*?)```/gs)].flatMap(([, block = ""]) => block.split("\n"));
        const spans = [...text.replace(/```.*?```/gs, "").matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
        for (const line of [...blocks, ...spans]) add(line.replaceAll("\\|", "|"), file);
    }
    for (const file of files((name) => /\.(ts|mjs|cjs)$/.test(name) && !/^(tests|testing|bench)\//.test(name))) {
        const text = fs.readFileSync(path.join(root, file), "utf8").replace(/^\s*(\/\/|\*|\/\*\*).*$/gm, "");
        for (const [, span = ""] of text.matchAll(/\\?`([^`\\\n]+)\\?`/g)) add(span, file);
        for (const line of text.split("\n").filter((each) => /^\s*(npx|npm|pulumi) /.test(each))) add(line, file);
    }
    for (const name of commands) for (const line of helpOf(name).split("\n")) add(line, `routeros-s3 ${name} --help`);
    return [...found].map(([text, where]) => ({ text, where: [...where] }));
}

/** Lines of a command's help that a person can type. */
export function helpExamples(name: string): string[] {
    return [...helpOf(name).matchAll(/^ {2}(npx routeros-s3 [^#\n]*?)\s*(?:#.*)?$/gm)].map(([, line = ""]) => line);
}

function helpOf(name: string): string {
    const args = [path.join(root, "cli/routeros-s3.cjs"), ...name.split(" "), "--help"];
    return spawnSync(process.execPath, args, { encoding: "utf8" }).stdout;
}

function files(wanted: (name: string) => boolean): string[] {
    const { stdout } = spawnSync("git", ["ls-files"], { cwd: root, encoding: "utf8" });
    return stdout.split("\n").filter((name) => name !== "CHANGELOG.md" && wanted(name));
}
