/**
 * Says what is wrong with a router's rows after an operation. Nothing of the product is asked: what is wanted comes from
 * the case, what is ours from the marker in the comment and from the ids the state holds.
 */
import type { Router, Row } from "../../../sandbox/router/api";
import type { Carrier, Recorded } from "../carrier";
import { type Menu, menuOf, menus, nameOf, parentOf, type Site, type Wanted } from "./case";
import { tangible } from "./hand";
import {
    addresses,
    buckets,
    comments,
    marks,
    type Parameter,
    parameters,
    queueKinds,
    rates,
    rules,
    shownOnly,
    typeName,
} from "./pool";

export type Rows = Record<Menu, Row[]>;

export const rowsOf = (router: Router): Rows =>
    Object.fromEntries(menus.map((menu) => [menu, tangible(router, menu)])) as Rows;

interface Marker {
    owner: string;
    key: string;
    adopted: boolean;
    text: string;
}

export function markerOf(row: Row): Marker | undefined {
    const found = /\s*\[pulumi:([^#\]\s]+)#([^\]\s,]+)(,adopted)?\]\s*/.exec(row["comment"] ?? "");
    if (!found) return undefined;
    const [whole, owner = "", key = "", adopted] = found;
    const text = (row["comment"] ?? "").replace(whole, " ").trim();
    return { owner, key, adopted: adopted !== undefined, text };
}

const idOf = (row: Row): string => row[".id"] ?? "";
const enabled = (row: Row): boolean => (row["disabled"] ?? "false") === "false";

/** A row's configuration, what has its default left out. */
export function settings(row: Row): Row {
    const plain = (name: string, value: string) =>
        (name === "disabled" && value === "false") ||
        (name === "log" && value === "false") ||
        (name === "passthrough" && value === "true") ||
        value === "";
    return Object.fromEntries(
        Object.entries(row)
            .filter(([name, value]) => !shownOnly.includes(name) && !plain(name, value))
            .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
}

export const alike = (a: Row, b: Row): boolean => JSON.stringify(settings(a)) === JSON.stringify(settings(b));
/** The same without the comment. */
const job = (row: Row): Row => omit(settings(row), "comment");
const omit = (row: Row, left: string): Row => Object.fromEntries(Object.entries(row).filter(([name]) => name !== left));
const sameJob = (a: Row, b: Row): boolean => JSON.stringify(job(a)) === JSON.stringify(job(b));

/** A row that shall stand. */
export interface Expected {
    menu: Menu;
    name: string;
    /** In the marker; of a bypass any. */
    key?: string;
    row: Row;
    text: string;
}

export function expectedRows(site: Site, rows: Rows, ours: Ours): Expected[] {
    return site.flatMap((one) =>
        expectedOf(one, rows, ours).map((row) => ({ menu: menuOf(one), name: nameOf(one), ...row })),
    );
}

function expectedOf(one: Wanted, rows: Rows, ours: Ours): Omit<Expected, "menu" | "name">[] {
    switch (one.kind) {
        case "list":
            return one.entries.map(({ address }) => {
                const key = addresses[one.family][address]?.row ?? "";
                return { key, row: { list: "alpha", address: key }, text: comments[one.comment] ?? "" };
            });
        case "rules":
            return one.rules.map(({ key, rule, comment }) => ({
                key,
                row: rules[one.table][rule]?.row ?? {},
                text: comments[comment] ?? "",
            }));
        case "bypass":
            return fastTracks(rows, ours).map((rule) => {
                const matchers = omit(job(rule), "log");
                return {
                    row: { ...matchers, action: "accept", "connection-mark": "s3" },
                    text: comments[one.comment] ?? "",
                };
            });
        case "tree":
            return one.queues.map((queue, index) => ({
                key: queue.name,
                text: comments[queue.comment] ?? "",
                row: {
                    name: queue.name,
                    parent: parentOf(one, index),
                    "packet-mark": [...(marks[queue.marks] ?? [])].sort().join(","),
                    priority: String(queue.priority),
                    "max-limit": rates[queue.limit]?.[1] ?? "",
                    "limit-at": rates[queue.guarantee]?.[1] ?? "",
                    queue: queueKinds[queue.queue] ?? "",
                    "bucket-size": buckets[queue.bucket] ?? "",
                    "burst-limit": "0",
                    "burst-threshold": "0",
                    "burst-time": "0s",
                    disabled: String(queue.disabled),
                },
            }));
        case "type":
            return [{ row: { name: typeName, kind: "fq-codel", ...parametersOf(one.parameters) }, text: "" }];
    }
}

function parametersOf(given: Partial<Record<Parameter, number>>): Row {
    return Object.fromEntries(
        Object.entries(given).map(([name, index]) => {
            const [wire, values] = parameters[name as Parameter];
            return [wire, values[index] ?? ""];
        }),
    );
}

function fastTracks(rows: Rows, ours: Ours): Row[] {
    return rows["/ip/firewall/filter"].filter(
        (row) =>
            row["action"] === "fasttrack-connection" &&
            row["chain"] === "forward" &&
            enabled(row) &&
            !ours.is("/ip/firewall/filter", row),
    );
}

/** Which rows are ours before an operation. */
export class Ours {
    private readonly state: Recorded[];
    private readonly prefix: string;
    private readonly wanted: Site;

    constructor(carrier: Carrier, wanted: Site) {
        this.state = structuredClone(carrier.state);
        this.prefix = `${carrier.project}/${carrier.stack}/`;
        this.wanted = wanted;
    }

    is(menu: Menu, row: Row): boolean {
        const marker = markerOf(row);
        if (marker) return this.marked(menu, row, marker);
        if (menu === "/queue/type" && row["name"] === typeName) return this.knowsType();
        return this.state.some((one) => menuOfRecorded(one) === menu && this.recorded(one, menu, row));
    }

    /** A queue type is known by its name. */
    private knowsType(): boolean {
        const named = this.prefix === "site/test/" && this.wanted.some(({ kind }) => kind === "type");
        return named || this.state.some(({ kind }) => kind === "QueueType");
    }

    private marked(menu: Menu, row: Row, { owner }: Marker): boolean {
        const recorded = this.state.find(
            (one) =>
                [one.outputs["owner"], ...((one.outputs["owners"] ?? []) as string[])].includes(owner) ||
                this.prefix + one.name === owner,
        );
        const wanted = this.wanted.find((one) => this.prefix + nameOf(one) === owner);
        if (recorded && menuOfRecorded(recorded) === menu && this.ids(recorded).some(([, id]) => id === idOf(row)))
            return true;
        if (!recorded && !wanted) return false;
        // A copy that somebody moved to another list or chain is out of sight.
        if (menu.endsWith("address-list")) return row["list"] === "alpha";
        if (menu.endsWith("mangle") || menu.endsWith("filter")) {
            const before = ((recorded?.outputs["rules"] ?? []) as Row[]).map(({ chain }) => chain);
            const after =
                wanted?.kind === "rules" ? wanted.rules.map(({ rule }) => rules[wanted.table][rule]?.row["chain"]) : [];
            const isBypass = owner.endsWith("/bypass");
            return [...before, ...after, ...(isBypass ? ["forward"] : [])].includes(row["chain"]);
        }
        return true;
    }

    private recorded(one: Recorded, menu: Menu, row: Row): boolean {
        const key = this.ids(one).find(([, id]) => id === idOf(row))?.[0];
        if (key === undefined) return false;
        if (menu.endsWith("address-list")) return row["list"] === "alpha" && row["address"] === key;
        if (menu === "/queue/tree") return row["name"] === key;
        if (menu === "/queue/type") {
            const given = Object.entries((one.outputs["parameters"] ?? {}) as Row);
            return given.every(([name, value]) => row[parameters[name as Parameter][0]] === value);
        }
        const rule = ((one.outputs["rules"] ?? []) as Row[]).find((other) => other["key"] === key);
        if (!rule) return false;
        const wire = Object.entries(omit(rule, "key")).map(([name, value]) => [
            name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
            value,
        ]);
        return sameJob(row, Object.fromEntries(wire) as Row);
    }

    private ids(one: Recorded): [string, string][] {
        return Object.entries((one.outputs["ids"] ?? {}) as Record<string, string>);
    }
}

function menuOfRecorded({ kind, inputs, name }: Recorded): Menu {
    if (kind === "AddressList") return inputs["family"] === "ipv6" ? menus[1] : menus[0];
    if (kind === "FirewallRules") return name === "rules-mangle" ? menus[2] : menus[3];
    return kind === "QueueTree" ? menus[4] : menus[5];
}

export interface Before {
    rows: Rows;
    foreign: Rows;
    ours: Ours;
}

export function before(router: Router, carrier: Carrier, wanted: Site): Before {
    const rows = rowsOf(router);
    const ours = new Ours(carrier, wanted);
    const foreign = Object.fromEntries(
        menus.map((menu) => [menu, rows[menu].filter((row) => !ours.is(menu, row))]),
    ) as Rows;
    return { rows, foreign, ours };
}

/** Whether a foreign row may be changed, because the wanted state takes it over. */
function takenOver(menu: Menu, row: Row, wanted: Site, expected: readonly Expected[]): boolean {
    const one = wanted.filter((other) => menuOf(other) === menu && "adopt" in other && other.adopt).map(nameOf);
    if (markerOf(row)) return false;
    return expected.some((shall) => shall.menu === menu && one.includes(shall.name) && doesJob(menu, row, shall.row));
}

function doesJob(menu: Menu, row: Row, shall: Row): boolean {
    if (menu.endsWith("address-list")) return row["list"] === shall["list"] && row["address"] === shall["address"];
    if (menu.startsWith("/queue")) return row["name"] === shall["name"];
    return sameJob(row, shall);
}

const exclusive = (menu: Menu, row: Row, wanted: Site): boolean =>
    row["list"] === "alpha" && wanted.some((one) => one.kind === "list" && one.exclusive && menuOf(one) === menu);

/** What happened to rows that are not ours. */
export function foreignHarm({ foreign, rows, ours }: Before, after: Rows, wanted: Site): string[] {
    const expected = expectedRows(wanted, rows, ours);
    return menus.flatMap((menu) => {
        const kept = foreign[menu].filter(
            (row) => !exclusive(menu, row, wanted) && !takenOver(menu, row, wanted, expected),
        );
        const found = new Map(after[menu].map((row) => [idOf(row), row]));
        const queues = new Set(
            rows["/queue/tree"]
                .filter((row) => ours.is("/queue/tree", row))
                .flatMap((row) => [row["name"] ?? "", idOf(row)]),
        );
        const harmed = kept.flatMap((row) => {
            const now = found.get(idOf(row));
            if (!now) return [`${menu}: foreign ${text(row)} is gone`];
            // A queue below one of ours shows that one's name, whatever it is called.
            const below = menu === "/queue/tree" && queues.has(row["parent"] ?? "");
            const same = alike(row, below ? { ...now, parent: row["parent"] ?? "" } : now);
            return same ? [] : [`${menu}: foreign ${text(row)} is now ${text(now)}`];
        });
        const order = (all: Row[]) =>
            all
                .map(idOf)
                .filter((id) => kept.some((row) => idOf(row) === id))
                .join();
        if (harmed.length === 0 && order(foreign[menu]) !== order(after[menu]))
            return [`${menu}: foreign rows changed their order`];
        return harmed;
    });
}

const text = (row: Row): string => JSON.stringify({ ".id": row[".id"], ...settings(row) });

/** Whether something of others stands where a wanted row would. */
export function blocked({ foreign, rows, ours }: Before, wanted: Site): boolean {
    const expected = expectedRows(wanted, rows, ours);
    const way = expected.some(({ menu, name, row: shall }) => {
        const one = wanted.find((other) => nameOf(other) === name);
        if (one?.kind === "list" && one.exclusive) return false;
        return foreign[menu].some((row) => {
            if (!doesJob(menu, row, shall)) return false;
            if (one?.kind === "list" && !enabled(row) && !one.adopt) return false;
            return markerOf(row) !== undefined
                ? menu !== menus[2] && menu !== menus[3]
                : !(one && "adopt" in one && one.adopt);
        });
    });
    // The anchor may be the very rule that is taken over. And a check knows no recorded ids: a rule of ours that somebody
    // gave the anchor's comment is one to it, too.
    const unmarked = [menus[2], menus[3]].some((menu) =>
        rows[menu].some(
            (row) => row["comment"] === "anchor" && (ours.is(menu, row) || takenOver(menu, row, wanted, expected)),
        ),
    );
    return way || wanted.some((one) => one.kind === "rules" && (unmarked || anchorsOf(one, rows, ours).length !== 1));
}

/** Whether a queue of somebody else hangs below one of ours. */
export function foreignBelow({ foreign, rows, ours }: Before): boolean {
    const own = rows["/queue/tree"].filter((row) => ours.is("/queue/tree", row));
    const names = new Set(own.flatMap((row) => [row["name"], idOf(row)]));
    return foreign["/queue/tree"].some((row) => names.has(row["parent"]));
}

type RulesOf = Extract<Wanted, { kind: "rules" }>;

/** Rows that the anchor names; one that counts for a block without an anchor. */
function anchorsOf(one: RulesOf, rows: Rows, ours: Ours): (Row | undefined)[] {
    if (one.position === "first" || one.position === "last") return [undefined];
    const menu = menuOf(one);
    const chains = one.rules.map(({ rule }) => rules[one.table][rule]?.row["chain"]);
    return rows[menu].filter(
        (row) =>
            (markerOf(row)?.text ?? row["comment"]) === "anchor" &&
            chains.includes(row["chain"]) &&
            !ours.is(menu, row),
    );
}

/** After an `up` that succeeded: every wanted row once, as wanted, in its place, and nothing else of ours. */
export function standingHarm(
    was: Before,
    after: Rows,
    wanted: Site,
    owner: string,
    given: ReadonlySet<string>,
): string[] {
    const expected = expectedRows(wanted, was.rows, was.ours);
    const found: string[] = [];
    const used = new Set<Row>();
    for (const shall of expected) {
        const match = after[shall.menu].find((row) => !used.has(row) && isWanted(row, shall, owner));
        if (match) used.add(match);
        else found.push(`${shall.menu}: missing ${shall.key ?? ""} ${JSON.stringify(shall.row)} "${shall.text}"`);
    }
    for (const menu of menus) {
        const known = new Set(was.foreign[menu].map(idOf));
        for (const row of after[menu]) {
            if (used.has(row) || given.has(`${menu} ${idOf(row)}`)) continue;
            if (known.has(idOf(row)) && !(markerOf(row) && !was.foreign[menu].some((old) => alike(old, row)))) continue;
            found.push(`${menu}: too many: ${text(row)}`);
        }
    }
    return [...found, ...wanted.flatMap((one) => orderHarm(one, after, owner, was))];
}

function isWanted(row: Row, { menu, name, key, row: shall, text: words }: Expected, owner: string): boolean {
    if (menu === "/queue/type") return Object.entries(shall).every(([wire, value]) => row[wire] === value);
    const marker = markerOf(row);
    if (marker?.owner !== owner + name || (key !== undefined && marker.key !== key) || marker.text !== words)
        return false;
    const sorted =
        menu === "/queue/tree"
            ? { ...row, "packet-mark": (row["packet-mark"] ?? "").split(",").sort().join(",") }
            : row;
    return sameJob(sorted, shall);
}

function orderHarm(one: Wanted, after: Rows, owner: string, { ours, rows }: Before): string[] {
    const menu = menuOf(one);
    const own = (row: Row) => markerOf(row)?.owner === owner + nameOf(one);
    if (one.kind === "bypass") {
        const list = after[menu].filter((row) => row["chain"] === "forward");
        return fastTracks(after, ours).flatMap((rule) => {
            let at = list.indexOf(rule) - 1;
            while (at >= 0 && markerOf(list[at] ?? {}) && !own(list[at] ?? {})) at -= 1;
            return own(list[at] ?? {}) ? [] : [`${menu}: no bypass right before ${text(rule)}`];
        });
    }
    if (one.kind !== "rules") return [];
    const [anchor] = anchorsOf(one, rows, ours);
    const chains = [...new Set(one.rules.map(({ rule }) => rules[one.table][rule]?.row["chain"]))];
    return chains.flatMap((chain) => {
        const all = after[menu].filter((row) => row["chain"] === chain);
        const keys = one.rules
            .filter(({ rule }) => rules[one.table][rule]?.row["chain"] === chain)
            .map(({ key }) => key);
        const first = all.findIndex(own);
        const block = all.slice(first, first + keys.length).map((row) => (own(row) ? markerOf(row)?.key : "-"));
        if (block.join() !== keys.join()) return [`${menu} ${chain}: stands as ${block.join()}, not ${keys.join()}`];
        const at = all.findIndex((row) => anchor !== undefined && idOf(row) === idOf(anchor));
        if (at < 0 || (one.position === "before" ? first < at : first > at)) return [];
        return [`${menu} ${chain}: not ${one.position} the anchor`];
    });
}

/** After a destroy that succeeded: the foreign rows, and what was taken over, given back. */
export function leftHarm(was: Before, after: Rows, former: ReadonlyMap<string, Row>): string[] {
    return menus.flatMap((menu) => {
        const known = new Set(was.foreign[menu].map(idOf));
        const adopted = was.rows[menu].filter((row) => was.ours.is(menu, row) && markerOf(row)?.adopted);
        const left = after[menu].filter((row) => !known.has(idOf(row)));
        const wrong = left.flatMap((row) => {
            const given = former.get(`${menu} ${idOf(row)}`);
            if (given && !alike(given, row)) return [`${menu}: ${text(row)} is not given back as ${text(given)}`];
            const stood = given ?? adopted.find((one) => idOf(one) === idOf(row));
            return stood && !markerOf(row) ? [] : [`${menu}: left behind ${text(row)}`];
        });
        const keys = new Set(adopted.map((row) => `${markerOf(row)?.owner}#${markerOf(row)?.key}`));
        return left.length < keys.size
            ? [...wrong, `${menu}: ${keys.size - left.length} adopted rows are gone`]
            : wrong;
    });
}
