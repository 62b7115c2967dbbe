import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { STATUS_CODES } from "node:http";

import type { Router, RouterOptions } from "../../../router/api";
import { Skip } from "./check";
import type { Answer, Row } from "./rest";
import { query, Rest } from "./rest";

/** Starts an embedded router of its own; the only thing the suite knows of it beside HTTP. */
type Start = (options: RouterOptions) => Promise<Router>;

export interface Target {
    rest: Rest;
    /** RouterOS version the target says it runs, such as `7.22.3`. */
    version: string;
    /** Absent where the target is a router of somebody's: then nothing but rows made here is touched. */
    start?: Start;
    /** Users and groups may be made on the target (and are removed again). */
    usersAllowed: boolean;
}

/**
 * What one check works with: the router's HTTP interface, names nobody else uses, and rows that are taken away again
 * at the end: those that carry the check's marker, however they came about and whether they were meant to, and those
 * without it that read as the router said they were made. An id alone says nothing: it may have become another row's.
 */
export class Bench {
    readonly marker = `ct-${randomBytes(4).toString("hex")}`;
    readonly rest: Rest;
    /** The list, chain and interface list of this check. */
    readonly list = `${this.marker}-list`;
    readonly chain = `${this.marker}-chain`;
    /** Menus that were asked for a new row. */
    readonly #menus = new Set<string>();
    /** Rows that the router made without the marker, as it answered. */
    readonly #unmarked: { menu: string; row: Row }[] = [];
    readonly #stops: (() => Promise<void> | void)[] = [];

    constructor(readonly target: Target) {
        this.rest = target.rest.watched((method, path, answer) => this.#made(method, path, answer));
    }

    #made(method: string, path: string, { status, json, text }: Answer): void {
        const menu = method === "PUT" ? path : method === "POST" ? /^(.*)\/add$/.exec(path)?.[1] : undefined;
        if (menu === undefined) return;
        this.#menus.add(menu);
        if (status === 201 && !text.includes(this.marker)) this.#unmarked.push({ menu, row: json as Row });
    }

    get version(): string {
        return this.target.version;
    }

    /** The target runs this version or a newer one. */
    since(version: string): boolean {
        return compareVersions(this.target.version, version) >= 0;
    }

    skip(reason: string): never {
        throw new Skip(reason);
    }

    skipBefore(version: string): void {
        if (!this.since(version)) this.skip(`needs RouterOS ${version} or newer`);
    }

    /** An own embedded router, for what cannot be tried on a router that somebody uses. */
    async fresh(options: RouterOptions = {}): Promise<{ rest: Rest; router: Router }> {
        const { start } = this.target;
        if (!start) return this.skip("would change the router itself: tried on the embedded router only");
        const password = options.password ?? "secret";
        const router = await start({ version: this.target.version, ...options, password });
        this.#stops.push(() => router.stop());
        const rest = new Rest({
            url: router.url,
            username: options.username ?? "admin",
            password,
            ...(router.fingerprint ? { fingerprint: router.fingerprint } : {}),
        });
        this.#stops.push(() => rest.close());
        return { rest, router };
    }

    /** Closes what it returns at the end of the check. */
    using(rest: Rest): Rest {
        this.#stops.push(() => rest.close());
        return rest;
    }

    /** Adds a row that carries the marker and is removed at the end; fails unless the router says 201. */
    async add(menu: string, row: Record<string, unknown>): Promise<Row> {
        const answer = await this.rest.put(menu, row);
        assert.equal(answer.status, 201, `PUT ${menu} ${JSON.stringify(row)}: ${said(answer)}`);
        return answer.json as Row;
    }

    /** A rule in this check's own chain, which nothing jumps to. */
    rule(menu = "/ip/firewall/mangle", values: Record<string, unknown> = {}): Promise<Row> {
        return this.add(menu, { chain: this.chain, comment: this.marker, action: "passthrough", ...values });
    }

    entry(address: string, values: Record<string, unknown> = {}): Promise<Row> {
        const menu = address.includes(":") ? "/ipv6/firewall/address-list" : "/ip/firewall/address-list";
        return this.add(menu, { list: this.list, address, comment: this.marker, ...values });
    }

    /** A disabled queue under `global`, so that it takes no packet. */
    queue(values: Record<string, unknown> = {}): Promise<Row> {
        return this.add("/queue/tree", {
            name: `${this.marker}-queue`,
            parent: "global",
            disabled: "yes",
            comment: this.marker,
            ...values,
        });
    }

