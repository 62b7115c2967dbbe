import type { Finding } from "../metrics";
import { quantile, type Recording, type Span } from "../recording";
import type { Family } from "../router-state";
import type { Stage } from "../stage";
import type { Translation } from "../translate";
import { carriesMark } from "../translate/queues";

/** What a scenario is played on. */
export interface Setting {
    stage: Stage;
    family: Family;
    /** The parent's max-limit in bit/s; shares are of it. */
    maxLimit: number;
    /** Marks and queues of the profile; none where the router does nothing. */
    translation?: Translation;
    /** With `sourceAddresses` set to the host `nas`; none where the profile has no such thing. */
    translationWithSources?: Translation;
    /** Rate limit that uploads to S3 keep by themselves, in bit/s for all connections together. */
    hostLimit?: number;
    /** What the same line does with no traffic but the one asked about, measured with the router doing nothing. */
    reference: Reference;
    /** Seconds until TCP has found its rate. */
    settling: number;
    /** 1 as written in the scenarios, less to be quicker. */
    pace: number;
}

export interface Reference {
    /** ms */
    gameP99: number;
    callP99: number;
    webMedian: number;
    objectMedian: number;
    /** bit/s */
    download: number;
}

export interface Event {
    /** ms from the start of the chart. */
    at: number;
    label: string;
}

/** Throughput over time for a picture, in bit/s by flow, one value a `stride`. */
export interface Chart {
    stride: number;
    flows: { name: string; values: number[] }[];
    events: Event[];
}

export interface Outcome {
    findings: Finding[];
    chart?: Chart;
    /** Every delay behind a distribution, in ms, by what it is of. */
    delays?: { name: string; values: number[] }[];
}

export interface Scenario {
    name: string;
    title: string;
    /** What is played and how it is judged, in a sentence or two. */
    about: string;
    play(setting: Setting): Promise<Outcome>;
    /** False where the profile has nothing that this is about. @default always */
    applies?(setting: Omit<Setting, "reference">): boolean;
}

/** As many as the command line tool opens by default. */
export const uploadConnections = 10;

export function uploadToS3(setting: Setting, connections = uploadConnections): Promise<void> {
    const { stage, family, hostLimit } = setting;
    return stage.upload("s3", "nas", "s3", family, {
        connections,
        ...(hostLimit !== undefined && { limit: hostLimit }),
    });
}

export function share(setting: Setting, recording: Recording, flow: string, span: Span): number {
    return (recording.goodput(flow, span) / setting.maxLimit) * 100;
}

/**
 * Payload that a full frame can carry, IPv6's against IPv4's: 1428 of 1514 bytes against 1448. Shares of payload that
 * are promised for IPv4 are by so much lower for IPv6, whatever the queues do.
 */
export function payloadFactor(family: Family): number {
    return family === "ipv4" ? 1 : 1428 / 1448;
}

/** What S3 is guaranteed, in percent of max-limit: what the least leaf with a packet mark of its own is; 0 without any. */
export function guaranteed({ translation, maxLimit }: Pick<Setting, "translation" | "maxLimit">): number {
    const own = (translation?.classes ?? []).filter(carriesMark);
    return own.length === 0 ? 0 : (Math.min(...own.map(({ limitAt }) => limitAt)) / maxLimit) * 100;
}

export const p99 = (values: readonly number[]): number => quantile(values, 0.99);
