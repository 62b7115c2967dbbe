import type { Finding } from "../metrics";
import type { HostName } from "../net/addresses";
import { quantile } from "../recording";
import type { Destination } from "../stage";
import { guaranteed, type Outcome, payloadFactor, type Scenario, type Setting, share, uploadToS3 } from "./scenario";

/** Of the parent's max-limit, in percent. */
const aloneAtLeast = 95;
const besideAtMost = 5;
const otherAtLeast = 94;
/** What S3 is guaranteed then; above it the other's payload has less by as much: 1448 of a frame's 1514 bytes. */
const withGuarantee = 1;
/** In seconds. */
const givesWayWithin = 1;
const takesBackWithin = 2;

export const alone: Scenario = {
    name: "alone",
    title: "S3 alone",
    about: "An upload to S3 over 10 connections and nothing else.",
    async play(setting) {
        const { stage, pace } = setting;
        await uploadToS3(setting);
        await stage.seconds(setting.settling);
        const span = await stage.measure(5 * pace);
        const recording = await stage.finish();
        return {
            findings: [
                { key: "rate", title: "S3 alone", unit: "Mbit/s", value: recording.goodput("s3", span) / 1e6 },
                {
                    key: "share",
                    title: "S3 alone, of max-limit",
                    unit: "%",
                    value: share(setting, recording, "s3", span),
                    bound: { kind: "at least", value: aloneAtLeast * payloadFactor(setting.family) },
                },
            ],
        };
    },
};

export const other: Scenario = {
    name: "other",
    title: "S3 and another upload, starting and stopping",
    about: "An upload to S3; another upload begins beside it, and ends again.",
    async play(setting) {
        const { stage, family, pace } = setting;
        const window = 500;
        await stage.game("game", family);
        await uploadToS3(setting);
        await stage.seconds(setting.settling);
        const first = await stage.measure(1.5 * Math.max(pace, 0.7));
        const began = stage.now();
        await stage.upload("other", "pc", "internet", family, { connections: 4 });
        await stage.seconds(setting.settling);
        const both = await stage.measure(5 * pace);
        const ended = stage.now();
        await stage.stop("other");
        await stage.seconds(0.8 * setting.settling);
        const end = stage.now();
        const recording = await stage.finish();
        const undisturbed = recording.goodput("s3", first);
        const gaveWay = recording.timeUntil(
            "s3",
            began,
            both.to,
            window,
            (rate) => (rate / setting.maxLimit) * 100 <= besideAtMost,
        );
        const tookBack = recording.timeUntil("s3", ended, end, window, (rate) => rate >= 0.9 * undisturbed);
        const chartFrom = first.from - 1000;
        const chart = { from: chartFrom, to: end };
        const stride = 200;
        return {
            findings: [
                ...contested(setting, {
                    s3: recording.goodput("s3", both),
                    other: recording.goodput("other", both),
                }),
                {
                    key: "game-p99",
                    title: "game beside both, 99th percentile",
                    unit: "ms",
                    value: quantile(recording.delays("game", both), 0.99),
                },
                {
                    key: "gives-way",
                    title: "S3 has given way to the other's TCP after",
                    unit: "s",
                    value: seconds(gaveWay),
                    bound: { kind: "at most", value: givesWayWithin },
                },
                {
                    key: "takes-back",
                    title: "S3 has the line back after",
                    unit: "s",
                    value: gaveWay === undefined ? Number.NaN : seconds(tookBack), // it never lost it
                    bound: { kind: "at most", value: takesBackWithin },
                },
            ],
            chart: {
                stride,
                flows: [
                    { name: "S3", values: recording.series("s3", chart, stride) },
                    { name: "other upload", values: recording.series("other", chart, stride) },
                ],
                events: [
                    { at: began - chartFrom, label: "other upload starts" },
                    { at: ended - chartFrom, label: "it stops" },
                ],
            },
            delays: [{ name: "beside S3 and another upload", values: recording.delays("game", both) }],
        };
    },
};

