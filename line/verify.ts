/** The proof on a user's own line: an upload that stores nothing, idle, alone and beside another load, as the router counts it. */
import { setTimeout as sleep } from "node:timers/promises";

import { sessionFor } from "../providers/routeros/runtime/router/session";
import type { Counters } from "./counters";
import { ratesOf, readCounters } from "./counters";
import type { DoctorOptions } from "./doctor";
import { diagnose } from "./doctor";
import type { RoundTrips } from "./findings/latency";
import { gradeOf, latencyOf } from "./findings/latency";
import type { Carried, Span } from "./findings/yielding";
import { givingWay, judge, shareOf } from "./findings/yielding";
import type { Diagnosis, Latency, Phase, Verification } from "./output";
import type { RunningLoad } from "./probes/load";
import type { RunningProbes, Targets } from "./probes/round-trips";
import { startProbes } from "./probes/round-trips";

/** An upload under way, as {@link Upload} is one. */
export interface Sender {
    readonly parts: readonly { bytes: number }[];
    readonly retries: number;
    widen(count: number): void;
    check(): void;
    finish(): Promise<unknown>;
    discard(): Promise<void>;
}

export interface VerifyOptions extends Pick<DoctorOptions, "settings" | "site" | "more"> {
    start: () => Promise<Sender>;
    connections: number;
    /** Makes another load; without it the person is asked to make one. */
    load?: () => Promise<RunningLoad>;
    targets: Targets;
    /** Of each phase. */
    seconds: number;
    say: (progress: string) => void;
    signal?: AbortSignal;
    /** Until the next look, milliseconds. @default 1000 */
    pace?: number;
}

/** A load that a person is asked for is waited for so long, milliseconds. */
const patience = 30_000;
/** Other traffic from this share of the upload's rate on is a load. */
const leastLoad = 0.25;

/** Throws what S3 or the router says; nothing of the upload stays either way. */
export async function verify(options: VerifyOptions): Promise<Verification> {
    const run = new Run(options, startProbes(options.targets));
    try {
        return await run.all();
    } finally {
        await run.probes.stop();
    }
}

class Run {
    private readonly looks: Counters[] = [];
    private readonly phases: Verification["phases"] = [];
    private readonly trips: Partial<Record<Phase, Record<"tcp" | "udp", RoundTrips>>> = {};
    private upload: Sender | undefined;
    private load: RunningLoad | undefined;

    constructor(
        private readonly options: VerifyOptions,
        readonly probes: RunningProbes,
    ) {}

    async all(): Promise<Verification> {
        const { options } = this;
        const { seconds, say } = options;
        await this.look();
        await this.phase("idle", seconds * 1000);
        const before = this.looks.at(-1)!;
        const upload = (this.upload = await options.start());
        try {
            upload.widen(options.connections);
            let looked = false;
            const looking = this.diagnosis().finally(() => (looked = true));
            looking.catch(() => undefined);
            await this.phase("upload", seconds * 1000, () => looked);
            const diagnosis = await looking;
            const greedy = options.load !== undefined;
            const loaded = greedy ? await this.besideOwn(options.load!) : await this.besideOther();
            say("the last parts");
            await upload.finish();
            const after = await this.look();
            return this.result({ before, after, diagnosis, greedy, loaded });
        } finally {
            this.upload = undefined;
            await upload.discard();
        }
    }

    private async besideOwn(load: NonNullable<VerifyOptions["load"]>): Promise<boolean> {
        const running = (this.load = await load());
        try {
            await this.phase("beside", this.options.seconds * 1000);
        } finally {
            this.load = undefined;
            running.stop();
        }
        await this.phase("after", this.options.seconds * 1000);
        return true;
    }

    /** Waits for a load that the person makes, and for its end. */
    private async besideOther(): Promise<boolean> {
        const { say, seconds } = this.options;
        say(`start another upload on this line within ${patience / 1000} s: a call, a film to a friend`);
        const isLoaded = (): boolean => {
            const last = ratesOf(this.looks).at(-1);
            return last !== undefined && last.rest > Math.max(last.s3, last.rest) * leastLoad && last.rest > 50_000;
        };
        if (!(await this.until(isLoaded))) {
            say("no other load was seen");
            return false;
        }
        await this.phase("beside", seconds * 1000);
        say("end the other upload");
        await this.until(() => !isLoaded());
        await this.phase("after", seconds * 1000);
        return true;
    }

