import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Ends a program at once and waits until it is gone, also where it has ended already. */
export async function endChild(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "close");
    child.kill("SIGKILL");
    await gone;
}
