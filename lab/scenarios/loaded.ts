import { median, quantile } from "../recording";
import { p99, type Scenario, uploadToS3 } from "./scenario";

/** Flent's RRUL in its shape: four streams each way beside small packets; here four more go to S3. */
export const loaded: Scenario = {
    name: "rrul",
    title: "Everything at once (after RRUL)",
    about: "Four downloads, four uploads and a game, beside the upload to S3.",
    async play(setting) {
        const { stage, family, pace } = setting;
        await stage.game("game", family);
        await uploadToS3(setting);
        await stage.upload("up", "pc", "internet", family, { connections: 4 });
        await stage.download("down", "pc", "internet", family, 4);
        await stage.seconds(setting.settling);
        const span = await stage.measure(6 * pace);
        const recording = await stage.finish();
        const delays = recording.delays("game", span);
        const rate = (flow: string): number => recording.goodput(flow, span) / 1e6;
        return {
            findings: [
                { key: "down", title: "downloads", unit: "Mbit/s", value: rate("down") },
                { key: "up", title: "uploads", unit: "Mbit/s", value: rate("up") },
                { key: "s3", title: "S3", unit: "Mbit/s", value: rate("s3") },
                { key: "p50", title: "game, median", unit: "ms", value: median(delays) },
                { key: "p99", title: "game, 99th percentile", unit: "ms", value: p99(delays) },
            ],
        };
    },
};

/**
 * Round trips per minute as the IETF's draft on responsiveness under working conditions counts them, of foreign probes
 * alone and without TLS: 60 s over the mean of a connection's opening and of a request's first byte, each the mean of
 * what lies at or below its 95th percentile.
 */
export const responsiveness: Scenario = {
    name: "rpm",
    title: "Round trips a minute",
    about: "Somebody opens a connection and asks for a byte, ten times a second, beside a full upload to S3.",
    async play(setting) {
        const { stage, family, pace } = setting;
        await uploadToS3(setting);
        await stage.seconds(setting.settling);
        await stage.probe("probe", "console", family, 100);
        const span = await stage.measure(8 * pace);
        const recording = await stage.finish();
        const times = recording.transfers("probe", span);
        const least = quantile(times, 0.95);
        const kept = times.filter((time) => time <= least);
        const mean = kept.reduce((sum, time) => sum + time, 0) / kept.length;
        return { findings: [{ key: "rpm", title: "round trips a minute", unit: "", value: 60_000 / mean }] };
    },
};
