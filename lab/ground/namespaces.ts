import { sweep } from "../net/namespaces";
import { examine } from "../net/requirements";
import { play, type Played } from "../play";
import { machineOf } from "../report";
import { type Ground, NoGround, type Task } from "./ground";

/** Namespaces of this kernel, which root or a user namespace of one's own may make. */
export async function namespacesGround(): Promise<Ground> {
    const capabilities = await examine();
    if (capabilities.missing.length > 0)
        throw new NoGround(`The lab cannot run here.\n${capabilities.missing.map((line) => `  ${line}`).join("\n")}`);
    const left = await sweep();
    if (left.length > 0) process.stderr.write(`Cleared ${left.length} namespaces that a killed run had left.\n`);
    const distance = capabilities.disciplines.has("netem") ? 20 : 0;
    return {
        name: "namespaces",
        environment: machineOf(capabilities.kernel, capabilities.disciplines),
        distance,
        play: (task, _seed, progress) => playHere(task, capabilities.disciplines, progress, 3),
    };
}

/** Plays an agenda with this kernel's namespaces, whatever that kernel runs on. */
export async function playHere(
    { agenda, lanInterface }: Task,
    kernel: Awaited<ReturnType<typeof examine>>["disciplines"],
    progress: (text: string) => void,
    references: number,
): Promise<Played[]> {
    const outcomes: Played[] = [];
    for (const part of agenda)
        outcomes.push(
            await play({
                ...part,
                kernel,
                lanInterface,
                references,
                progress: (text) => progress(`${part.line.name}, ${text}`),
            }),
        );
    return outcomes;
}
