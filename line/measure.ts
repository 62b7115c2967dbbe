/** What a line does: its rate upwards, and what that does to latency. Writes nothing that stays, here or in S3. */
import { setTimeout as sleep } from "node:timers/promises";

import { gradeOf, latencyOf } from "./findings/latency";
import { rateWithin, steadyFrom } from "./findings/rate";
import type { Lift } from "./lift/lift";
import type { LatencyResult, Measurement } from "./output";
import type { Targets } from "./probes/round-trips";
import { bytesOf, startProbes } from "./probes/round-trips";
import type { UploadTarget } from "./probes/upload";
import { Upload } from "./probes/upload";

export interface MeasureOptions {
    target: UploadTarget;
    /** What is timed beside the upload. */
    targets: Targets;
    /** Of the upload. @default 15 */
    seconds: number;
    /** The most connections at once. @default 10 */
    connections: number;
    /** Told what is going on, about once a second. */
    say: (progress: string) => void;
    signal?: AbortSignal;
    /** Takes our own shaping out of the way, for as long as is sent. */
    lift?: () => Promise<Lift>;
}

/** Milliseconds of the idle line that are looked at first. */
const idleTime = 4000;
/** Connections at first: while one waits for its answer the others keep the line busy. */
const fewest = 4;
/** Connections that were just opened are not at their rate yet, milliseconds. */
const settling = 500;
/** How long a number of connections is looked at before more are opened. */
const stepTime = 2000;
/** After the last connections were opened the line is looked at for at least this share of the time. */
const steadyShare = 0.5;
/** A part that was starved is not waited for longer than this, milliseconds. */
const longestFilling = 4000;
/** More connections are opened as long as that brings this much more. */
const growth = 1.05;

/** Throws what S3 says, and the signal's reason where it is given up; nothing of the upload stays either way. */
export async function measure(options: MeasureOptions): Promise<Measurement> {
    const { signal, say } = options;
    const probes = startProbes(options.targets);
    try {
        say("the idle line");
        await sleep(idleTime, undefined, { signal });
        const idle = await probes.take();
        const begun = performance.now();
        const upload = await Upload.start(options.target, signal);
        try {
            const { from, to } = await lifted(options, async () => {
                const stretch = { from: await climb(upload, options), to: performance.now() };
                await fill(upload, stretch.to, options);
                await upload.finish();
                return stretch;
            });
            const loaded = await probes.take();
            const beside = (bytesOf(loaded) * 8000) / (performance.now() - begun);
            const rate = rateWithin(upload.parts, steadyFrom(upload.parts, from, to), to);
            if (!rate) throw new Error("too little arrived to tell a rate; try again with more --seconds");
            rate.onTheWire += beside;
            const bytes = upload.parts.reduce((sum, part) => sum + part.bytes, 0);
            const result = (kind: "tcp" | "udp"): LatencyResult | undefined => {
                const [before, during] = [latencyOf(idle[kind]), latencyOf(loaded[kind])];
                if (!(before.median >= 0) || !(during.median >= 0)) return undefined;
                return { idle: before, loaded: during, grade: gradeOf(before, during) };
            };
            const [tcp, udp] = [result("tcp"), result("udp")];
            return {
                rate,
                connections: upload.width,
                parts: upload.parts.length,
                bytes,
                retries: upload.retries,
                ...(tcp && { tcp }),
                ...(udp && { udp }),
            };
        } finally {
            await upload.discard();
        }
    } finally {
        await probes.stop();
    }
}

async function lifted<T>({ lift, say }: MeasureOptions, send: () => Promise<T>): Promise<T> {
    const lifting = await lift?.();
    if (lifting) say("our parent queue is out of use");
    let isOver: boolean | undefined;
    try {
        const sent = await send();
        isOver = lifting?.isOver;
        return sent;
    } finally {
        await lifting?.restore();
        if (lifting) say("our parent queue is in use again");
        if (isOver) throw new Error("the lift ended before the measurement did; try again with fewer --seconds");
    }
}

/**
 * Opens connections until more bring no more, then goes on for the rest of the time. Returns from when on the last were at
 * work. Only what has arrived tells a rate: of the parts under way nothing is known.
 */
async function climb(upload: Upload, { seconds, connections, say, signal }: MeasureOptions): Promise<number> {
    const end = performance.now() + seconds * 1000;
    const lastOpening = end - seconds * 1000 * steadyShare;
    let settled = performance.now() + settling;
    let before = 0;
    let growing = true;
    upload.widen(Math.min(fewest, connections));
    while (performance.now() < end) {
        await sleep(Math.min(1000, Math.max(1, end - performance.now())), undefined, { signal });
        upload.check();
        const known = upload.knownUntil;
        const rate = rateWithin(upload.parts, Math.max(settled, known - stepTime), known)?.bitsPerSecond;
        say(`${rate === undefined ? "…" : (rate / 1e6).toFixed(1)} Mbit/s over ${upload.width} connections`);
        if (!growing || performance.now() > lastOpening || rate === undefined || known - settled < stepTime) continue;
        growing = rate >= before * growth && upload.width < connections;
        if (!growing) continue;
        before = rate;
        upload.widen(Math.min(upload.width * 2, connections));
        settled = performance.now() + settling;
    }
    return settled;
}

/**
 * Goes on until all that was under way at a time has arrived: with fewer connections beside it, what is left of a part would go
 * faster than what went before.
 */
async function fill(upload: Upload, until: number, { signal, say }: MeasureOptions): Promise<void> {
    say("the last parts");
    while (upload.knownUntil < until && performance.now() < until + longestFilling) {
        await sleep(100, undefined, { signal });
        upload.check();
    }
}
