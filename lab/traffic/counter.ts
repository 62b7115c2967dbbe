import type { Socket } from "node:net";

import { type ConnectionCount, now, stepMilliseconds } from "./protocol";

/** Counts what arrives over connections, in steps of time. */
export class ArrivalCounter {
    private counts: ConnectionCount[] = [];
    private readonly live = new Set<ConnectionCount>();

    /** The function to call with each number of bytes that arrived over this connection. */
    open(flow: string, socket: Socket): (bytes: number) => void {
        const count: ConnectionCount = { flow, since: now(), steps: [] };
        this.counts.push(count);
        this.live.add(count);
        socket.once("close", () => this.live.delete(count));
        return (bytes) => {
            const step = Math.floor(now() / stepMilliseconds);
            const last = count.steps.at(-1);
            if (last?.[0] === step) last[1] += bytes;
            else count.steps.push([step, bytes]);
        };
    }

    collect(): ConnectionCount[] {
        const collected = this.counts.map((count) => ({ ...count, steps: count.steps.slice() }));
        for (const count of this.live) count.steps.length = 0;
        this.counts = [...this.live];
        return collected;
    }
}
