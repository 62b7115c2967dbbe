import { randomInt } from "node:crypto";
import net from "node:net";

import type { Running } from "./packets";
import { now, type PartsCount } from "./protocol";

/** S3 closes a connection over which a request's body has not come for so long (its users' reports), in ms. */
const serverPatience = 20_000;
/** The command line tool's own: attempts for a part, and ms without progress before it gives one up. */
const attempts = 5;
const clientPatience = 60_000;

const block = Buffer.alloc(64 * 1024, 0x5a);

export function noParts(flow: string): PartsCount {
    return { flow, done: 0, cut: 0, abandoned: 0, wasted: 0, received: 0, losses: [] };
}

/** Receives parts of `size` bytes one after the other and answers each. Closes when one stays silent for too long. */
export function receiveParts(
    socket: net.Socket,
    size: number,
    count: PartsCount,
    arrived: (bytes: number) => void,
): (bytes: number) => void {
    let missing = size;
    let last = now();
    const watch = setInterval(() => {
        if (missing < size && now() - last > serverPatience) socket.destroy();
    }, 1000);
    socket.once("close", () => {
        clearInterval(watch);
        if (missing < size) count.losses.push([now(), size - missing]);
    });
    return (bytes) => {
        arrived(bytes);
        count.received += bytes;
        last = now();
        missing -= bytes;
        if (missing > 0) return;
        missing = size;
        socket.write("ok\n");
    };
}

/** Sends parts over each of the connections until it is stopped, as the command line tool retries them. */
export function sendParts(
    options: { flow: string; to: string; port: number; connections: number; bytes: number },
    count: PartsCount,
): Running {
    let stopped = false;
    const sockets = new Set<net.Socket>();
    const timers = new Set<NodeJS.Timeout>();
    const later = (run: () => void, ms: number): void => {
        const timer = setTimeout(() => {
            timers.delete(timer);
            run();
        }, ms);
        timers.add(timer);
    };

    /** `attempt` counts from 1 for each part. */
    function open(attempt: number): void {
        const socket = net.connect({ host: options.to, port: options.port });
        sockets.add(socket);
        let tries = attempt;
        let before = 0;
        socket.setTimeout(clientPatience, () => socket.destroy());
        socket.on("error", () => undefined);
        socket.once("connect", () => {
            socket.write(`${JSON.stringify({ flow: options.flow, send: 0, part: options.bytes })}\n`);
            before = socket.bytesWritten;
            sendPart(socket, options.bytes);
        });
        socket.on("data", () => {
            count.done++;
            tries = 1;
            before = socket.bytesWritten;
            sendPart(socket, options.bytes);
        });
        socket.once("close", () => {
            sockets.delete(socket);
            if (stopped) return;
            count.cut++;
            // What the socket still kept for itself was never sent.
            count.wasted += Math.max(0, socket.bytesWritten - before - socket.writableLength);
            if (tries === attempts) count.abandoned++;
            const next = tries === attempts ? 1 : tries + 1;
            later(() => open(next), randomInt(1000) * 2 ** (tries - 1));
        });
    }
    for (let number = 0; number < options.connections; number++) later(() => open(1), randomInt(200));
    return {
        stop: () => {
            stopped = true;
            for (const timer of timers) clearTimeout(timer);
            for (const socket of sockets) socket.resetAndDestroy();
        },
    };
}

function sendPart(socket: net.Socket, bytes: number): void {
    let left = bytes;
    const write = (): void => {
        while (left > 0 && !socket.destroyed) {
            const piece = left < block.length ? block.subarray(0, left) : block;
            left -= piece.length;
            if (!socket.write(piece)) {
                socket.once("drain", write);
                return;
            }
        }
    };
    write();
}

/** What is asked about how a line answers: a connection's opening, and a request's first byte over it. */
export function probe(
    options: { flow: string; to: string; port: number; every: number },
    into: [number, number][],
): Running {
    const sockets = new Set<net.Socket>();
    const timer = setInterval(() => {
        const began = now();
        const socket = net.connect({ host: options.to, port: options.port });
        sockets.add(socket);
        let asked = 0;
        socket.on("error", () => socket.destroy());
        socket.once("connect", () => {
            asked = now();
            into.push([began, asked - began]);
            socket.write(`${JSON.stringify({ flow: options.flow, send: 1 })}\n`);
        });
        socket.once("data", () => into.push([asked, now() - asked]));
        socket.once("close", () => sockets.delete(socket));
    }, options.every);
    return {
        stop: () => {
            clearInterval(timer);
            for (const socket of sockets) socket.destroy();
        },
    };
}
