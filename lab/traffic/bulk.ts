import { randomInt } from "node:crypto";
import net from "node:net";

import type { ArrivalCounter } from "./counter";
import { receiveParts } from "./parts";
import type { PartsCount } from "./protocol";

/** The first line of each connection says what it is for. */
export interface Opening {
    flow: string;
    /** Bytes the server sends back; `-1` for as many as it can, 0 for none. */
    send: number;
    /** Bytes of each part that comes; none where what comes is no parts. */
    part?: number;
}

const block = Buffer.alloc(64 * 1024, 0x5a);
/** The command line tool asks for leave to send in portions of this size. */
const portion = 256 * 1024;
/** ms in which an upload's connections are opened. */
const startWithin = 200;

/** Receives and counts, or sends, as the opening line of each connection says. */
export function serveBulk(port: number, counter: ArrivalCounter, partsOf?: (flow: string) => PartsCount): net.Server {
    const server = net.createServer((socket) => {
        let opening: Opening | undefined;
        let head = "";
        let arrived: ((bytes: number) => void) | undefined;
        socket.on("error", () => socket.destroy());
        socket.on("data", (chunk) => {
            if (opening) {
                arrived?.(chunk.length);
                return;
            }
            head += chunk.toString("latin1");
            const end = head.indexOf("\n");
            if (end < 0) return;
            opening = JSON.parse(head.slice(0, end)) as Opening;
            if (opening.part !== undefined && partsOf) {
                arrived = receiveParts(socket, opening.part, partsOf(opening.flow), counter.open(opening.flow, socket));
                arrived(head.length - end - 1);
            } else if (opening.send === 0) {
                arrived = counter.open(opening.flow, socket);
                arrived(head.length - end - 1);
            } else if (opening.send < 0) pump(socket);
            else socket.end(Buffer.alloc(opening.send, 0x5a));
        });
    });
    server.listen({ port, host: "::", backlog: 256 });
    return server;
}

/** Opens connections that send until they are destroyed. */
export function upload(options: {
    flow: string;
    to: string;
    port: number;
    connections: number;
    limit?: number;
}): net.Socket[] {
    const leave = options.limit === undefined ? undefined : new TokenBucket(options.limit / 8);
    return connect(options, 0, (socket) => pump(socket, leave));
}

/** Opens connections that receive until they are destroyed. */
export function download(
    options: { flow: string; to: string; port: number; connections: number },
    counter: ArrivalCounter,
): net.Socket[] {
    return connect(options, -1, (socket) => {
        const arrived = counter.open(options.flow, socket);
        socket.on("data", (chunk) => arrived(chunk.length));
    });
}

function connect(
    options: { flow: string; to: string; port: number; connections: number },
    send: number,
    ready: (socket: net.Socket) => void,
): net.Socket[] {
    return Array.from({ length: options.connections }, () => {
        const socket = new net.Socket();
        socket.on("error", () => socket.destroy());
        socket.once("connect", () => {
            const opening: Opening = { flow: options.flow, send };
            socket.write(`${JSON.stringify(opening)}\n`);
            ready(socket);
        });
        // Not all at once: a program opens them as it comes to need them.
        setTimeout(() => {
            if (!socket.destroyed) socket.connect({ host: options.to, port: options.port });
        }, randomInt(startWithin));
        return socket;
    });
}

/** Writes as fast as the connection takes it, or as the bucket gives leave. */
function pump(socket: net.Socket, leave?: TokenBucket): void {
    let allowed = leave ? 0 : Infinity;
    const write = (): void => {
        while (!socket.destroyed) {
            if (allowed < block.length) {
                setTimeout(
                    () => {
                        allowed += portion;
                        write();
                    },
                    leave?.take(portion) ?? 0,
                );
                return;
            }
            allowed -= block.length;
            if (!socket.write(block)) {
                socket.once("drain", write);
                return;
            }
        }
    };
    write();
}

/** A rate for several senders: each portion says how long to wait for it, in ms. */
class TokenBucket {
    private free = performance.now();

    constructor(private readonly bytesPerSecond: number) {}

    take(bytes: number): number {
        const at = Math.max(this.free, performance.now());
        this.free = at + (bytes / this.bytesPerSecond) * 1000;
        return at - performance.now();
    }
}
