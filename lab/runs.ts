import type { Agenda } from "./agenda";
import type { Ground } from "./ground/ground";
import { merge } from "./merge";
import type { Played } from "./play";

/** Plays agendas on a ground, each as often as there are seeds, some at once where the ground's clock allows it. */
export class Runs {
    constructor(
        private readonly ground: Ground,
        private readonly options: { seeds: number; jobs: number; lan: string },
        private readonly progress: (text: string) => void,
    ) {}

    /** Medians over the seeds, agenda by agenda. */
    async play(agendas: readonly Agenda[]): Promise<Played[][]> {
        const seeds = Array.from({ length: this.options.seeds }, (_none, index) => index + 1);
        const tasks = agendas.flatMap((agenda, index) => seeds.map((seed) => ({ agenda, index, seed })));
        const runs: Played[][][] = agendas.map(() => []);
        const next = async (): Promise<void> => {
            for (let task = tasks.shift(); task; task = tasks.shift()) {
                const { agenda, index, seed } = task;
                const say = (text: string): void => this.progress(seeds.length > 1 ? `seed ${seed}, ${text}` : text);
                const outcomes = await this.ground.play({ agenda, lanInterface: this.options.lan }, seed, say);
                (runs[index] ??= [])[seed - 1] = outcomes;
            }
        };
        // Namespaces share the machine's real clock: one run at a time.
        const jobs = this.ground.name === "virtual" ? this.options.jobs : 1;
        await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, next));
        return runs.map(merge);
    }
}
