import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { endChild } from "../end-child";
import { classCounts } from "../live/kernel-counts";
import { farAddresses } from "../net/addresses";
import { baseLine } from "../net/line";
import { configureRouter } from "../net/router";
import { buildTopology, type Role, type Topology, wanDevice } from "../net/topology";
import { translateOn } from "../play";
import { defaultLan } from "../profiles";
import { saidEvery } from "../progress";
import { quantile, Recording, type Span } from "../recording";
import { s3Address } from "../s3-address";
import { Agent } from "../traffic/agents";
import { now, ports } from "../traffic/protocol";
import type { Translation } from "../translate";
import type { Discipline } from "../translate/leaf-queues";
import { articleLine, type Step } from "./steps";

export interface ArticleTask {
    steps: Step[];
    /** Size of the file, in bytes. */
    bytes: number;
    /** The sandbox's Python programs: `aws` and `moto_server`. */
    programs: string;
}

/** What was seen at one step. */
export interface StepOutcome {
    key: string;
    /** Seconds that `aws s3 cp` took. */
    seconds: number;
    /** What the router sent on the WAN, in bit/s, one value a `stride` ms; the upload runs between two of the times. */
    chart: { stride: number; rates: number[]; began: number; ended: number };
    /** A game's packets and a call's beside the upload, in ms. */
    game: { median: number; p99: number };
    call: { p99: number };
    /** Packets that the router sent, those among them that the rule which marks packets saw, and what each leaf sent. */
    counters: { sent: number; marked?: number; leaves: { name: string; packets: number }[] };
    /** The first packet of the upload, in tcpdump's words. */
    tcpdump: string;
}

/** Where the file lies, and what S3 keeps. */
export const scratchFolder = (): string => path.join(process.env["TMPDIR"] ?? "/tmp", `article-${process.pid}`);

const stride = 500;
/** A stretch before and behind the upload. */
const quiet = 3;

export async function playArticle(
    task: ArticleTask,
    kernel: ReadonlySet<Discipline>,
    progress: (text: string) => void,
): Promise<StepOutcome[]> {
    const shaped = task.steps.find(({ state }) => state)?.state ?? {};
    const line = baseLine(articleLine, kernel.has("netem") ? {} : { distance: 0 });
    const topology = await buildTopology(line, { ...farAddresses, s3: s3Address(shaped) });
    try {
        const outcomes: StepOutcome[] = [];
        for (const step of task.steps) {
            progress(step.title);
            outcomes.push(await saidEvery(15, step.title, progress, () => playStep(topology, step, task, kernel)));
        }
        return outcomes;
    } finally {
        await topology.remove();
    }
}

async function playStep(
    topology: Topology,
    step: Step,
    task: ArticleTask,
    kernel: ReadonlySet<Discipline>,
): Promise<StepOutcome> {
    const translation = step.state && translateOn(step.state, defaultLan, kernel);
    await configureRouter(topology, translation);
    const folder = scratchFolder();
    mkdirSync(folder, { recursive: true });
    const started: Stoppable[] = [];
    const agent = async (role: Role, serves: "live" | "nothing"): Promise<Agent> => {
        const one = await Agent.start(topology, role, serves);
        started.push(one);
        return one;
    };
    try {
        const server = `${topology.far.s3.ipv4}:${ports.https}`;
        const s3 = await startS3(topology, path.join(task.programs, "moto_server"), folder);
        started.push(s3);
        const [far, live, watch] = [
            await agent("far", "live"),
            await agent("console", "nothing"),
            await agent("router", "nothing"),
        ];
        const to = topology.far.internet.ipv4;
        const file = path.join(folder, "1GB.test");
        writeFileSync(file, randomBytes(task.bytes));
        const aws = awsCommand(topology, task, folder, server, step.hostLimit, started);
        await aws(["s3", "mb", "s3://my-bucket"]);
        const dump = program(topology, "nas", "tcpdump", [
            "-n",
            "-t",
            "-l",
            "-c",
            "1",
            "-i",
            "eth0",
            "tcp[tcpflags] & tcp-syn != 0 and dst port 443",
        ]);
        started.push({ stop: () => endChild(dump) });
        const seen = firstLine(dump);
        const before = Number(await sentPackets(topology));
        const from = now();
        await watch.do({ op: "watch", flow: "wan", device: wanDevice });
        await live.do({ op: "game", flow: "game", to, perSecond: 50, bytes: 64 });
        await live.do({ op: "call", flow: "call", to, perSecond: 50, bytes: 172 });
        await sleep(quiet * 1000);
        const began = now();
        await Promise.race([aws(["s3", "cp", "--no-progress", file, "s3://my-bucket"]), s3.ended]);
        const ended = now();
        await sleep(quiet * 1000);
        for (const flow of ["game", "call"]) await live.do({ op: "stop", flow });
        await watch.do({ op: "stop", flow: "wan" });
        const to2 = now();
        await sleep(1000);
        const recording = new Recording(await Promise.all([far, live, watch].map((one) => one.collect())));
        const beside: Span = { from: began, to: ended };
        const game = recording.delays("game", beside);
        return {
            key: step.key,
            seconds: (ended - began) / 1000,
            chart: {
                stride,
                rates: recording.series("wan", { from, to: to2 }, stride),
                began: began - from,
                ended: ended - from,
            },
            game: { median: quantile(game, 0.5), p99: quantile(game, 0.99) },
            call: { p99: quantile([...recording.delays("far", beside)], 0.99) },
            counters: {
                sent: Number(await sentPackets(topology)) - before,
                ...(translation && { marked: await markedPackets(topology) }),
                leaves: translation ? await leavesOf(topology, translation) : [],
            },
            tcpdump: await seen,
        };
    } finally {
        for (const one of started.reverse()) await one.stop();
        rmSync(folder, { recursive: true, force: true });
    }
}

