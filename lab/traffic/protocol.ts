/**
 * What a lab says to a traffic program (a line of JSON on its standard input) and what it answers (one line each).
 * Times are milliseconds of the machine's monotonic clock, the same in every namespace.
 */
export type Command =
    | { op: "serve" }
    /** Sends to `to` until `stop`, over as many connections; `limit` in bit/s for all of them together. */
    | { op: "upload"; flow: string; to: string; port: number; connections: number; limit?: number }
    | { op: "download"; flow: string; to: string; port: number; connections: number }
    /** Parts of `bytes` each, one after the other over each of the connections, sent again where one is cut. */
    | { op: "parts"; flow: string; to: string; port: number; connections: number; bytes: number }
    /** Requests one after the other, each over a connection of its own; how long each step of one took. */
    | { op: "probe"; flow: string; to: string; port: number; every: number }
    /** What a device of this namespace sends, counted without being touched. */
    | { op: "watch"; flow: string; device: string }
    /** UDP packets that the far end sends back at once. */
    | { op: "game"; flow: string; to: string; perSecond: number; bytes: number }
    /** UDP packets both ways, each side sending on its own. */
    | { op: "call"; flow: string; to: string; perSecond: number; bytes: number }
    /** One short transfer after the other, each over a connection of its own. */
    | { op: "web"; flow: string; to: string; port: number; request: number; bytes: number; pause: number }
    | { op: "stop"; flow: string }
    /** Everything measured since the last `collect`, which then starts anew; what is still connected is cut. */
    | { op: "collect" };

export interface Answer {
    id: number;
    error?: string;
    result?: Measured;
}

/** Bytes that arrived over one connection, in steps of {@link stepMilliseconds}: [step, bytes]. */
export interface ConnectionCount {
    flow: string;
    /** When the connection stood. */
    since: number;
    /** When it ended; none where it still stood when it was asked for. */
    until?: number;
    steps: [number, number][];
}

/** How an upload in parts went, on the side that counted it. */
export interface PartsCount {
    flow: string;
    /** Parts that were sent whole and answered. */
    done: number;
    /** Attempts that ended before their part was sent. */
    cut: number;
    /** Parts given up after so many attempts as the command line tool makes: it would have ended there. */
    abandoned: number;
    /** Bytes handed to the network in attempts that were cut. */
    wasted: number;
    /** Bytes that arrived. */
    received: number;
    /** When an attempt ended before its part had come, and how many bytes of it had: [ms, bytes]. */
    losses: [number, number][];
}

export interface Packets {
    flow: string;
    /** [when it was sent, how long it took in ms]; packets that never came are not among them. */
    delays: [number, number][];
    /** When each packet was sent. A call's two sides send on their own: what one side sent, the other side's delays hold. */
    sent: number[];
}

export interface Measured {
    counts: ConnectionCount[];
    packets: Packets[];
    /** Short transfers: [when it began, how long it took in ms]. */
    transfers: { flow: string; times: [number, number][] }[];
    parts: PartsCount[];
}

export const stepMilliseconds = 50;

export const ports = {
    /** What the rules match; S3 and everybody else listen there. */
    https: 443,
    /** Short transfers, served by a process of its own. */
    web: 8443,
    echo: 4000,
    call: 4001,
} as const;

export function now(): number {
    return Number(process.hrtime.bigint()) / 1e6;
}
