/**
 * Small round trips beside a load: TCP connections that are opened and closed, and DNS questions over UDP. They run in a
 * thread of their own, so that encrypting an upload does not count as the line's delay.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, isIPv6 } from "node:net";
import path from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

import type { RoundTrips } from "../findings/latency";

export interface Target {
    host: string;
    port: number;
}

export interface Targets {
    /** Opened and closed at once; nothing is sent. */
    tcp?: Target;
    /** A resolver: asked for the root's name servers. */
    udp?: Target;
}

export interface Times {
    tcp: RoundTrips;
    udp: RoundTrips;
}

/** What one sends, on the wire, bytes: SYN, ACK, FIN and ACK; a question of 17 bytes. */
const sizes = { tcp: 272, udp: 60 };

/** What all of them sent, bytes on the wire. */
export function bytesOf(times: Times): number {
    const of = (kind: "tcp" | "udp"): number => (times[kind].times.length + times[kind].lost) * sizes[kind];
    return of("tcp") + of("udp");
}

/** A probe each so many milliseconds, of either kind. */
const pace = 100;
/** What is not back by then is lost. */
const patience = 2000;

export interface RunningProbes {
    /** Ends the phase: what came back since the last one ended. */
    take(): Promise<Times>;
    stop(): Promise<void>;
}

/** Starts the probes; they go on until they are stopped. */
export function startProbes(targets: Targets): RunningProbes {
    // A thread is plain Node: from the source as a test loads it, the compiled file.
    const compiled = path.join(__dirname, "../../bin/line/probes/round-trips.js");
    const worker = new Worker(__filename.endsWith(".ts") ? compiled : __filename, { workerData: targets });
    worker.unref();
    return {
        async take() {
            const answer = once(worker, "message");
            worker.postMessage("take");
            const [times] = (await answer) as [Times];
            return times;
        },
        async stop() {
            await worker.terminate();
        },
    };
}

const none = (): Times => ({ tcp: { times: [], lost: 0 }, udp: { times: [], lost: 0 } });

function probe(targets: Targets): void {
    let times = none();
    parentPort?.on("message", () => {
        parentPort?.postMessage(times);
        times = none();
    });
    const { tcp, udp } = targets;
    if (tcp) setInterval(() => openOnce(tcp, (trip) => note(times.tcp, trip)), pace);
    if (udp) askAll(udp, (trip) => note(times.udp, trip));
}

function note(into: RoundTrips, milliseconds: number | undefined): void {
    if (milliseconds === undefined) into.lost += 1;
    else into.times.push(milliseconds);
}

function openOnce({ host, port }: Target, done: (milliseconds?: number) => void): void {
    const started = performance.now();
    const socket = connect({ host, port });
    socket.setTimeout(patience);
    socket.once("connect", () => {
        done(performance.now() - started);
        socket.destroy();
    });
    socket.once("timeout", () => {
        done();
        socket.destroy();
    });
    // Refused is an answer, too: it came back from the far end.
    socket.once("error", (error: NodeJS.ErrnoException) =>
        error.code === "ECONNREFUSED" ? done(performance.now() - started) : done(),
    );
}

/** `. NS IN` with recursion wanted: every resolver knows it without asking on. */
function question(id: number): Buffer {
    const head = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    return Buffer.concat([head, Buffer.from([0, 0, 2, 0, 1])]);
}

function askAll({ host, port }: Target, done: (milliseconds?: number) => void): void {
    const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
    const open = new Map<number, { started: number; timer: NodeJS.Timeout }>();
    let next = 0;
    socket.on("error", () => undefined);
    socket.on("message", (answer) => {
        const id = answer.length >= 2 ? answer.readUInt16BE(0) : -1;
        const sent = open.get(id);
        if (!sent) return;
        clearTimeout(sent.timer);
        open.delete(id);
        done(performance.now() - sent.started);
    });
    setInterval(() => {
        const id = (next = (next + 1) & 0xffff);
        const timer = setTimeout(() => {
            open.delete(id);
            done();
        }, patience);
        open.set(id, { started: performance.now(), timer });
        socket.send(question(id), port, host, () => undefined);
    }, pace);
}

if (!isMainThread && parentPort) probe(workerData as Targets);
