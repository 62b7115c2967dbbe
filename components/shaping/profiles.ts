/**
 * From a profile and an uplink to queue numbers: pure. Rates are whole bit/s inside and RouterOS text (`19M`, `190k`)
 * in what is returned; every computed rate is rounded down to whole kbit/s, so that a person can read it.
 */
import { rate } from "../../providers/routeros/runtime/rows/values";

/**
 * `scavenger` takes what is left. `seed-2018` is the set-up of the article that this grew from, to the letter ("Traffic
 * Shaping Large Uploads to S3 with MikroTik RouterOS", 2018-09-19), kept to compare and to adopt. `join` queues nothing
 * itself and goes into the lowest class of a CAKE that stands.
 */
export type ProfileName = "scavenger" | "seed-2018" | "join";

export const profileNames: readonly ProfileName[] = ["scavenger", "seed-2018", "join"];

/** Names of everything made on the router, and the comment of its rows. */
export interface ShapingNames {
    /** Address list of S3's prefixes, the same name in both families. */
    listName: string;
    /** Comment of every row, before the ownership marker. */
    comment: string;
    connectionMark: string;
    packetMark: string;
    queueNames: QueueNames;
}

export interface QueueNames {
    parent: string;
    rest: string;
    s3: string;
}

/** Comments of the rows, before the ownership marker; empty for none. */
export interface RowComments {
    list: string;
    sources: string;
    connection: string;
    packet: string;
    bypass: string;
    parent: string;
    rest: string;
    s3: string;
}

/** Numbers of one queue, ready for the queue tree. */
export interface QueueNumbers {
    /** Guaranteed rate. */
    limitAt?: string;
    /** Highest rate. */
    maxLimit: string;
    /** 1 is served first. */
    priority?: number;
    /** Bucket in seconds of max-limit. */
    bucketSize?: string;
    /** Queue type that the profile insists on. */
    queue?: string;
}

export interface ShapingNumbers {
    parent: QueueNumbers;
    rest: QueueNumbers;
    s3: QueueNumbers;
}

/** What a profile fixes beside its numbers. */
export interface ProfileTraits {
    names: ShapingNames;
    /** Comments that do not follow from the name `comment`, while the user gives none. */
    comments?: Partial<RowComments>;
    /** What a person should know before he takes it, one line. */
    remark?: string;
    /** The rules match the WAN as out-interface, and never a connection or packet that somebody else marked. */
    careful: boolean;
    /** Only packets of these sizes get the packet mark. */
    packetSize?: string;
    /** Queue type that stands on every router and that the profile insists on. */
    builtInQueueType?: string;
}

const careful: ProfileTraits = {
    names: {
        listName: "aws-s3",
        comment: "S3 upload",
        connectionMark: "s3-upload",
        packetMark: "s3-upload-packet",
        queueNames: { parent: "upload", rest: "upload-rest", s3: "upload-s3" },
    },
    careful: true,
    // An upload's data comes in full packets. Acknowledgements, handshakes and requests stay with the rest, among
    // them those of other people's downloads from S3 (measured: docs/lab/REPORT.md).
    packetSize: "1000-65535",
};

const traits: Record<ProfileName, ProfileTraits> = {
    scavenger: careful,
    join: careful,
    "seed-2018": {
        names: {
            listName: "aws-s3-apse2",
            comment: "AWS S3 Sydney",
            connectionMark: "aws-s3-sydney",
            packetMark: "AWS-S3-Upload",
            queueNames: { parent: "upload", rest: "upload_pri_2", s3: "s3_low_pri_8" },
        },
        comments: {
            connection: "",
            packet: "",
            parent: "base parent upload",
            rest: "Regular unmarked upload traffic",
            s3: "Govern bulk AWS S3 upload traffic",
        },
        remark:
            "profile seed-2018 is the article's set-up to the letter: its guarantees add up to one and a half times the " +
            "uplink, and uploads to S3 get half of a busy line; with the profile scavenger they get what is left " +
            "[profile/seed-2018]",
        careful: false,
        builtInQueueType: "pcq-upload-default",
    },
};

/** Lowest uplink that can be shaped: below it the guarantees are no longer whole kbit/s. */
export const lowestUplink = 100_000;
export const highestUplink = 100_000_000_000;