export const running: Scenario = {
    name: "running",
    title: "An upload that ran before the rules came",
    about: "The upload to S3 runs, then marks and queues are made, then another upload begins.",
    applies: ({ translation }) => translation !== undefined,
    async play(setting) {
        const { stage, family, pace, translation } = setting;
        await stage.configure(undefined);
        await uploadToS3(setting);
        await stage.seconds(1);
        await stage.configure(translation);
        await stage.seconds(0.5);
        await stage.upload("other", "pc", "internet", family, { connections: 4 });
        await stage.seconds(setting.settling);
        const span = await stage.measure(4 * pace);
        const recording = await stage.finish();
        return {
            findings: contested(setting, {
                s3: recording.goodput("s3", span),
                other: recording.goodput("other", span),
            }),
        };
    },
};

export const foreignDownload: Scenario = {
    name: "download",
    title: "Somebody else's download from S3 beside a full upload",
    about: "Its acknowledgements go out through the same queues; judged against the same download on an idle line.",
    async play(setting) {
        const { stage, family, pace } = setting;
        await uploadToS3(setting);
        await stage.seconds(setting.settling);
        await stage.download("download", "pc", "s3", family, 4);
        await stage.seconds(setting.settling);
        const span = await stage.measure(4 * pace);
        const recording = await stage.finish();
        const rate = recording.goodput("download", span);
        return {
            findings: [
                { key: "rate", title: "download from S3 beside the upload", unit: "Mbit/s", value: rate / 1e6 },
                {
                    key: "kept",
                    title: "download from S3, of its rate without us",
                    unit: "%",
                    value: (rate / setting.reference.download) * 100,
                    bound: { kind: "at least", value: 90 },
                },
            ],
        };
    },
};

/** An upload that is none of ours by where it goes. */
function foreignUpload(name: string, title: string, to: Destination): Scenario {
    return {
        name,
        title,
        about: "Its addresses are not in our list, so it is everybody else's traffic: S3 gives way to it.",
        play: (setting) => besideUpload(setting, "pc", to),
    };
}

export const notS3 = foreignUpload("aws", "Upload to AWS that is not S3", "aws");
export const otherRegion = foreignUpload("region", "Upload to S3 of another region", "otherRegion");

export const sources: Scenario = {
    name: "sources",
    title: "Several hosts, sourceAddresses set to one",
    about: "The host that is named gives way; another host's upload to the same S3 does not.",
    applies: ({ translationWithSources }) => translationWithSources !== undefined,
    async play(setting) {
        await setting.stage.configure(setting.translationWithSources);
        try {
            return await besideUpload(setting, "pc", "s3");
        } finally {
            await setting.stage.configure(setting.translation);
        }
    },
};

async function besideUpload(setting: Setting, host: HostName, to: Destination): Promise<Outcome> {
    const { stage, family, pace } = setting;
    await uploadToS3(setting);
    await stage.seconds(setting.settling);
    await stage.upload("other", host, to, family, { connections: 4 });
    await stage.seconds(setting.settling);
    const span = await stage.measure(4 * pace);
    const recording = await stage.finish();
    return {
        findings: contested(setting, { s3: recording.goodput("s3", span), other: recording.goodput("other", span) }),
    };
}

/** Shares of two uploads that both want all of the line. */
export function contested(setting: Setting, rates: { s3: number; other: number }): Finding[] {
    const percent = (rate: number): number => (rate / setting.maxLimit) * 100;
    return [
        { key: "s3-rate", title: "S3 beside the other", unit: "Mbit/s", value: rates.s3 / 1e6 },
        { key: "other-rate", title: "the other beside S3", unit: "Mbit/s", value: rates.other / 1e6 },
        {
            key: "s3-share",
            title: "S3 beside the other, of max-limit",
            unit: "%",
            value: percent(rates.s3),
            bound: { kind: "at most", value: besideAtMost },
        },
        {
            key: "other-share",
            title: "the other beside S3, of max-limit",
            unit: "%",
            value: percent(rates.other),
            bound: { kind: "at least", value: otherLeft(setting) * payloadFactor(setting.family) },
        },
    ];
}

/** What another upload has at least, in percent of max-limit, in IPv4. No site guarantees S3 more than it may take beside it. */
export function otherLeft(setting: Pick<Setting, "translation" | "maxLimit">): number {
    const more = Math.min(guaranteed(setting), besideAtMost) - withGuarantee;
    return otherAtLeast - Math.max(0, more) * (1448 / 1514);
}

function seconds(milliseconds: number | undefined): number {
    return milliseconds === undefined ? Infinity : milliseconds / 1000;
}
