/** What somebody does on the router by hand. What the router refuses is not done. */
import type { Router, Row } from "../../router/api";
import { type Case, type Edit, type Menu, menuOf, menus } from "./case";
import {
    addresses,
    handTexts,
    lists,
    queueNames,
    queueTypes,
    rates,
    roots,
    rules,
    shownOnly,
    theirType,
    typeName,
} from "./pool";

const listNames = Object.values(lists).flat();

export function menusOf({ sites }: Case): Menu[] {
    const used = new Set(sites.flat().map(menuOf));
    // Queues use types, whosever they are.
    if (used.has("/queue/tree") || used.has("/queue/type")) used.add("/queue/type").add("/queue/tree");
    return menus.filter((menu) => used.has(menu));
}

/** Rows that somebody can change. */
export function tangible(router: Router, menu: Menu): Row[] {
    return router.rows(menu).filter((row) => row["dynamic"] !== "true" && row["default"] !== "true");
}

/** The serial number after the edit `other-device`; it has to be named as the one that is meant. */
export const otherDevice = "HFG0000OTHER";

export function edit(router: Router, used: readonly Menu[], { kind, menu: which, row: at, value }: Edit): void {
    const menu = pick(used, which);
    if (kind === "reset") return router.reset();
    if (kind === "other-device") return router.reset({ serial: otherDevice });
    const rows = tangible(router, menu);
    const row = rows[at % Math.max(rows.length, 1)];
    const id = row?.[".id"] ?? "";
    try {
        if (kind === "add") put(router, menu, newRow(menu, at, value));
        else if (!row) return;
        else if (kind === "remove") router.remove(menu, id);
        else if (kind === "change") router.set(menu, id, change(menu, row, value));
        else if (kind === "comment") router.set(menu, id, { comment: otherComment(row["comment"] ?? "", value) });
        else if (kind === "disable") router.set(menu, id, { disabled: row["disabled"] === "true" ? "no" : "yes" });
        else if (kind === "rename") router.set(menu, id, rename(menu, value));
        else if (kind === "duplicate") put(router, menu, copy(menu, row, value));
        else if (menu.includes("mangle") || menu.includes("filter"))
            router.move(menu, id, rows[value % rows.length]?.[".id"]);
    } catch (error) {
        // Refused: nothing was done.
        if (!(error instanceof Error)) throw error;
    }
}

/**
 * A new queue may get the id of one that is gone and so stand above those that hung under that one. Where this closes a
 * circle, which no router lets stand, it is not done.
 */
function put(router: Router, menu: Menu, row: Row): void {
    const id = router.add(menu, row);
    if (menu !== "/queue/tree") return;
    const parents = new Map(router.rows(menu).map(({ name = "", parent = "" }) => [name, parent]));
    const above = chain(row["name"] ?? "", parents);
    if (parents.get(above.at(-1) ?? "") !== undefined) router.remove(menu, id);
}

/** A name and all above it, each once. */
export function chain(from: string, parents: ReadonlyMap<string, string>): string[] {
    const found: string[] = [];
    for (let at: string | undefined = from; at !== undefined && !found.includes(at); at = parents.get(at))
        found.push(at);
    return found;
}

function pick<T>(all: readonly T[], at: number): T {
    return all[at % all.length] as T;
}

const familyOf = (menu: Menu) => (menu.startsWith("/ipv6") ? "ipv6" : "ipv4");
const tableOf = (menu: Menu) => (menu.endsWith("mangle") ? "mangle" : "filter");

function newRow(menu: Menu, at: number, value: number): Row {
    const comment = pick(handTexts, value);
    if (menu.endsWith("address-list")) {
        const { forms } = pick(addresses[familyOf(menu)], at);
        return { list: pick(listNames, value), address: pick(forms, value), comment };
    }
    if (menu === "/queue/tree") {
        const parents = [...roots, ...queueNames];
        const name = pick([...queueNames, "x0"], at);
        const queue = pick(queueTypes, at + value);
        return { name, parent: pick(parents, value), "max-limit": "7M", queue, comment };
    }
    if (menu === "/queue/type")
        return { name: pick([typeName, theirType], at), kind: "fq-codel", "fq-codel-limit": "1000" };
    return { ...pick(rules[tableOf(menu)], at).row, comment };
}

function change(menu: Menu, row: Row, value: number): Row {
    if (menu.endsWith("address-list")) return { address: pick(pick(addresses[familyOf(menu)], value).forms, value) };
    if (menu === "/queue/tree") {
        const to = Math.floor(value / 6);
        const ways: Row[] = [
            { "max-limit": pick(rates, to)[0] },
            { "limit-at": pick(rates, to)[0] },
            { parent: pick([...roots, ...queueNames], to) },
            { queue: pick(queueTypes, to) },
            { "packet-mark": pick(["", "s3", "other"], to) },
            { priority: String(1 + (to % 8)) },
        ];
        return pick(ways, value);
    }
    if (menu === "/queue/type") return pick<Row>([{ "fq-codel-limit": "77" }, { "fq-codel-ecn": "no" }], value);
    const ways: Row[] = [
        { "src-address": "10.9.9.9" },
        { action: row["action"] === "accept" ? "drop" : "accept" },
        { "!dst-port": "" },
        { chain: pick(["forward", "prerouting", "output", "elsewhere"], Math.floor(value / 6)) },
        { log: "yes" },
        { "!protocol": "", "!dst-port": "" },
    ];
    return pick(ways, value);
}

function otherComment(comment: string, value: number): string {
    const marker = /\[pulumi:[^\]]*\]/.exec(comment)?.[0] ?? "";
    const left = comment.replace(marker, "");
    const ways = [
        "",
        "mine now",
        `changed ${marker}`,
        `${marker} and more`,
        left.trim(),
        `zwei\nZeilen ${marker}`,
        left,
    ];
    return pick(ways, value);
}

function rename(menu: Menu, value: number): Row {
    if (menu.endsWith("address-list")) return { list: pick(listNames, value) };
    if (menu === "/queue/tree") return { name: pick(["x1", ...queueNames], value) };
    if (menu === "/queue/type") return { name: pick(["renamed", typeName, theirType], value) };
    return { comment: pick(handTexts, value) };
}

/** A second row of the same, with or without the marker, addresses in another form. */
function copy(menu: Menu, row: Row, value: number): Row {
    const kept = Object.entries(row).filter(([name]) => !name.startsWith(".") && !shownOnly.includes(name));
    const again: Row = Object.fromEntries(kept);
    if (value % 2 === 1) again["comment"] = "a copy";
    if (menu.endsWith("address-list")) {
        const forms = addresses[familyOf(menu)].find((one) => one.row === row["address"])?.forms ?? [
            row["address"] ?? "",
        ];
        again["address"] = pick(forms, value + 1);
        if (value % 3 === 0) again["disabled"] = "yes";
    }
    if (menu === "/queue/tree" || menu === "/queue/type") again["name"] = `copy${value}`;
    return again;
}
