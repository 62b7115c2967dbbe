import { createHash } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

import { start as startRouter } from "../router";
import { startAws } from "./aws/server";
import { engineEnvironment, type Environment, neutralEnvironment, routerEnvironment } from "./environment";
import { pulumiHome, root } from "./places";
import { forgetState, openState, type SandboxState } from "./state";

/** The sandbox while it runs: its own servers, or those of another process of this checkout that has them up. */
export interface StandIns {
    state: SandboxState;
    /** A command's whole environment: the engine, the router and S3, and nothing that names other ones. */
    env: Environment;
    /** Words before a command's own, that run it on a host behind the line; none where there is no line. */
    enter: string[];
    /** Process that owns the servers, where that is another one. */
    owner?: number;
    /** Stops what this process started. Waits first for commands of other processes that use it. */
    close(): Promise<void>;
}

export interface StandInOptions {
    /** What runs, as another process is told that wants the sandbox too. */
    what: string;
    /** Whether other processes may use the servers meanwhile; otherwise they wait. */
    shared: boolean;
    /** Upload rate in bit/s of a real line between the router and S3, on which commands run. @default no line */
    line?: number;
    /** Forget what was kept. Refused while another process has the sandbox up. */
    fresh?: boolean;
    say(line: string): void;
}

/** What the owner tells whoever connects to its socket; the environment only where it shares its servers. */
interface Greeting {
    pid: number;
    what: string;
    env?: Environment;
    enter?: string[];
}

/**
 * Opens the sandbox. Its owner listens on a socket of this checkout; the socket answers as long as the owner lives,
 * however it ends, so there is no lock to go stale. A second process gets the owner's servers, or waits for its end.
 */
export async function openStandIns(options: StandInOptions): Promise<StandIns> {
    for (;;) {
        const other = await connect(socketFile());
        if (other !== undefined) {
            const { greeting, connection } = other;
            if (options.fresh) {
                connection.destroy();
                throw new Error(`the sandbox is in use by ${named(greeting)}: stop it before forgetting its state`);
            }
            if (greeting.env !== undefined && options.line !== undefined && greeting.enter?.length === 0) {
                connection.destroy();
                throw new Error(`the sandbox is up without a line: stop ${named(greeting)} first`);
            }
            if (greeting.env !== undefined) {
                const env = { ...neutralEnvironment(), ...greeting.env };
                const { enter = [], pid: owner } = greeting;
                return { state: openState(), env, enter, owner, close: () => end(connection) };
            }
            options.say(`waiting for ${named(greeting)}, which has the sandbox`);
            await once(connection, "close");
            continue;
        }
        const server = await listen(socketFile());
        if (server === undefined) continue; // another process was faster
        return own(server, options);
    }
}

async function own(server: net.Server, options: StandInOptions): Promise<StandIns> {
    const guests = new Set<net.Socket>();
    const greeting: Greeting = { pid: process.pid, what: options.what };
    let sayReady: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => (sayReady = resolve));
    server.on("connection", (socket) => {
        guests.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => guests.delete(socket));
        socket.resume();
        void ready.then(() => socket.write(`${JSON.stringify(greeting)}\n`));
    });
    const stops: (() => Promise<unknown>)[] = [];
    const stop = async () => {
        for (let next = stops.pop(); next !== undefined; next = stops.pop()) await next();
    };
    stops.push(() => {
        server.close();
        for (const guest of guests) guest.destroy();
        return Promise.resolve();
    });
    try {
        if (options.fresh) forgetState();
        const state = openState();
        const servers =
            options.line === undefined
                ? await serversOf(state, stops)
                : await lineOf(state, options.line, stops, (text) => options.say(text));
        const env = { ...engineEnvironment({ ...state, home: pulumiHome }), ...servers.env };
        if (options.shared) Object.assign(greeting, { env, enter: servers.enter });
        sayReady();
        return {
            state,
            env: { ...neutralEnvironment(), ...env },
            enter: servers.enter,
            async close() {
                const using = options.shared ? guests.size : 0;
                if (using > 0) {
                    options.say(`waiting for ${using} other command${using > 1 ? "s" : ""} in this sandbox to end`);
                    await Promise.all([...guests].map((guest) => once(guest, "close")));
                }
                await stop();
            },
        };
    } catch (error) {
        await stop();
        throw error;
    }
}

