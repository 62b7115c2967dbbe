/**
 * A killed engine leaves the provider's process running. This watches the engine's address: once it is gone, nothing
 * more is written.
 */
import type { ClientHttp2Session } from "node:http2";
import { connect } from "node:http2";

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

/** Watches `host:port`. A connection that closes is tried once more before the engine counts as gone. */
export function watch(address: string, onGone: () => void = () => undefined): EngineWatch {
    let gone = false;
    let closed = false;
    let session: ClientHttp2Session | undefined;
    let ready: Promise<void>;

    const open = (last: boolean): Promise<void> =>
        new Promise((resolve) => {
            const current = connect(`http://${address}`);
            session = current;
            let connected = false;
            current.unref();
            current.on("error", () => undefined);
            current.once("connect", () => {
                connected = true;
                resolve();
            });
            current.once("close", () => {
                if (closed) resolve();
                else if (connected || !last) {
                    // The server may end a connection by itself; the engine is gone where it takes no new one.
                    ready = open(true);
                    void ready.then(resolve);
                } else {
                    gone = true;
                    onGone();
                    resolve();
                }
            });
        });
    ready = open(false);

    return {
        async check() {
            await ready;
            if (gone) {
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
