/**
 * The embedded router as tests and programs use it. Types only: `start` is in `./index`.
 *
 * Rows are what REST returns for them: every value a string, keys in RouterOS's kebab-case, `.id` included.
 */
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
    /** RouterOS version whose menus are served: `7.20.8`, `7.22.3`, `7.24`. @default that of `rsc` or of the state, else "7.22.3" */
    version?: string;
    /** JSON file that keeps the router's configuration between runs, written whole or not at all. @default none: memory */
    stateFile?: string;
    /** Text of an `/export`, loaded in place of the default configuration when there is no state yet. */
    rsc?: string;
    /** Serve HTTPS with a certificate made at start, or with the one given (PEM). @default false: HTTP */
    https?: boolean | { key: string; certificate: string };
    /**
     * How slow: `hex` (119 ms a request, 0.64 ms a row scanned, 10 ms a command of a script), `rb5009` (20 ms a request,
     * 2 ms a command). @default "none"
     */
    latency?: "none" | "hex" | "rb5009" | { requestMs: number; rowMs: number; commandMs?: number };
    /** Answer every request with `Connection: close`. @default false */
    closeConnections?: boolean;
    /** Choices where the facts leave more than one. @default see `assumed.ts` */
    behaviour?: Partial<Behaviour>;
    /** Addresses of DNS names in address lists. @default one made from the name */
    names?: Record<string, string[]>;
}

/** What became of a line of an export that was loaded. */
export interface LoadedLine {
    line: number;
    /** `kept`: not modelled, exported again as it was written; `passed over`: no command at all. */
    outcome: "modelled" | "kept" | "refused" | "passed over";
    /** Menu and command, and what of it; the line itself where it was passed over. */
    what: string;
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
    /** How many commands its script carried out. */
    commands?: number;
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
    /** In a script: after so many of its commands, and the rest of it is not carried out. @default none */
    command?: number;
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
    /** What was refused, passed over or kept as text when the export was loaded, a line each. */
    readonly warnings: readonly string[];
    /** What became of each line of the export; empty where none was loaded. */
    readonly loaded: readonly LoadedLine[];
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
    /** Called after each command of a script that comes over REST: of which request, and which of its commands. */
    onCommand(hook: (entry: { index: number; command: number }) => void): () => void;
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
    /** Couples what carries real packets: REST's counters are its own from then on. Returns how to part them. */
    couple(plane: DataPlane): () => void;
    /** What a data plane counted goes into the rows. */
    measured(measured: Measured): void;
    /** Traffic of a connection: counters move, `/ip/firewall/connection` knows it. */
    traffic(traffic: TrafficDescription): TrafficResult;
}

/** What carries real packets for a router, where something does. The router itself only keeps what it is told. */
export interface DataPlane {
    /** Something is about to be read: resolves when what was counted since the last time was brought (`Router.measured`). */
    count(): Promise<void>;
    /** The configuration changed: resolves when packets are treated as it says. The request's answer waits for it. */
    apply(): Promise<void>;
}

/** What a data plane counted for one row. */
export interface Count {
    menu: string;
    /** `*1A` */
    id: string;
    /** More than the last time. */
    bytes: number;
    packets: number;
    dropped?: number;
    /** What an interface received; `bytes` and `packets` are what it sent. */
    received?: { bytes: number; packets: number };
    /** Now, in bit/s and packets/s. */
    rate?: number;
    packetRate?: number;
    /** What waits now. */
    queuedBytes?: number;
    queuedPackets?: number;
}

/** A connection that the data plane tracks, with totals. */
export interface TrackedConnection {
    family: 4 | 6;
    /** `tcp`, `udp` or a protocol's number. */
    protocol: string;
    /** Who opened it, and what it goes to; ports where the protocol has them. */
    source: { address: string; port?: number };
    destination: { address: string; port?: number };
    tcpState?: string;
    /** Seconds until it is forgotten. */
    timeout: number;
    connectionMark?: string;
    fastTracked: boolean;
    seenReply: boolean;
    assured: boolean;
    sent: { bytes: number; packets: number };
    answered: { bytes: number; packets: number };
}

/** What a data plane knows now. */
export interface Measured {
    counts: Count[];
    /** All of them. */
    connections: TrackedConnection[];
    /** What went past the rules, more than the last time. */
    fastTracked: { family: 4 | 6; bytes: number; packets: number }[];
}

/** All of {@link Router} but how it is reached and stopped; what the control interface does goes through here too. */
export type Operations = Omit<Router, "url" | "certificate" | "fingerprint" | "warnings" | "loaded" | "stop" | "log">;

export type PacketState = "new" | "established" | "related" | "invalid" | "untracked";

/** A rule that the packet met and matched, and what that did. */
export interface Step {
    menu: string;
    chain: string;
    /** `*1A`, and place in the table from 0, dynamic rules included. */
    id: string;
    position: number;
    action: string;
    comment?: string;
    effect: string;
}

/** `redirected`: destination NAT sends it elsewhere, and it is not followed there. */
export type Verdict = "accept" | "drop" | "redirected";