interface Servers {
    env: Environment;
    enter: string[];
}

/** Router and S3 on loopback. */
async function serversOf(state: SandboxState, stops: (() => Promise<unknown>)[]): Promise<Servers> {
    const password = state.routerPassword;
    const servers = await Promise.allSettled([
        startRouter({ username: "admin", password, stateFile: state.routerFile }),
        startAws({ state: state.awsFolder, region: "ap-southeast-2" }),
    ]);
    for (const started of servers) if (started.status === "fulfilled") stops.push(() => started.value.stop());
    const [router, aws] = servers;
    if (router.status === "rejected") throw router.reason;
    if (aws.status === "rejected") throw aws.reason;
    return {
        env: { ...routerEnvironment({ url: router.value.url, username: "admin", password }), ...aws.value.env },
        enter: [],
    };
}

/** The same with a line of real packets between them; what it is made of is loaded only where it is asked for. */
async function lineOf(
    state: SandboxState,
    uplink: number,
    stops: (() => Promise<unknown>)[],
    say: (text: string) => void,
): Promise<Servers> {
    const { startLiveLine } = await import("../lab/live/line.js");
    const router = { username: "admin", password: state.routerPassword, stateFile: state.routerFile };
    const line = await startLiveLine({ uplink, router, aws: state.awsFolder, say });
    stops.push(() => line.stop());
    say(`outside of the line the router and its page are at ${line.router.url}`);
    return { env: line.env, enter: line.command([]) };
}

/** Short enough for a socket's name, however deep the checkout lies; one for each user and checkout. */
function socketFile(): string {
    const name = createHash("sha256").update(root).digest("hex").slice(0, 16);
    return path.join(os.tmpdir(), `routeros-s3-${os.userInfo().uid}-${name}.sock`);
}

/** Listens in a way that only one process can: bound under a name of its own, then linked to the common one. */
async function listen(file: string): Promise<net.Server | undefined> {
    const temporary = `${file}.${process.pid}`;
    fs.rmSync(temporary, { force: true });
    const server = net.createServer();
    const mask = process.umask(0o077);
    server.listen(temporary);
    process.umask(mask);
    await once(server, "listening");
    try {
        fs.linkSync(temporary, file);
    } catch (error) {
        server.close();
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        await dropDead(file);
        return undefined;
    } finally {
        fs.rmSync(temporary, { force: true });
    }
    server.on("close", () => fs.rmSync(file, { force: true }));
    return server;
}

/** Moves a socket nobody listens on out of the way; one that is alive after all is put back. */
async function dropDead(file: string): Promise<void> {
    const aside = `${file}.${process.pid}.dead`;
    try {
        fs.renameSync(file, aside);
        const alive = await connect(aside);
        alive?.connection.destroy();
        if (alive !== undefined) fs.linkSync(aside, file);
    } catch (error) {
        if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    } finally {
        fs.rmSync(aside, { force: true });
    }
}

/** Asks a socket's owner who it is; undefined where nobody listens. */
async function connect(file: string): Promise<{ greeting: Greeting; connection: net.Socket } | undefined> {
    const connection = net.connect(file);
    try {
        let text = "";
        for await (const chunk of connection.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
            text += chunk as string;
            if (text.endsWith("\n")) return { greeting: JSON.parse(text) as Greeting, connection };
        }
    } catch (error) {
        if (!["ENOENT", "ECONNREFUSED", "ECONNRESET"].includes((error as NodeJS.ErrnoException).code ?? ""))
            throw error;
    }
    connection.destroy();
    return undefined;
}

async function end(connection: net.Socket): Promise<void> {
    connection.end();
    connection.resume();
    if (!connection.closed) await once(connection, "close");
}

function named(greeting: Greeting): string {
    return `\`${greeting.what}\` (process ${greeting.pid})`;
}
