/**
 * The embedded router as tests and programs use it. Types only: `start` is in `./index`.
 *
 * Rows are what REST returns for them: every value a string, keys in RouterOS's kebab-case, `.id` included.
 */
import type { Behaviour } from "./assumed";
import type { ConnectionDescription, Trace } from "./packets/trace";
import type { TrafficDescription, TrafficResult } from "./packets/traffic";

export type Row = Record<string, string>;

export interface RouterOptions {
    /** @default 0, a free port */
    port?: number;
    /** @default "127.0.0.1" */
    host?: string;
    /** @default "admin" */
    username?: string;
    /** @default "" (RouterOS allows an empty password) */
    password?: string;
    /** RouterOS version whose menus are served: `7.20.8`, `7.22.3`, `7.24`. @default "7.22.3" */
    version?: string;
    /** JSON file that keeps the router's configuration between runs, written whole or not at all. @default none: memory */
    stateFile?: string;
    /** Text of an `/export`, loaded in place of the default configuration when there is no state yet. */
    rsc?: string;
    /** Serve HTTPS with a certificate made at start, or with the one given (PEM). @default false: HTTP */
    https?: boolean | { key: string; certificate: string };
    /** How slow: `hex` (119 ms a request, 0.64 ms a row scanned), `rb5009` (20 ms a request). @default "none" */
    latency?: "none" | "hex" | "rb5009" | { requestMs: number; rowMs: number };
    /** Answer every request with `Connection: close`. @default false */
    closeConnections?: boolean;
    /** Choices where the facts leave more than one. @default see `assumed.ts` */
    behaviour?: Partial<Behaviour>;
    /** Addresses of DNS names in address lists. @default one made from the name */
    names?: Record<string, string[]>;
}

/** One request as the log keeps it. */
export interface RequestEntry {
    /** 1 for the first request since the start or the last `clearLog`. */
    index: number;
    method: string;
    /** Decoded path below `/rest`, such as `/ip/firewall/mangle/*1A`. */
    path: string;
    query: Record<string, string>;
    body: unknown;
    status: number;
    rowsScanned: number;
    rowsReturned: number;
    milliseconds: number;
    /** What was done to it on purpose. */
    fault?: FaultKind;
}

export type FaultKind =
    | "drop" // the connection is closed with no answer
    | "reset" // TCP reset
    | "hang" // no answer until the client gives up, or `release`
    | "500"
    | "401"
    | "cut-body" // the status line and half of the JSON
    | "foreign-answer" // another request's answer, as www gives after an aborted request
    | "restart"; // the router restarts: the connection drops, dynamic rows and counters are lost

export interface Fault {
    kind: FaultKind;
    /** Before the command is carried out, or after it was and only the answer suffers. @default "before" */
    when?: "before" | "after";
    /** Which requests, counted from the moment the fault is added, 1 the first of those that match. @default 1 */
    at?: number;
    /** How many in a row from there on. @default 1 */
    times?: number;
    /** Only requests of these methods. @default all */
    methods?: string[];
    /** Only paths that start with this, such as `/ip/firewall/mangle`. @default all */
    path?: string;
}

export interface Router {
    /** `http://127.0.0.1:PORT` or `https://…`, without `/rest`. */
    readonly url: string;
    /** PEM and SHA-256 fingerprint (upper-case hex with colons) where HTTPS is served. */
    readonly certificate?: string;
    readonly fingerprint?: string;
    /** What was passed over when the export was loaded, a line each. */
    readonly warnings: readonly string[];
    /** Requests since the start or the last `clearLog`. */
    readonly log: readonly RequestEntry[];
    clearLog(): void;
    stop(): Promise<void>;

    /** Rows of a menu (`/ip/firewall/mangle`), in order, as an unfiltered GET would return them. Not logged. */
    rows(menu: string): Row[];
    /** What somebody does by hand: checked as over REST, not logged. Throws with RouterOS's text where it refuses. */
    add(menu: string, row: Row): string;
    set(menu: string, id: string, values: Row): void;
    remove(menu: string, id: string): void;
    move(menu: string, id: string, destination?: string): void;
    /** The configuration as `/export` text. */
    export(): string;
    /** The configuration without ids, counters and times, for comparing before and after. */
    configuration(): Record<string, Row[]>;

    /** Called before (and after) each request is carried out; for edits by a colleague at a chosen moment. */
    onRequest(
        hook: (entry: { index: number; method: string; path: string; when: "before" | "after" }) => void,
    ): () => void;
    addFault(fault: Fault): void;
    clearFaults(): void;
    /** Lets hanging requests go. */
    release(): void;
    /** Restart: dynamic rows, counters and connections are lost; with `renumber`, ids change. */
    restart(options?: { renumber?: boolean }): void;
    /** Back to the default configuration (a reset router, or another device when `serial` is given). */
    reset(options?: { serial?: string }): void;
    /** Changes how the router is reached, as its administrator would. */
    setPassword(username: string, password: string): void;
    /** Moves the router's clock on: timeouts run out, the uptime grows. */
    advance(seconds: number): void;
    /** Which rules, marks and queues a connection meets as things stand. Changes nothing. */
    trace(connection: ConnectionDescription): Trace;
    /** Traffic of a connection: counters move, `/ip/firewall/connection` knows it. */
    traffic(traffic: TrafficDescription): TrafficResult;
}
