import type { Answer } from "../commands/protocol";
import type { Device } from "../device/device";

export interface Latency {
    requestMs: number;
    rowMs: number;
    /** A command of a script. @default 0 */
    commandMs?: number;
}

/** How slow a router is: with a latency one request of a user after another, and nobody's while a script runs. */
export class Pace {
    private readonly turns = new Map<string, Promise<void>>();
    /** A script under way (recorded of commands that block). */
    private busy: Promise<void> = Promise.resolve();

    constructor(
        private readonly device: Device,
        private readonly latency: Latency,
    ) {}

    async turn(user: string, work: () => Promise<void>): Promise<void> {
        const free = async (): Promise<void> => {
            await this.busy;
            await work();
        };
        if (this.latency.requestMs === 0) return free();
        const before = this.turns.get(user) ?? Promise.resolve();
        const mine = before.then(free);
        this.turns.set(
            user,
            mine.catch(() => undefined),
        );
        return mine;
    }

    /** When the answer may go, and whether it took longer than a session lasts. */
    spend({ rowsScanned, commands = 0, seconds = 0 }: Answer): { over: Promise<void>; tooLong: boolean } {
        const limit = this.device.behaviour.sessionSeconds * 1000;
        const { requestMs, rowMs, commandMs = 0 } = this.latency;
        const time = requestMs + rowMs * rowsScanned + commandMs * commands + seconds * 1000;
        const over =
            time > 0
                ? new Promise<void>((resolve) => void setTimeout(resolve, Math.min(time, limit)).unref())
                : Promise.resolve();
        // assumed(script-speed)
        if (commands > 0) this.busy = over;
        return { over, tooLong: time > limit };
    }
}
