import type { Row } from "../api";
import { isDnsName, normaliseListAddress } from "../device/addresses";
import type { Device } from "../device/device";
import { durationMilliseconds, formatDuration, formatTimestamp } from "../device/durations";
import { PerDevice } from "../device/per-device";
import type { StoredRow } from "../device/table";
import { refuse } from "../errors";
import type { CheckContext, MenuRules } from "./definition";

/** The longest timeout: 35w3d13h13m56s. */
const maxTimeout = 21474836_000;

/** What the lists keep beside their entries, by family. */
interface ListState {
    /** Addresses that DNS names have. */
    names: Record<string, string[]>;
    /** Some entry is a name. */
    hasNames: Partial<Record<4 | 6, boolean>>;
    /** When the next entry runs out; not there: look. */
    nextExpiry: Partial<Record<4 | 6, number>>;
}
const states = new PerDevice<ListState>(() => ({ names: {}, hasNames: {}, nextExpiry: {} }));

/** Addresses that a DNS name has; a name not in here has one of TEST-NET-2 (`2001:db8:2::/48`) made from its letters. */
export function knowNames(device: Device, names: Record<string, string[]>): void {
    states.of(device).names = names;
}

/** `/ip/firewall/address-list` and its IPv6 twin. A list exists by having entries; assumed(order-of-entries). */
export function addressListMenu(family: 4 | 6): MenuRules {
    const path = `/${family === 4 ? "ip" : "ipv6"}/firewall/address-list`;
    return {
        path,
        mandatory: ["list", "address"],
        indexed: ["list", "address"],
        fields: { address: { kind: "list-address", family }, timeout: { kind: "duration" } },
        defaults: { disabled: "no" },
        check(values, context) {
            if (isName(values["address"]!)) states.of(context.device).hasNames[family] = true;
            checkDuplicate(values, context);
            takeTimeout(values, context);
            if (context.meta.expires !== undefined) delete states.of(context.device).nextExpiry[family];
        },
        show: (shown, row, device) => ({
            ...shown,
            "creation-time": formatTimestamp(row.created ?? 0),
            dynamic: row.dynamic ? "true" : "false",
            // Whole seconds, rounded up: an entry just made shows what was asked for.
            ...(row.expires === undefined
                ? {}
                : { timeout: formatDuration(Math.ceil((row.expires - device.now()) / 1000) * 1000) }),
        }),
        changed: (device) => resolveNames(device, family),
        expire: (device) => expire(device, family),
        settled(device) {
            const state = states.of(device);
            state.hasNames[family] = device
                .table(path)
                .all()
                .some((row) => isName(row.values["address"]!));
            delete state.nextExpiry[family];
            resolveNames(device, family);
        },
    };
}

function expire(device: Device, family: 4 | 6): void {
    const { nextExpiry } = states.of(device);
    const table = device.table(`/${family === 4 ? "ip" : "ipv6"}/firewall/address-list`);
    const now = device.now();
    nextExpiry[family] ??= Math.min(...table.all().flatMap((row) => row.expires ?? []));
    if (nextExpiry[family] > now) return;
    table.remove(table.all().filter((row) => row.expires !== undefined && row.expires <= now));
    delete nextExpiry[family];
    device.touch();
}

/** By list and normalised address; an entry that is disabled does not count (recorded), nor do a name's children (assumed(disabled-duplicate)). */
function checkDuplicate(values: Row, { device, menu, row }: CheckContext): void {
    for (const other of device.table(menu.path).indexedBy("address", values["address"]!)!) {
        const counts = other !== row && other.values["disabled"] !== "true" && other.parent === undefined;
        if (counts && other.values["list"] === values["list"]) throw refuse.duplicateEntry();
    }
}

/**
 * `timeout` makes the entry dynamic. assumed(timeout-on-static): so does a timeout set on a static entry; `timeout=0s` makes it static again,
 * and so does `dynamic=no`.
 */
function takeTimeout(values: Row, { device, written, row, meta }: CheckContext): void {
    const { timeout, dynamic } = written;
    delete values["timeout"];
    delete values["dynamic"];
    meta.dynamic = row?.dynamic;
    meta.expires = row?.expires;
    if (dynamic !== undefined) meta.dynamic = dynamic === "true";
    if (dynamic === "false") meta.expires = undefined;
    if (timeout === undefined) return;
    const milliseconds = durationMilliseconds(timeout)!;
    if (milliseconds > maxTimeout) throw refuse.outOfRange("timeout", "0s..35w3d13h13m56s");
    meta.dynamic = milliseconds > 0 || dynamic === "true";
    meta.expires = milliseconds > 0 ? device.now() + milliseconds : undefined;
}

/** assumed(children-of-names). A name's entry has one dynamic child per address, with the name as comment; children go with their entry. */
function resolveNames(device: Device, family: 4 | 6): void {
    const table = device.table(`/${family === 4 ? "ip" : "ipv6"}/firewall/address-list`);
    if (!states.of(device).hasNames[family]) return;
    const wanted = new Map<number, StoredRow>();
    const children = new Map<number, StoredRow[]>();
    for (const row of table.all()) {
        if (row.parent !== undefined) children.set(row.parent, [...(children.get(row.parent) ?? []), row]);
        else if (isName(row.values["address"]!) && row.values["disabled"] !== "true") wanted.set(row.id, row);
    }
    const gone: StoredRow[] = [];
    for (const [id, rows] of children) {
        const entry = wanted.get(id);
        const fits = (row: StoredRow) =>
            entry?.values["list"] === row.values["list"] && entry?.values["address"] === row.values["comment"];
        gone.push(...rows.filter((row) => !fits(row)));
        if (entry && rows.every(fits)) wanted.delete(id);
    }
    if (gone.length > 0) table.remove(gone);
    for (const entry of wanted.values()) {
        const name = entry.values["address"]!;
        for (const address of lookUp(device, name, family)) {
            const values = {
                list: entry.values["list"]!,
                address: normaliseListAddress(address, family),
                disabled: "false",
                comment: name,
            };
            table.insert({ values, dynamic: true, parent: entry.id, created: device.now() }, device.behaviour.reuseIds);
        }
    }
}

/** What DNS says, without asking anybody. */
function lookUp(device: Device, name: string, family: 4 | 6): string[] {
    const known = states.of(device).names[name.replace(/\.$/, "").toLowerCase()];
    if (known) return known.filter((address) => address.includes(":") === (family === 6));
    const number = [...name.toLowerCase()].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65521, 7);
    return [family === 4 ? `198.51.100.${(number % 254) + 1}` : `2001:db8:2::${number.toString(16)}`];
}

function isName(address: string): boolean {
    return !address.includes("/") && !address.includes(":") && isDnsName(address);
}
