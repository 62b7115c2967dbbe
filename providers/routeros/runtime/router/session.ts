/** One router as this process knows it: connection, cache, identity, and what was said already. */
import { createHash } from "node:crypto";

import type { Requires } from "../../args";
import type { EngineWatch } from "../engine/engine-watch";
import { engineOfProcess } from "../engine/engine-watch";
import type { Values } from "../rows/fields";
import type { CommonInputs, Self, State } from "../rows/inputs";
import type { Patience } from "./client";
import { Client } from "./client";
import { isRouterError, RouterError } from "./errors";
import { Scripts } from "./execute";
import { forgetSaid, memo } from "./once";
import type { Settings } from "./settings";
import { Snapshot } from "./snapshot";
import { Turns } from "./turns";

export interface Facts {
    /** `7.22.3 (stable)`. */
    version: string;
    /** Serial number or software id: which device this is. */
    device: string;
}

interface Demand {
    requires: Requires;
    self: Self;
    again: () => Promise<void>;
}

export interface Session {
    settings: Settings;
    client: Client;
    snapshot: Snapshot;
    engine: EngineWatch;
    /** Many operations in one request, where the router takes that. */
    scripts: Scripts;
    /** Looks and the writes that go by them: one resource's after another's, so that no look grows old in between. */
    writing: Turns;
    /** Milliseconds, by which the age of a look is told. */
    now(): number;
    /** Version and device, read once. */
    facts(): Promise<Facts>;
    /** Results by name, each worked out once in this process. */
    once: Map<string, Promise<unknown>>;
    /** What was asked for to stand on the router before anything is written: how to look for it again. */
    demands: Map<string, Demand>;
    /** What was to be removed while something still used it, by title: how to try again. */
    left: Map<string, { olds: CommonInputs & State; again: () => Promise<void> }>;
    /** What is recorded in the state and was read, by title and owner: the menu, and its rows' ids by key. */
    recorded: Map<string, { menu: string; ids: ReadonlyMap<string, string> }>;
    /** Resources that the program of this process asks for, by title and owner, and where their rows stand. */
    asked: Map<string, { owner: string; menu: string; queries: readonly Values[] }>;
    /** The device that the state has for this router, once a resource has told it. */
    recordedDevice?: string | undefined;
}

export interface Tuning {
    patience?: Partial<Patience>;
    maximumAge?: number;
    engine?: EngineWatch;
    /** From how many operations on scripts are used. @default as measured */
    scriptsFrom?: number;
    /** Milliseconds, by which the age of a look is told. @default the process's clock */
    now?: () => number;
}

const sessions = new Map<string, Session>();
let tuning: Tuning = {};

/** Pauses and ages for tests; also ends what was open. */
export function tune(next: Tuning): void {
    forget();
    tuning = next;
}

/** What a new process would not know: connections, caches, warnings given. */
export function forget(): void {
    for (const session of sessions.values()) session.client.close();
    sessions.clear();
    forgetSaid();
}

/** Resolves when no router is being asked anything. */
async function idle(): Promise<void> {
    await Promise.all([...sessions.values()].map(({ client }) => client.idle()));
}

/** Starts, at the first call of this process, to watch the engine that started it. */
export function watchEngine(): EngineWatch {
    return tuning.engine ?? engineOfProcess(idle);
}

export function sessionFor(settings: Settings): Session {
    const key = createHash("sha256").update(JSON.stringify(settings)).digest("hex");
    const known = sessions.get(key);
    if (known) return known;
    const client = new Client(settings, tuning.patience);
    const now = tuning.now ?? (() => performance.now());
    const snapshot = new Snapshot(client, tuning.maximumAge, now);
    const once = new Map<string, Promise<unknown>>();
    const session: Session = {
        settings,
        client,
        snapshot,
        engine: watchEngine(),
        scripts: new Scripts(client, { wanted: settings.bulkWrites !== "never", from: tuning.scriptsFrom, now }),
        writing: new Turns(),
        now,
        facts: () => memo(once, "facts", () => readFacts(client, settings)),
        once,
        demands: new Map(),
        left: new Map(),
        recorded: new Map(),
        asked: new Map(),
    };
    sessions.set(key, session);
    return session;
}

async function readFacts(client: Client, { device: meant }: Settings): Promise<Facts> {
    const resource = await client.row("/system/resource", { ".proplist": "version,board-name" });
    const device = await readDevice(client);
    const id = (text: string): string =>
        text
            .replace(/^(serial|software) /i, "")
            .trim()
            .toLowerCase();
    if (meant !== undefined && id(meant) !== id(device)) {
        throw new RouterError({
            code: "preflight/device",
            summary: `${client.router} is ${device}, and routeros:device names ${meant}`,
        });
    }
    return { version: resource?.["version"] ?? "", device };
}

/** What a router is called that tells neither serial number nor software id. */
export const unknownDevice = "unknown";

/** The serial number of a RouterBOARD; a virtual router has none and is told by its licence. */
async function readDevice(client: Client): Promise<string> {
    const board = await optional(client, "/system/routerboard", ["routerboard"]);
    const serial = board?.["serial-number"];
    if (serial !== undefined && serial !== "") return `serial ${serial}`;
    const licence = await optional(client, "/system/license");
    const id = licence?.["software-id"] ?? licence?.["system-id"];
    return id === undefined || id === "" ? unknownDevice : `software ${id}`;
}

async function optional(client: Client, path: string, identity: readonly string[] = []) {
    try {
        return await client.row(path, {}, identity);
    } catch (error) {
        if (isRouterError(error, "router/no-such-menu", "router/refused", "login/not-permitted")) return undefined;
        throw error;
    }
}