    async rows(menu: string, words: Record<string, string> = {}): Promise<Row[]> {
        const answer = await this.rest.get(menu + (Object.keys(words).length > 0 ? query(words) : ""));
        assert.equal(answer.status, 200, `GET ${menu}: ${said(answer)}`);
        assert.ok(Array.isArray(answer.json), `GET ${menu} gives an array`);
        return answer.json as Row[];
    }

    /** What a script puts, which may add rows with the marker to these menus. Fails unless the router says 200. */
    async script(script: string, ...menus: string[]): Promise<string> {
        for (const menu of menus) this.#menus.add(menu);
        const answer = await this.rest.post("/execute", { script, "as-string": "" });
        assert.equal(answer.status, 200, `a script: ${said(answer)}`);
        return String((answer.json as { ret?: unknown } | undefined)?.ret);
    }

    async row(menu: string, id: string | undefined): Promise<Row> {
        const answer = await this.rest.get(`${menu}/${id}`);
        assert.equal(answer.status, 200, `GET ${menu}/${id}: ${said(answer)}`);
        return answer.json as Row;
    }

    /** The order in which this check's own rules stand, by id. */
    async order(menu = "/ip/firewall/mangle"): Promise<string[]> {
        return (await this.rows(menu)).filter((row) => row["chain"]?.startsWith(this.marker)).map((row) => row[".id"]!);
    }

    /** Name of an interface with a cable. */
    async interface(): Promise<string> {
        const rows = await this.rows("/interface", { type: "ether" });
        return rows[0]?.["name"] ?? this.skip("the router has no ethernet interface");
    }

    /** Takes away what the check made, newest first. Returns what the router still shows of it. */
    async clean(): Promise<string[]> {
        const answers = new Map<string, string>();
        for (const { menu, row } of await this.#standing()) {
            const path = `${menu}/${row[".id"]}`;
            answers.set(path, said(await this.rest.delete(path)));
        }
        const left = (await this.#standing()).map(({ menu, row }) => `${menu}/${row[".id"]}`);
        for (const stop of this.#stops.reverse()) await stop();
        return left.map((row) => `${row}: ${answers.get(row) ?? "came meanwhile"}`);
    }

    /** Rows of this check by a look at the router, in the order in which they may be removed. */
    async #standing(): Promise<{ menu: string; row: Row }[]> {
        const found: { menu: string; row: Row }[] = [];
        for (const menu of [...this.#menus].reverse()) {
            const { status, json } = await this.rest.get(menu);
            if (status !== 200 || !Array.isArray(json)) continue;
            for (const row of (json as Row[]).reverse()) if (this.#isOwn(menu, row)) found.push({ menu, row });
        }
        return found;
    }

    #isOwn(menu: string, row: Row): boolean {
        if (JSON.stringify(row).includes(this.marker)) return true;
        const counts = /bytes|packets|rate|time|dropped|queued|last|run-count/;
        return this.#unmarked.some(
            (made) =>
                made.menu === menu &&
                Object.entries(made.row).every(([name, value]) => counts.test(name) || row[name] === value),
        );
    }
}

/** Fails unless the router refused with this status and exactly this text (`null`: with no text at all). */
export function refused(answer: Answer, status: number, detail: string | RegExp | null): void {
    const body = answer.json as { error?: number; message?: string; detail?: string } | undefined;
    assert.equal(answer.status, status, said(answer));
    assert.equal(body?.error, status, "the body's error is the status");
    assert.equal(body?.message, STATUS_CODES[status], "the body's message is the status's text");
    if (detail === null) assert.equal(body?.detail, undefined);
    else if (typeof detail === "string") assert.equal(body?.detail, detail);
    else assert.match(body?.detail ?? "", detail);
}

/** Fails unless the router answered with this status; shows what it said otherwise. */
export function answered(answer: Answer, status: number): unknown {
    assert.equal(answer.status, status, said(answer));
    return answer.json;
}

export function said(answer: Answer): string {
    return `${answer.status} ${answer.text.slice(0, 300)}`;
}

function compareVersions(left: string, right: string): number {
    const numbers = (text: string) => text.split(".").map((part) => Number.parseInt(part, 10) || 0);
    const [a, b] = [numbers(left), numbers(right)];
    for (let index = 0; index < 3; index++) {
        const difference = (a[index] ?? 0) - (b[index] ?? 0);
        if (difference !== 0) return difference;
    }
    return 0;
}