interface Stoppable {
    stop(): Promise<void>;
}

interface EmbeddedS3 extends Stoppable {
    /** Rejects once it has ended, also where nobody stopped it, as where it asked for more memory than there is. */
    ended: Promise<never>;
}

/** The embedded S3 of the sandbox, without its policies, in the far namespace at S3's own address and port. */
async function startS3(topology: Topology, server: string, folder: string): Promise<EmbeddedS3> {
    const child = program(topology, "far", server, ["-H", "0.0.0.0", "-p", String(ports.https)], {
        HOME: folder,
        TMPDIR: folder,
        PATH: process.env["PATH"],
    });
    let last = "";
    const ended = once(child, "close").then(([code, signal]) => {
        throw new Error(`The embedded S3 ended (${code ?? signal}): ${last.trim().split("\n").at(-1)}`);
    });
    ended.catch(() => undefined);
    const listening = new Promise<void>((resolve) => {
        for (const stream of [child.stdout, child.stderr])
            stream?.on("data", (chunk: Buffer) => {
                last = `${last}${chunk.toString()}`.slice(-2000);
                if (last.includes("Running on")) resolve();
            });
    });
    await Promise.race([listening, ended]);
    return { ended, stop: () => endChild(child) };
}

function awsCommand(
    topology: Topology,
    { programs }: ArticleTask,
    folder: string,
    server: string,
    limit: number | undefined,
    started: Stoppable[],
): (args: string[]) => Promise<void> {
    const config = path.join(folder, "config");
    const own = limit === undefined ? "" : `s3 =\n    max_bandwidth = ${Math.round(limit / 8 / 1024)}KB/s\n`;
    writeFileSync(config, `[default]\nregion = ap-southeast-2\n${own}`);
    return async (args) => {
        const child = program(
            topology,
            "nas",
            path.join(programs, "aws"),
            ["--endpoint-url", `http://${server}`, ...args],
            {
                AWS_ACCESS_KEY_ID: "lab",
                AWS_SECRET_ACCESS_KEY: "lab",
                AWS_CONFIG_FILE: config,
                AWS_EC2_METADATA_DISABLED: "true",
                HOME: folder,
                PATH: process.env["PATH"],
            },
        );
        started.push({ stop: () => endChild(child) });
        let said = "";
        child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
        child.stdout?.resume();
        const [code] = (await once(child, "close")) as [number | null];
        if (code !== 0) throw new Error(`aws ${args.slice(0, 2).join(" ")}: ${said.trim().split("\n").at(-1)}`);
    };
}

/** A program in a namespace that dies with this process. */
function program(topology: Topology, role: Role, name: string, args: string[], env = process.env): ChildProcess {
    const command = ["ip", "netns", "exec", topology.namespaceOf(role), name, ...args];
    return spawn("setpriv", ["--pdeathsig", "KILL", ...command], { stdio: ["ignore", "pipe", "pipe"], env });
}

function firstLine(child: ChildProcess): Promise<string> {
    return new Promise((resolve) => {
        if (child.stdout) createInterface({ input: child.stdout }).once("line", resolve);
        child.once("close", () => resolve("tcpdump is missing: apt-get install -y tcpdump"));
    });
}

function sentPackets(topology: Topology): Promise<string> {
    return topology.exec("router", "cat", [`/sys/class/net/${wanDevice}/statistics/tx_packets`]);
}

async function leavesOf(topology: Topology, { classes }: Translation): Promise<StepOutcome["counters"]["leaves"]> {
    const counts = classCounts(await topology.exec("router", "tc", ["-s", "class", "show", "dev", wanDevice]));
    return classes
        .filter(({ packetMarks }) => packetMarks.length > 0)
        .map(({ name, classId }) => ({ name, packets: counts.get(classId)?.packets ?? 0 }));
}

/** Packets that the rules which mark packets saw, from nft's own counters. */
async function markedPackets(topology: Topology): Promise<number> {
    const rules = await topology.exec("router", "nft", ["list", "table", "ip", "routeros"]);
    const counted = rules.matchAll(/counter packets (\d+) bytes \d+ meta mark set/g);
    return [...counted].reduce((sum, [, packets]) => sum + Number(packets), 0);
}
