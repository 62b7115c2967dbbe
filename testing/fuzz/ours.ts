/** Which rows are ours: by the marker in the comment, and by the ids and values that the state holds. */
import type { Router, Row } from "../../router/api";
import type { Carrier, Recorded } from "../carrier";
import { listOf, type Menu, menuOf, menus, nameOf, type Program, type Wanted } from "./case";
import { addresses, type Parameter, parameters, rules, typeName } from "./pool";
import { idOf, type Marker, markerOf, omit, type Rows, rowsOf, sameJob } from "./rows";

/** Which rows are ours before an operation. */
export class Ours {
    private readonly state: Recorded[];
    private readonly prefix: string;
    private readonly wanted: Program;
    private readonly rows: Rows;

    constructor(carrier: Carrier, wanted: Program, rows: Rows) {
        // What is to be replaced yet was deleted already: its ids may be others' by now.
        this.state = structuredClone(carrier.state.filter(({ pendingReplacement }) => !pendingReplacement));
        this.prefix = `${carrier.project}/${carrier.stack}/`;
        this.wanted = wanted;
        this.rows = rows;
    }

    is(menu: Menu, row: Row): boolean {
        const marker = markerOf(row);
        if (marker) return this.marked(menu, row, marker);
        if (menu === "/queue/type" && row["name"] === typeName && this.namesType()) return true;
        return this.holder(menu, row) !== undefined;
    }

    /** The resource whose state says that a row without a marker is its own. */
    holder(menu: Menu, row: Row): string | undefined {
        return this.state.find((one) => menuOfRecorded(one) === menu && this.recorded(one, menu, row))?.name;
    }

    /**
     * A queue type is known by its name, made from the resource's; elsewhere by its id alone. One that goes by another
     * name now leaves its own to others, unless it is still wanted.
     */
    private namesType(): boolean {
        const own = "site/test/type";
        if (this.wanted.some(({ kind }) => kind === "type") && `${this.prefix}type` === own) return true;
        const renamed = this.rows["/queue/type"].some(
            (row) => row["name"] !== typeName && this.holder("/queue/type", row),
        );
        return !renamed && this.state.some((one) => one.kind === "QueueType" && one.outputs["owner"] === own);
    }

    /**
     * A row that carries our marker, is not recorded and does another job is somebody's copy, where a row of ours stands
     * for the same key, or none shall.
     */
    private isCopy(menu: Menu, row: Row, { owner, key }: Marker, was?: Recorded, shall?: Wanted): boolean {
        const recorded = was ? this.ids(was).map(([name]) => name) : [];
        const wanted = shall ? keysOf(shall) : [];
        const place = menu.endsWith("address-list") ? row["address"] : menu === "/queue/tree" ? row["name"] : undefined;
        const list = [was?.outputs["list"], shall?.kind === "list" ? listOf(shall) : undefined];
        const here = !menu.endsWith("address-list") || list.includes(row["list"]);
        if (here && place !== undefined && (place === key || [...recorded, ...wanted].includes(place))) return false;
        const rule = ((was?.outputs["rules"] ?? []) as Row[]).find((other) => other["key"] === key);
        if (rule && place === undefined && sameJob(row, wireOf(rule))) return false;
        const stands = this.rows[menu].some((other) => {
            if (other === row) return false;
            const marker = markerOf(other);
            if (marker) return marker.key === key && marker.owner === owner;
            // One whose comment was emptied is ours to mark again, and the copy stays a copy.
            return was !== undefined && this.recordedKey(was, other) === key && this.recorded(was, menu, other);
        });
        return stands || !wanted.includes(key);
    }

