/** The article's story inside the virtual machine: reads `/run/lab/task`, writes `/run/lab/result`. */
import { readFileSync, writeFileSync } from "node:fs";

import { beat } from "../ground/virtual";
import { examine } from "../net/requirements";
import { type ArticleTask, playArticle } from "./play";

async function main(): Promise<void> {
    const task = JSON.parse(readFileSync("/run/lab/task", "utf8")) as ArticleTask;
    const { missing, disciplines } = await examine();
    if (missing.length > 0) throw new Error(missing.join(" "));
    const alive = setInterval(() => process.stdout.write(`${beat}\n`), 5000);
    const outcomes = await playArticle(task, disciplines, (text) => process.stdout.write(`${text}\n`));
    clearInterval(alive);
    writeFileSync("/run/lab/result", JSON.stringify(outcomes));
}

main().catch((error: unknown) => {
    process.stdout.write(`${error instanceof Error ? error.message.replaceAll("\n", " ") : String(error)}\n`);
    process.exit(1);
});
