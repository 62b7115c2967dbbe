import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { root } from "../../sandbox/places";
import { ordinarySite, type Outcome, providersOf, type ScratchStack, startEngine } from "../../testing/scratch-stack";
import { Recording } from "../recording";
import { now } from "../traffic/protocol";
import { orInterrupted } from "./interrupted";
import { type LiveLine, startLiveLine } from "./line";
import { longestElsewhere, watchUploads } from "./uploads";

/** What is changed, by paths of the configuration, one after the other, each by a `pulumi up` at a hEX's pace. */
const changes: { title: string; config?: Record<string, string>; destroy?: true }[] = [
    { title: "uplink 20M to 18M", config: { "routeros-s3:uplink": "18M" } },
    { title: "names of both marks", config: { "routeros-s3:connectionMark": "to-s3", "routeros-s3:packetMark": "s3" } },
    { title: "name of the list", config: { "routeros-s3:listName": "s3-prefixes" } },
    { title: "two prefixes more", config: { "routeros-s3:awsIpRanges": "more-ranges.json" } },
    {
        title: "names of the queues",
        config: {
            "routeros-s3:queueNames.parent": "line",
            "routeros-s3:queueNames.rest": "others",
            "routeros-s3:queueNames.s3": "s3",
        },
    },
    { title: "profile scavenger to seed-2018", config: { "routeros-s3:profile": "seed-2018" } },
    { title: "profile seed-2018 to scavenger", config: { "routeros-s3:profile": "scavenger" } },
    { title: "destroy", destroy: true },
];

export interface ChangesOptions {
    /** The provider is killed after each of its writes, its answer lost, and the command given again. */
    killed?: true;
    /** Only changes whose title has one of these in it. @default all */
    only?: readonly string[];
}

/** Those of the changes that are asked for. Throws where one of the words is in no title. */
export function changesOf(only: readonly string[] | undefined): typeof changes {
    const [unknown] = (only ?? []).filter((word) => !changes.some(({ title }) => title.includes(word)));
    if (unknown !== undefined)
        throw new Error(
            `--only ${unknown}: no change has this in its title: ${changes.map(({ title }) => title).join(", ")}`,
        );
    return only ? changes.filter(({ title }) => only.some((word) => title.includes(word))) : changes;
}

/**
 * Changes a stack while an upload to S3, a game and a call run, and prints for each change what the others lost and how long
 * an upload was outside its leaf. Returns whether nobody lost a packet, and it was for no longer than one write takes.
 *
 * On Ctrl-C everything is ended, and it throws.
 */