/** The leaf a packet ends in, and the queues above it up to the interface or `global`. */
export interface QueuePath {
    leaf: string;
    /** From the leaf to its root, names. */
    path: string[];
    /** What the root hangs on. */
    root: string;
}

/** A connection as somebody describes it. Only `to` is needed. */
export interface ConnectionDescription {
    /** Far end: `52.95.132.33:443`, `[2001:db8::1]:443`; the port is 443 where none is given. */
    to: string;
    /** Near end, with or without a port. @default a host of the LAN */
    from?: string;
    /** @default "tcp" */
    protocol?: string;
    /** Interfaces by name. @default the LAN's and the default route's */
    inInterface?: string;
    outInterface?: string;
    /** Only packets of a connection that stood before the rules are looked at: none is new. @default false */
    established?: boolean;
    /** FastTrack took it before the rules came. @default false, or what `/ip/firewall/connection` says of it */
    fastTracked?: boolean;
    /** Bytes of a data packet. @default 1500 */
    size?: number;
    connectionMark?: string;
    srcMac?: string;
}

export interface PacketTrace {
    /** Who sends: the near end (`upload`) or the far one (`reply`). */
    direction: "upload" | "reply";
    state: PacketState;
    size: number;
    /** The connection was FastTracked when the packet came: it met no rule. */
    fastPath: boolean;
    steps: Step[];
    verdict: Verdict;
    /** This packet made FastTrack take the connection. */
    takenByFastTrack: boolean;
    connectionMark?: string;
    packetMark?: string;
    /** Leaf of the outgoing interface's tree, of the global tree, and the simple queue that carry it. */
    queue?: QueuePath;
    globalQueue?: QueuePath;
    simpleQueue?: string;
    notes: string[];
}

export interface Trace {
    from: string;
    to: string;
    protocol: string;
    inInterface: string;
    outInterface: string;
    packets: PacketTrace[];
    /** How the connection goes on after these packets. */
    fastTracked: boolean;
    connectionMark?: string;
    /** Leaf that the bulk of the upload ends in, of the interface's tree or else the global one; undefined where none carries it, or where that is undecided. */
    leaf?: string;
    /** Rules that cannot be decided here and on which the end depends. */
    undecided: string[];
}

/** Simulated traffic: a connection and what it carries. */
export interface TrafficDescription extends ConnectionDescription {
    /** Bytes from the near end to the far one, and back. @default 15000 and 640 */
    upload?: number;
    reply?: number;
    /** How long it took; rates are shown for as long. @default 1 */
    seconds?: number;
    /** The connection ends: its entry goes. @default false */
    end?: boolean;
}

export interface TrafficResult {
    /** Id in `/ip/firewall/connection`. */
    id: string;
    fastTracked: boolean;
    connectionMark?: string;
    leaf?: string;
    verdict: "accept" | "drop";
}

/**
 * Where nothing recorded or documented says what RouterOS does and tests should see both sides, the choice is a switch;
 * `assumed.ts` lists all choices.
 */
export interface Behaviour {
    /** A freed id is given to the next new row of that menu (claimed, not shown in a log). @default true */
    reuseIds: boolean;
    /** GET with `.proplist` returns `.id` also when it was not asked for (recorded on 7.23.7; the manual shows it without). @default true */
    proplistAddsId: boolean;
    /**
     * Firewall rules always show `disabled`, `log` and `log-prefix` (captures of 2022/23), or only when written (recorded
     * on 7.23.7). The version of the change is not known. @default true before 7.21, false from 7.21 on
     */
    flagsAlways: boolean;
    /** An id sent as `%2A1` is taken as `*1`; otherwise 400 `missing or invalid resource identifier`. @default true */
    decodeStar: boolean;
    /** A method that the menu lacks answers 406 (documented) or 400. @default 406 */
    absentVerbStatus: 406 | 400;
    /** `place-before` with an unknown id is refused with 404, or the rule goes to the end. @default "refuse" */
    unknownPlaceBefore: "refuse" | "append";
    /** A body whose Content-Type is not JSON is refused with 415; without the header it is always read. @default true */
    refuseForeignContentType: boolean;
    /** A command that takes longer is ended with `Session closed` (documented: 60). @default 60 */
    sessionSeconds: number;
    /**
     * What becomes of `POST /rest/execute`: it works (recorded), is no command of this version, is forbidden by device-mode,
     * answers something else than what the script put, or never answers. @default "works"
     */
    execute: "works" | "unknown" | "device-mode" | "garbled" | "silent";
    /** A policy that `/rest/execute` asks for beside `write`; which one a router asks for is not recorded. @default "policy" */
    executePolicy: "policy" | "test" | "write";
    /** Longest script of `/rest/execute` in bytes; more is refused. @default 32768 */
    scriptBytes: number;
    /** A script is cut off after so many commands, without a word; 0 for never. @default 0 */
    scriptCommands: number;
    /** Largest body in bytes; more is 413. @default 1048576 */
    maxBodyBytes: number;
}
