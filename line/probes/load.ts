/** Another load than an upload to S3: random bytes over TCP to a listener of the user's own, as fast as the line takes them. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";

import type { Target } from "./round-trips";

/** So many connections get most of a line beside an upload's. */
const width = 4;
const patience = 5000;

export interface RunningLoad {
    /** Throws where the other end has closed every connection. */
    check(): void;
    stop(): void;
}

/** Throws where nobody listens there. */
export async function startLoad({ host, port }: Target): Promise<RunningLoad> {
    const chunk = randomBytes(64 * 1024);
    const sockets = Array.from({ length: width }, () => connect({ host, port }));
    const stop = (): void => sockets.forEach((socket) => socket.destroy());
    try {
        const signal = AbortSignal.timeout(patience);
        await Promise.all(sockets.map((socket) => once(socket, "connect", { signal })));
    } catch (error) {
        stop();
        const { code, name } = error as NodeJS.ErrnoException;
        throw new Error(
            `nobody takes a load at ${host}:${port} (${code ?? name}); there, run: nc -lk ${port} >/dev/null`,
            {
                cause: error,
            },
        );
    }
    for (const socket of sockets) send(socket, chunk);
    return {
        stop,
        check() {
            if (sockets.every(({ destroyed }) => destroyed)) {
                throw new Error(
                    `${host}:${port} closed the load's connections: something that takes whatever comes has to listen there, ` +
                        `such as nc -lk ${port} >/dev/null`,
                );
            }
        },
    };
}

function send(socket: Socket, chunk: Buffer): void {
    // A connection that ends shows in what the router counts.
    socket.on("error", () => undefined);
    socket.resume();
    const fill = (): void => {
        while (!socket.destroyed && socket.write(chunk));
    };
    socket.on("drain", fill);
    fill();
}