    private marked(menu: Menu, row: Row, marker: Marker): boolean {
        const { owner } = marker;
        // One that is replaced and the one in its place stand side by side where the run between them failed.
        const recorded = this.state.filter(
            (one) =>
                menuOfRecorded(one) === menu &&
                ([one.outputs["owner"], ...((one.outputs["owners"] ?? []) as string[])].includes(owner) ||
                    this.prefix + one.name === owner),
        );
        if (recorded.some((one) => this.recordedKey(one, row) !== undefined)) return true;
        const was = recorded.find((one) => one.outputs["list"] === row["list"]) ?? recorded[0];
        const wanted = this.wanted.find((one) => this.prefix + nameOf(one) === owner);
        const shall = wanted && menuOf(wanted) === menu ? wanted : undefined;
        if (!was && !shall) return false;
        if (this.isCopy(menu, row, marker, was, shall)) return false;
        // A copy that somebody moved to another list or chain is out of sight.
        if (menu.endsWith("address-list"))
            return [was?.outputs["list"], shall?.kind === "list" ? listOf(shall) : undefined].includes(row["list"]);
        if (menu.endsWith("mangle") || menu.endsWith("filter")) {
            const before = ((was?.outputs["rules"] ?? []) as Row[]).map(({ chain }) => chain);
            const after =
                shall?.kind === "rules" ? shall.rules.map(({ rule }) => rules[shall.table][rule]?.row["chain"]) : [];
            const isBypass = owner.endsWith("/bypass");
            return [...before, ...after, ...(isBypass ? ["forward"] : [])].includes(row["chain"]);
        }
        return true;
    }

    private recorded(one: Recorded, menu: Menu, row: Row): boolean {
        const key = this.recordedKey(one, row);
        if (key === undefined) return false;
        // Another person's comment makes a row another person's; one that still quotes our marker does not.
        const comment = row["comment"] ?? "";
        if (comment !== "" && !comment.includes(`[pulumi:${one.outputs["owner"] as string}#`)) return false;
        if (menu.endsWith("address-list")) return row["list"] === one.outputs["list"] && row["address"] === key;
        if (menu === "/queue/tree") return row["name"] === key;
        if (menu === "/queue/type") {
            const given = Object.entries((one.outputs["parameters"] ?? {}) as Row);
            return (
                row["name"] === typeName ||
                given.every(([name, value]) => row[parameters[name as Parameter][0]] === value)
            );
        }
        const rule = ((one.outputs["rules"] ?? []) as Row[]).find((other) => other["key"] === key);
        if (!rule) return false;
        return sameJob(row, wireOf(rule));
    }

    private recordedKey(one: Recorded, row: Row): string | undefined {
        return this.ids(one).find(([, id]) => id === idOf(row))?.[0];
    }

    private ids(one: Recorded): [string, string][] {
        return Object.entries((one.outputs["ids"] ?? {}) as Record<string, string>);
    }
}

function wireOf(rule: Row): Row {
    const wire = Object.entries(omit(rule, "key")).map(([name, value]) => [
        name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
        value,
    ]);
    return Object.fromEntries(wire) as Row;
}

/** Keys of the rows that shall stand; those of a bypass are the router's to decide. */
function keysOf(one: Wanted): string[] {
    if (one.kind === "list") return one.entries.map(({ address }) => addresses[one.family][address]?.row ?? "");
    if (one.kind === "rules") return one.rules.map(({ key }) => key);
    return one.kind === "tree" ? one.queues.map(({ name }) => name) : [];
}

function menuOfRecorded({ kind, inputs }: Recorded): Menu {
    if (kind === "AddressList") return inputs["family"] === "ipv6" ? menus[1] : menus[0];
    if (kind === "FirewallRules") return inputs["table"] === "mangle" ? menus[2] : menus[3];
    return kind === "QueueTree" ? menus[4] : menus[5];
}

export interface Before {
    rows: Rows;
    foreign: Rows;
    ours: Ours;
}

export function before(router: Router, carrier: Carrier, wanted: Program): Before {
    const rows = rowsOf(router);
    const ours = new Ours(carrier, wanted, rows);
    const foreign = Object.fromEntries(
        menus.map((menu) => [menu, rows[menu].filter((row) => !ours.is(menu, row))]),
    ) as Rows;
    return { rows, foreign, ours };
}
