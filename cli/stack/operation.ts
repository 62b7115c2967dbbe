/** Whether `pulumi` works on a stack at the moment, as far as that shows from outside. */
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

import { askPulumi } from "./pulumi";
import type { StackState } from "./state";

/**
 * What is under way, for one line; undefined where nothing is seen. A state in a bucket of one's own shows an operation
 * only while it changes something.
 */
export async function runningOperation(
    stack: string | undefined,
    { owner, pending }: StackState,
): Promise<string | undefined> {
    if (pending.length > 0) return `${owner} has an operation under way or broken off: ${pending.join(", ")}`;
    const listed = JSON.parse(await askPulumi(["stack", "ls", "--json", "--non-interactive"], undefined, "list")) as {
        name: string;
        current?: boolean;
        updateInProgress?: boolean;
    }[];
    const own = listed.find(({ name, current }) => (stack === undefined ? current : name === stack));
    if (own?.updateInProgress) return `an update of ${owner} is under way`;
    const { url = "" } = JSON.parse(await askPulumi(["whoami", "--verbose", "--json"], undefined, "backend")) as {
        url?: string;
    };
    return url.startsWith("file://") && (await isLocked(url, owner)) ? `${owner} is locked by an operation` : undefined;
}

/** The file backend keeps a file for each lock. */
async function isLocked(url: string, owner: string): Promise<boolean> {
    const folder = url.slice("file://".length).replace(/^~/, homedir());
    const locks = path.join(folder, ".pulumi/locks/organization", owner);
    const files = await readdir(locks).catch((): string[] => []);
    return files.some((file) => file.endsWith(".json"));
}