/** What the line is: how much it counts for a packet beside what the router's queues count. */
export const lineKinds = ["ethernet", "docsis", "pppoe", "dsl", "lte"] as const;
export type LineKind = (typeof lineKinds)[number];

/**
 * Share of the uplink, in percent, that a kind of line takes of full frames for itself; left free beside the headroom
 * (measured: docs/lab/REPORT.md). No share helps a radio line (lte): its uplink is what it never falls below.
 */
const lineShare: Record<LineKind, number> = { ethernet: 0, docsis: 0, pppoe: 2, dsl: 14, lte: 0 };

/** The uplink of a line of which a router's queues count so much when it is full of full frames; both in bit/s. */
export function uplinkOf(counted: number, line: LineKind): number {
    return (counted * 100) / (100 - lineShare[line]);
}

/** A full Ethernet frame, as queues count it, in bit. */
const frame = 1514 * 8;
/** S3 closes a connection that is silent for some 20 s: a full frame over each at least so often, in seconds. */
const frameEvery = 1.25;
/**
 * A bucket of 2 ms of the line, and never less than two full frames: what it holds passes at once and waits in the modem,
 * before everybody's packets (measured: docs/lab/REPORT.md). In seconds of max-limit, as RouterOS takes it.
 */
function bucketSizeOf(maxLimit: number): string {
    const seconds = Math.max(0.002, (2 * frame) / maxLimit);
    return String(Math.ceil(seconds * 1e4 - 1e-6) / 1e4);
}

export function profileTraits(profile: ProfileName): ProfileTraits {
    return traits[profile];
}

/** @param comment what the user gave; undefined for the profile's own */
export function rowComments(profile: ProfileName, comment: string | undefined): RowComments {
    const { names, comments } = traits[profile];
    const text = comment ?? names.comment;
    return {
        list: text,
        sources: `${text}: hosts that upload`,
        connection: `${text}: mark connections`,
        packet: `${text}: mark packets`,
        bypass: `${text}: past FastTrack`,
        parent: `${text}: the line`,
        rest: `${text}: everything else`,
        s3: `${text}: uploads to S3`,
        ...(comment === undefined && comments),
    };
}

/** What a site says of its line and its uploads. */
export interface ShapingGiven {
    /** Share of the uplink kept free, in percent. */
    headroomPercent: number;
    line: LineKind;
    /** Connections that an upload opens at once. */
    uploadConnections: number;
}

/** @param uplink measured upload rate in bit/s */
export function shapingNumbers(profile: ProfileName, uplink: number, given: ShapingGiven): ShapingNumbers {
    return profile === "seed-2018" ? seedNumbers(uplink) : scavengerNumbers(uplink, given);
}

/** The parent's max-limit in bit/s. */
function maxLimitOf(uplink: number, { headroomPercent, line }: ShapingGiven): number {
    return wholeKilobits((uplink * (100 - lineShare[line]) * (100 - headroomPercent)) / 1e4);
}

/**
 * Everything else is served first and owns 95 % of the line; S3 owns what keeps its connections alive, and both may
 * take all of it. The guarantees never add up to more than the parent (manual: "HTB", on limit-at).
 */
function scavengerNumbers(uplink: number, given: ShapingGiven): ShapingNumbers {
    const all = maxLimitOf(uplink, given);
    const rest = wholeKilobits(all * 0.95);
    const s3 = s3Guarantee(all, given);
    const maxLimit = formatRate(all);
    const bucketSize = bucketSizeOf(all);
    return {
        parent: { maxLimit, bucketSize },
        rest: { priority: 1, limitAt: formatRate(rest), maxLimit, bucketSize },
        s3: { priority: 8, limitAt: formatRate(s3), maxLimit, bucketSize },
    };
}

/** What keeps S3's connections alive on a full line, in bit/s: 1 % of it, more for many connections, at most 5 %. */
function s3Guarantee(all: number, { uploadConnections }: ShapingGiven): number {
    const alive = (uploadConnections * frame) / frameEvery;
    return wholeKilobits(Math.min(Math.max(all * 0.01, alive), all * 0.05));
}

/** Parameters of a queue type of kind fq-codel, as RouterOS takes them. */
export interface FqCodelNumbers {
    fqCodelTarget: string;
    fqCodelInterval: string;
    /** Packets. */
    fqCodelLimit: string;
    /** Bytes: 4 KiB a packet, for RouterOS's own numbers let two leaves ask for 64 MB. */
    fqCodelMemlimit: string;
    fqCodelFlows?: string;
}

