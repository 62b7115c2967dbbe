/**
 * A killed engine leaves the provider's process running. This watches the engine's address: once it is gone, nothing
 * more is written.
 */
import type { ClientHttp2Session } from "node:http2";
import { connect } from "node:http2";
import { connect as dial } from "node:net";

import { RouterError } from "../router/errors";

export interface EngineWatch {
    /** Throws where the engine is gone. */
    check(): Promise<void>;
    close(): void;
}

const always: EngineWatch = { check: () => Promise.resolve(), close: () => undefined };

let shared: EngineWatch | undefined;

/**
 * What watches this process's engine: the engine that started the dynamic provider, or nothing anywhere else. Once the engine is
 * gone the process ends, after what is under way: a request that is broken off confuses RouterOS's web server.
 */
export function engineOfProcess(idle: () => Promise<void>): EngineWatch {
    const [, script = "", ...given] = process.argv;
    const address = engineAddress(given);
    const leave = (): void => void idle().finally(() => process.exit(1));
    shared ??= /dynamic-provider/.test(script) && address !== undefined ? watch(address, leave) : always;
    return shared;
}

/** The engine's address among what it starts a plugin with: it comes last, after flags of logging and tracing. */
export function engineAddress(given: readonly string[]): string | undefined {
    return given.at(-1);
}

/**
 * Watches `host:port`. A connection that closes tells of an engine that died, and each check asks anew whether its port
 * takes connections: the news of a closed connection may wait behind the router's answer.
 */
export function watch(address: string, onGone: () => void = () => undefined): EngineWatch {
    let gone = false;
    let closed = false;
    let session: ClientHttp2Session | undefined;

    /** Gone is gone for good: another program may have taken the port since. */
    const isGone = async (): Promise<boolean> => {
        if (!gone && !closed && (await refusesConnections(address)) && !gone) {
            gone = true;
            onGone();
        }
        return gone;
    };
    const open = (): void => {
        session = connect(`http://${address}`);
        session.unref();
        session.on("error", () => undefined);
        // The server may end a connection by itself.
        session.once("close", () => void isGone().then((is) => is || closed || open()));
    };
    open();

    return {
        async check() {
            if (await isGone()) {
                throw new RouterError({
                    code: "connection/engine-gone",
                    summary: "the Pulumi engine that started this has ended; nothing more is written",
                });
            }
        },
        close() {
            closed = true;
            session?.destroy();
        },
    };
}

/** Whether nothing listens there any more: the system takes connections for a program that is busy, and for none that ended. */
function refusesConnections(address: string): Promise<boolean> {
    const { hostname, port } = new URL(`http://${address}`);
    return new Promise((resolve) => {
        const socket = dial({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) });
        socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
        socket.once("connect", () => {
            socket.destroy();
            resolve(false);
        });
    });
}
