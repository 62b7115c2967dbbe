/** The templates for continuous integration, and the commands of ours in them. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { root } from "../sandbox/places";

const folder = path.join(root, "examples/ci");

export const templates = readdirSync(folder);

export function templateText(file: string): string {
    return readFileSync(path.join(folder, file), "utf8");
}

/** Every command of ours in a template, with what the first of two runners would fill in. */
export function templateCommands(file: string): string[] {
    const filled = templateText(file)
        .replaceAll("${{ matrix.shard }}", "1/2")
        .replaceAll("$CI_NODE_INDEX/$CI_NODE_TOTAL", "1/2");
    return [...filled.matchAll(/npx routeros-s3 (.*)$/gm)].map(([, words = ""]) => words.trim());
}