/**
 * Numbers of the leaf of everything else. Packets of one flow wait for a full frame of each other flow by design; a
 * target of a round or two takes this for a queue and drops until the line runs empty, so it is three (measured:
 * docs/lab/REPORT.md). Packets: 100 ms of the line.
 */
export function fqCodelRest(uplink: number, given: ShapingGiven): FqCodelNumbers {
    const all = maxLimitOf(uplink, given);
    const round = milliseconds(3 * given.uploadConnections, all);
    const target = Math.min(Math.max(round, 5), 500);
    const limit = Math.min(Math.max(Math.ceil((all * 0.1) / frame), 1000), 8192);
    return {
        fqCodelTarget: `${target}ms`,
        fqCodelInterval: `${target + 95}ms`,
        ...packets(limit),
    };
}

/**
 * Numbers of S3's leaf. On a full line its packets leave at what it is guaranteed, where one round of frames takes 0.64 s
 * (10 connections, 190k): a shorter target takes the round for a queue and drops what a connection sends again, and with
 * a shorter interval it drops ever faster. Packets: 25 ms of the line, or four a connection; what stands there when the
 * line fills has to leave by the guarantee. Flows: two connections in one of them starve each other, and with RouterOS's
 * 1024 every second upload of 40 connections has such a pair (measured: docs/lab/REPORT.md). It takes 2 MB.
 *
 * @param uplinks of the lines that share it: rounds are those of the slowest, packets those of the fastest
 */
export function fqCodelS3(uplinks: readonly number[], given: ShapingGiven): FqCodelNumbers {
    const slowest = maxLimitOf(Math.min(...uplinks), given);
    const fastest = maxLimitOf(Math.max(...uplinks), given);
    const round = milliseconds(given.uploadConnections, s3Guarantee(slowest, given));
    const limit = Math.min(Math.max(Math.ceil((fastest * 0.025) / frame), 4 * given.uploadConnections), 8192);
    return {
        fqCodelTarget: `${Math.max(round, 5)}ms`,
        fqCodelInterval: `${Math.max(round, 100)}ms`,
        ...packets(limit),
        fqCodelFlows: "32768",
    };
}

/** How long so many full frames take, in whole ms. */
function milliseconds(frames: number, rate: number): number {
    return Math.ceil(((frames * frame) / rate) * 1000);
}

function packets(limit: number): Pick<FqCodelNumbers, "fqCodelLimit" | "fqCodelMemlimit"> {
    return { fqCodelLimit: String(limit), fqCodelMemlimit: String(limit * 4096) };
}

/**
 * The numbers of 2018: half the line guaranteed to S3 and never more, the whole of it to the rest, on a parent as wide
 * as the line. They add up to more than the line, as they did.
 */
function seedNumbers(uplink: number): ShapingNumbers {
    const queue = "pcq-upload-default";
    const all = formatRate(wholeKilobits(uplink));
    const half = formatRate(wholeKilobits(uplink / 2));
    return {
        parent: { priority: 6, limitAt: all, maxLimit: all, queue },
        rest: { priority: 2, limitAt: all, maxLimit: all, queue },
        s3: { priority: 8, limitAt: half, maxLimit: half, queue },
    };
}

/** Bit/s of a rate as RouterOS takes it (`20M`, `2.5M`, `20000000`); undefined for anything else. */
export function parseRate(text: string): number | undefined {
    try {
        const bits = Number(rate(text.trim()));
        return Number.isSafeInteger(bits) ? bits : undefined;
    } catch {
        return undefined;
    }
}

/** Shortest RouterOS text of a rate that is exact: `19M`, `18050k`, `64k`, `1500`. */
export function formatRate(bits: number): string {
    for (const [unit, size] of [
        ["G", 1e9],
        ["M", 1e6],
        ["k", 1e3],
    ] as const) {
        if (bits >= size && bits % size === 0) return `${bits / size}${unit}`;
    }
    return String(bits);
}

function wholeKilobits(bits: number): number {
    // Percentages of integers are not exact in floating point; 1e-6 bit/s is less than any of them can be off by.
    return Math.floor((bits + 1e-6) / 1000) * 1000;
}
