import type { Agenda } from "../agenda";
import type { Played } from "../play";

/** What the lab stands on. */
export const groundNames = ["virtual", "namespaces"] as const;
export type GroundName = (typeof groundNames)[number];

export interface Task {
    agenda: Agenda;
    lanInterface: string;
}

export interface Ground {
    name: GroundName;
    /** What a report says of it. */
    environment: [string, string][];
    /** The distance to the far end that it can give a line, in ms: none where the kernel has no netem. */
    distance: number;
    /** Plays an agenda once. Equal seeds give equal outcomes on the virtual ground. */
    play(task: Task, seed: number, progress: (text: string) => void): Promise<Played[]>;
}

/** Why there is no such ground here, in lines for a person; the command ends with 2. */
export class NoGround extends Error {
    override readonly name = "NoGround";
}