export async function proveChanges(print: (text: string) => void, options: ChangesOptions = {}): Promise<boolean> {
    const chosen = changesOf(options.only);
    const router = { username: "admin", password: "changes", latency: "hex" as const };
    const line = await startLiveLine({ uplink: 20e6, router });
    const stack = await startEngine({
        router: false,
        aws: false,
        env: {
            ...line.aws.env,
            ROUTEROS_URL: line.router.url,
            ROUTEROS_USERNAME: router.username,
            ROUTEROS_PASSWORD: router.password,
            ROUTEROS_ALLOW_PLAINTEXT: "true",
        },
        config: ordinarySite,
    });
    let uploading = true;
    let uploads: Promise<void> | undefined;
    const proof = async (): Promise<boolean> => {
        writeFileSync(path.join(stack.folder, "more-ranges.json"), moreRanges());
        process.stderr.write("the first pulumi up\n");
        const up = await stack.up();
        if (up.code !== 0) throw new Error(up.output);
        const far = await line.agent("far", "live");
        const host = await line.agent("console");
        uploads = uploadAgainAndAgain(line, () => uploading);
        await sleep(2000);
        print(
            "change | runs | took | game lost | call lost | game, 99th percentile | slowest write | an upload outside its leaf, longest",
        );
        let good = true;
        for (const { title, config, destroy } of chosen) {
            for (const [key, value] of Object.entries(config ?? {})) {
                const set = await stack.pulumi(["config", "set", "--path", key, value]);
                if (set.code !== 0) throw new Error(`${title}: ${set.output}`);
            }
            const to = line.far.ipv4;
            await host.do({ op: "game", flow: "game", to, perSecond: 50, bytes: 64 });
            await host.do({ op: "call", flow: "call", to, perSecond: 50, bytes: 172 });
            await sleep(500);
            const from = now();
            const looked = await watchUploads(line);
            line.router.clearLog();
            // Without queues no leaf is there to be outside of, and the modem drops what it cannot keep. Their root goes out of use first.
            const queues = (): number =>
                line.router.rows("/queue/tree").filter(({ disabled }) => disabled !== "true").length;
            const all = queues();
            let shapedUntil = from;
            const stopWatching = line.router.onRequest(() => {
                if (queues() === all) shapedUntil = now();
            });
            const once = (): Promise<Outcome> => (destroy ? stack.destroy() : stack.up());
            const { done, runs } = options.killed
                ? await untilWhole(line, stack, once)
                : { done: await once(), runs: 1 };
            stopWatching();
            const end = destroy ? shapedUntil : now();
            const longest = longestElsewhere(await looked(), end);
            // One write, and a tenth more for what the provider does between two of them.
            const slowest = Math.max(
                0,
                ...line.router.log.filter(({ method }) => method !== "GET").map(({ milliseconds }) => milliseconds),
            );
            for (const flow of ["game", "call"]) await host.do({ op: "stop", flow });
            await sleep(1000);
            if (done.code !== 0) throw new Error(`${title}: ${done.output}`);
            if (slowest === 0) throw new Error(`${title}: nothing was written`);
            const recording = new Recording(await Promise.all([far, host].map((agent) => agent.collect())));
            const span = { from, to: end - 200 };
            const lost = [
                recording.loss("game", "game", span),
                Math.max(recording.loss("call", "far", span), recording.loss("far", "call", span)),
            ];
            good &&= lost.every((share) => share === 0) && longest <= 1.1 * slowest;
            const p99 = recording.delays("game", span).sort((a, b) => a - b);
            print(
                [
                    title,
                    runs,
                    `${((end - from) / 1000).toFixed(1)} s`,
                    ...lost.map((share) => `${(share * 100).toFixed(2)} %`),
                    `${(p99[Math.floor(p99.length * 0.99)] ?? NaN).toFixed(1)} ms`,
                    `${Math.round(slowest)} ms`,
                    longest === 0 ? "never" : `${Math.round(longest)} ms`,
                ].join(" | "),
            );
        }
        return good;
    };
    try {
        return await orInterrupted(proof());
    } finally {
        uploading = false;
        await uploads;
        await stack.stop();
        await line.stop();
    }
}

/** Gives the command again and again, each time killed after its first write, until one writes nothing and ends. */
async function untilWhole(
    { router }: LiveLine,
    { folder }: ScratchStack,
    command: () => Promise<Outcome>,
): Promise<{ done: Outcome; runs: number }> {
    for (let runs = 1; ; runs++) {
        let killed = false;
        const forget = router.onRequest(({ when, method }) => {
            if (killed || when !== "after" || method === "GET") return;
            killed = true;
            for (const pid of providersOf(folder)) process.kill(pid, "SIGKILL");
        });
        process.stderr.write(`run ${runs}\n`);
        const done = await command();
        forget();
        if (!killed) return { done, runs };
    }
}

async function uploadAgainAndAgain(line: LiveLine, wanted: () => boolean): Promise<void> {
    const script = `head -c 20000000 /dev/zero | curl -s -o /dev/null -X PUT --data-binary @- --cacert "$AWS_CA_BUNDLE" \
        https://uploads.s3.ap-southeast-2.amazonaws.com/key`;
    const one = async (): Promise<void> => {
        while (wanted()) {
            const [program = "", ...args] = line.command(["sh", "-c", script]);
            await once(spawn(program, args, { env: { ...process.env, ...line.env }, stdio: "ignore" }), "close");
        }
    };
    await Promise.all([one(), one()]);
}

/** The sandbox's document with two prefixes more of S3 in the region. */
function moreRanges(): string {
    const document = JSON.parse(readFileSync(path.join(root, "sandbox", "ip-ranges.json"), "utf8")) as {
        prefixes: Record<string, string>[];
    };
    const of = { region: "ap-southeast-2", service: "S3", network_border_group: "ap-southeast-2" };
    for (const ip_prefix of ["198.51.100.0/25", "198.51.100.128/26"]) document.prefixes.push({ ip_prefix, ...of });
    return JSON.stringify(document);
}
