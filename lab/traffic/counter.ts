import { readFileSync } from "node:fs";
import type { Socket } from "node:net";

import type { Running } from "./packets";
import { type ConnectionCount, now, stepMilliseconds } from "./protocol";

/** Counts what arrives over connections, in steps of time. */
export class ArrivalCounter {
    private counts: ConnectionCount[] = [];
    private readonly connected = new Set<Socket>();

    /** The function to call with each number of bytes that arrived over this connection. */
    open(flow: string, socket: Socket): (bytes: number) => void {
        const count: ConnectionCount = { flow, since: now(), steps: [] };
        this.counts.push(count);
        this.connected.add(socket);
        socket.once("close", () => {
            count.until = now();
            this.connected.delete(socket);
        });
        return (bytes) => {
            const step = Math.floor(now() / stepMilliseconds);
            const last = count.steps.at(-1);
            if (last?.[0] === step) last[1] += bytes;
            else count.steps.push([step, bytes]);
        };
    }

    /** What a device sends, in whole bytes on the wire. */
    watch(flow: string, device: string): Running {
        const count: ConnectionCount = { flow, since: now(), steps: [] };
        this.counts.push(count);
        let before = sentBy(device);
        const timer = setInterval(() => {
            const sent = sentBy(device);
            count.steps.push([Math.floor(now() / stepMilliseconds), sent - before]);
            before = sent;
        }, stepMilliseconds);
        return { stop: () => clearInterval(timer) };
    }

    /** Also cuts what is still connected: the other side's end of it may have been lost on the way. */
    collect(): ConnectionCount[] {
        for (const socket of this.connected) socket.destroy();
        const collected = this.counts;
        this.counts = [];
        return collected;
    }
}

function sentBy(device: string): number {
    const line = readFileSync("/proc/net/dev", "utf8")
        .split("\n")
        .find((one) => one.trim().startsWith(`${device}:`));
    return Number(line?.trim().split(/:?\s+/)[9] ?? 0);
}
