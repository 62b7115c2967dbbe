/** The lab's program inside the virtual machine: plays what stands in `/run/lab/task`, writes `/run/lab/result`. */
import { readFileSync, writeFileSync } from "node:fs";

import { examine } from "../net/requirements";
import { textOf } from "../report";
import type { Task } from "./ground";
import { playHere } from "./namespaces";
import { beat } from "./virtual";

async function main(): Promise<void> {
    const task = JSON.parse(readFileSync("/run/lab/task", "utf8")) as Task;
    const { missing, disciplines, kernel } = await examine();
    if (missing.length > 0) throw new Error(missing.join(" "));
    const alive = setInterval(() => process.stdout.write(`${beat}\n`), 500);
    const outcomes = await playHere(task, disciplines, (text) => process.stdout.write(`${text}\n`), 1);
    clearInterval(alive);
    writeFileSync("/run/lab/result", textOf({ kernel, seconds: process.uptime(), outcomes }));
}

main().catch((error: unknown) => {
    process.stdout.write(`${error instanceof Error ? error.message.replaceAll("\n", " ") : String(error)}\n`);
    process.exit(1);
});
