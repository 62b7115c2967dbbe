import type { Finding } from "../metrics";
import { median, quantile } from "../recording";
import { p99, type Scenario, type Setting, uploadToS3 } from "./scenario";

/** How much longer than on an idle line a game and a call may wait, in ms: at least for a frame that has begun. */
function allowedDelay(uplink: number): number {
    return Math.max(2, ((1.5 * 1514 * 8) / uplink) * 1000);
}

export const idle: Scenario = {
    name: "idle",
    title: "Idle line",
    about: "A game and a call on a line that carries nothing else: what the others are compared with.",
    async play({ stage, family, pace }) {
        await stage.game("game", family);
        await stage.call("call", family);
        await stage.seconds(0.3);
        const span = await stage.measure(4 * pace);
        const recording = await stage.finish();
        const game = recording.delays("game", span);
        return {
            findings: [
                { key: "p99", title: "game, 99th percentile", unit: "ms", value: p99(game) },
                lost("game, packets lost", recording.loss("game", "game", span)),
            ],
            delays: [{ name: "idle", values: game }],
        };
    },
};

export const game: Scenario = {
    name: "game",
    title: "S3 and a game",
    about: "A game's 50 packets of 64 bytes a second, sent back by the far end, beside a full upload to S3.",
    async play(setting) {
        const { stage, family, pace } = setting;
        await stage.game("game", family);
        await uploadToS3(setting);
        await stage.seconds(setting.settling);
        const span = await stage.measure(6 * pace);
        const recording = await stage.finish();
        const delays = recording.delays("game", span);
        return {
            findings: [
                { key: "p50", title: "game, median", unit: "ms", value: median(delays) },
                { key: "p99", title: "game, 99th percentile", unit: "ms", value: p99(delays) },
                overIdle(setting, "game, 99th percentile over idle", p99(delays) - setting.reference.gameP99),
                lost("game, packets lost", recording.loss("game", "game", span)),
            ],
            delays: [{ name: "beside S3", values: delays }],
        };
    },
};

export const call: Scenario = {
    name: "call",
    title: "S3 and a call",
    about: "50 packets of 172 bytes a second, both ways, beside a full upload to S3; delay one way.",
    async play(setting) {
        const { stage, family, pace } = setting;
        await stage.call("call", family);
        await uploadToS3(setting);
        await stage.seconds(setting.settling);
        const span = await stage.measure(6 * pace);
        const recording = await stage.finish();
        const up = recording.delays("far", span);
        const down = recording.delays("call", span);
        return {
            findings: [
                { key: "up", title: "call, 99th percentile, outward", unit: "ms", value: p99(up) },
                { key: "down", title: "call, 99th percentile, inward", unit: "ms", value: p99(down) },
                overIdle(
                    setting,
                    "call, worse way's 99th percentile over idle",
                    Math.max(p99(up), p99(down)) - setting.reference.callP99,
                ),
                lost(
                    "call, packets lost, worse way",
                    Math.max(recording.loss("call", "far", span), recording.loss("far", "call", span)),
                ),
            ],
        };
    },
};

export const web: Scenario = {
    name: "web",
    title: "S3 and web browsing",
    about: "Pages of 100 KB, each over a connection of its own, beside a full upload to S3; time to finish.",
    async play(setting) {
        const { stage, family, pace } = setting;
        await uploadToS3(setting);
        await stage.seconds(setting.settling);
        await stage.web("web", family);
        const span = await stage.measure(5 * pace);
        const recording = await stage.finish();
        const times = recording.transfers("web", span);
        return {
            findings: [
                { key: "median", title: "page, median time", unit: "ms", value: median(times) },
                {
                    key: "p95",
                    title: "page, 95th percentile",
                    unit: "ms",
                    value: quantile(times, 0.95),
                },
                {
                    key: "ratio",
                    title: "page, median time against an idle line",
                    unit: "%",
                    value: (median(times) / setting.reference.webMedian) * 100,
                    bound: { kind: "at most", value: 150 },
                },
            ],
        };
    },
};

export const objects: Scenario = {
    name: "objects",
    title: "Somebody else's small objects from S3",
    about: "Objects of 20 KB, each asked for over a connection of its own, beside a full upload to S3; time to finish.",
    async play(setting) {
        const { stage, family, pace } = setting;
        await uploadToS3(setting);
        await stage.seconds(setting.settling);
        await stage.objects("objects", family);
        const span = await stage.measure(4 * pace);
        const recording = await stage.finish();
        const times = recording.transfers("objects", span);
        return {
            findings: [
                { key: "median", title: "object, median time", unit: "ms", value: median(times) },
                { key: "p95", title: "object, 95th percentile", unit: "ms", value: quantile(times, 0.95) },
                {
                    key: "ratio",
                    title: "object, median time against an idle line",
                    unit: "%",
                    value: (median(times) / setting.reference.objectMedian) * 100,
                    bound: { kind: "at most", value: 150 },
                },
            ],
        };
    },
};

/** The share of packets that did not come, of which there shall be none. */
function lost(title: string, share: number): Finding {
    return { key: "lost", title, unit: "%", value: share * 100, bound: { kind: "at most", value: 0 } };
}

function overIdle({ stage }: Setting, title: string, value: number): Finding {
    const bound = { kind: "at most" as const, value: allowedDelay(stage.line.uplink) };
    return { key: "over-idle", title, unit: "ms", value, bound };
}

/**
 * Measured once for each family with the router doing nothing and the line otherwise idle.
 *
 * @param played names of the scenarios; what none of them compares with is not measured, and is not a number
 */
export async function measureReference(
    setting: Omit<Setting, "reference">,
    played: ReadonlySet<string>,
): Promise<Setting["reference"]> {
    const { stage, family, pace } = setting;
    await stage.configure(undefined);
    await stage.game("game", family);
    await stage.call("call", family);
    await stage.seconds(0.3);
    const quiet = await stage.measure(4 * pace);
    await stage.stop("game");
    await stage.stop("call");
    const nothing = { from: stage.now(), to: stage.now() };
    let [browsing, fetching, loading] = [nothing, nothing, nothing];
    if (played.has("web")) {
        await stage.web("web", family);
        browsing = await stage.measure(2 * pace);
        await stage.stop("web");
    }
    if (played.has("objects")) {
        await stage.objects("objects", family);
        fetching = await stage.measure(pace);
        await stage.stop("objects");
    }
    if (played.has("download")) {
        await stage.download("download", "pc", "s3", family, 4);
        await stage.seconds(setting.settling);
        // As long as what is compared with it: half a second of TCP says what it lost last, not what the line carries.
        loading = await stage.measure(4);
    }
    const recording = await stage.finish();
    return {
        gameP99: p99(recording.delays("game", quiet)),
        callP99: Math.max(p99(recording.delays("far", quiet)), p99(recording.delays("call", quiet))),
        webMedian: median(recording.transfers("web", browsing)),
        objectMedian: median(recording.transfers("objects", fetching)),
        download: recording.goodput("download", loading),
    };
}