    private diagnosis(): Promise<Diagnosis> {
        const { settings, site, more = [], signal, pace = 1000 } = this.options;
        const pause = (): Promise<void> => sleep(3 * pace, undefined, signal ? { signal } : {});
        return diagnose({ settings, site, more, say: () => undefined, pause });
    }

    /** Goes on until the time is over, and until that is so. */
    private async phase(phase: Phase, milliseconds: number, also = (): boolean => true): Promise<void> {
        const first = this.looks[0]?.at ?? 0;
        this.phases.push({ phase, at: performance.now() - first });
        await this.probes.take();
        const end = performance.now() + milliseconds;
        await this.until(() => performance.now() >= end && also(), Infinity, phase);
        this.trips[phase] = await this.probes.take();
    }

    /** Looks again and again until that is so. Returns whether it came to be so in time. */
    private async until(reached: () => boolean, milliseconds = patience, what = "waits"): Promise<boolean> {
        const { pace = 1000, signal, say } = this.options;
        const end = performance.now() + milliseconds;
        while (performance.now() < end) {
            await sleep(pace, undefined, signal ? { signal } : {});
            this.upload?.check();
            this.load?.check();
            await this.look();
            const { s3 = 0, rest = 0 } = ratesOf(this.looks.slice(-2)).at(-1) ?? {};
            say(`${what}: uploads ${(s3 / 1e6).toFixed(1)} Mbit/s, other traffic ${(rest / 1e6).toFixed(1)} Mbit/s`);
            if (reached()) return true;
        }
        return false;
    }

    private async look(): Promise<Counters> {
        const { settings, site } = this.options;
        const look = await readCounters(sessionFor(settings).client, site.upload);
        this.looks.push(look);
        return look;
    }

    private result({ before, after, diagnosis, greedy, loaded }: Ended): Verification {
        const { upload, looks, phases } = this;
        const sent = upload?.parts.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0;
        const carried: Carried = { sent, leaf: after.s3.bytes - before.s3.bytes };
        const rates = ratesOf(looks);
        const span = (phase: Phase, next?: Phase): Span => {
            const begin = (wanted?: Phase) => phases.find((one) => one.phase === wanted)?.at;
            return { from: begin(phase) ?? 0, to: begin(next) ?? rates.at(-1)?.at ?? 0 };
        };
        const giving = loaded
            ? givingWay(rates, span("upload", "beside"), span("beside", "after"), span("after"))
            : undefined;
        const latency = this.latency();
        return {
            ...judge(carried, giving, greedy, diagnosis.findings),
            router: diagnosis.router,
            seen: this.options.site.upload.leaves.length > 0 ? "leaf" : "class",
            share: shareOf(carried),
            sent,
            carried: carried.leaf,
            marked: (after.marked ?? 0) - (before.marked ?? 0),
            ...(after.s3.dropped !== undefined && { dropped: after.s3.dropped - (before.s3.dropped ?? 0) }),
            retries: upload?.retries ?? 0,
            ...(giving && { giving }),
            ...(latency && { latency }),
            findings: diagnosis.findings,
            rates,
            phases,
            trips: Object.fromEntries(
                Object.entries(this.trips).map(([phase, times]) => [phase, times[latency?.kind ?? "tcp"].times]),
            ),
        };
    }

    private latency(): Verification["latency"] {
        for (const kind of ["tcp", "udp"] as const) {
            const phases = Object.entries(this.trips).map(([phase, times]) => [phase, latencyOf(times[kind])] as const);
            const back = phases.filter(([, { median }]) => median >= 0);
            const by = Object.fromEntries(back) as Partial<Record<Phase, Latency>>;
            if (by.idle && by.upload) return { kind, grade: gradeOf(by.idle, by.upload), ...by };
        }
        return undefined;
    }
}

interface Ended {
    before: Counters;
    after: Counters;
    diagnosis: Diagnosis;
    greedy: boolean;
    loaded: boolean;
}
