/** What stands on a router, read once: the menus that are looked at, and what each property of their rows says. Pure. */
import type { Values } from "../rows/fields";
import { emptyButSet } from "../rows/fields";
import type { Common, Row } from "../rows/row";
import { commonOf } from "../rows/row";
import { rate } from "../rows/values";
import { isMatcher } from "./matchers";

/** What a property's text says; one that the router does not print is empty. */
type Read<T> = (text: string, values: Values) => T;

const text: Read<string> = (value) => value;
const yes: Read<boolean> = (value) => /^(true|yes)$/.test(value);
const unlessNo: Read<boolean> = (value) => !/^(false|no)$/.test(value);
const list: Read<string[]> = (value) => value.split(",").filter((part) => part !== "");
const count: Read<number> = (value) => Number(value) || 0;
const mark: Read<string | undefined> = (value) => (/^(no-mark)?$/.test(value) ? undefined : value);
/** Bit/s of a rate in any form; 0 for none. */
export const bits = (value: string): number => {
    try {
        return Number(rate(value.trim()));
    } catch {
        return 0;
    }
};
/** `up/down`, or one for both. */
const pair: Read<readonly [string, string]> = (value) => {
    const [up = "", down = up] = value.split("/");
    return [up, down];
};
/** By name, as the router prints them. */
const matchers: Read<Values> = (_, values) =>
    Object.fromEntries(
        Object.entries(values).flatMap(([name, value]) =>
            isMatcher(name) ? [[name, value === emptyButSet ? "" : value]] : [],
        ),
    );

const rule = {
    chain: text,
    action: (value: string) => value || "accept",
    matchers,
    passthrough: unlessNo,
    "jump-target": text,
    "new-connection-mark": mark,
    "new-packet-mark": mark,
    "new-routing-mark": mark,
    "new-dscp": mark,
    bytes: count,
};

/** By menu; those of IPv6 are as those of IPv4. `disabled` is named where it is asked for. */
const shapes = {
    "/interface": { name: text, type: text, running: unlessNo, slave: yes, disabled: yes },
    "/interface/list": { name: text, include: list, exclude: list },
    "/interface/list/member": { interface: text, list: text, disabled: yes },
    "/interface/bridge/port": { interface: text, bridge: text, disabled: yes },
    "/interface/bridge/settings": { "use-ip-firewall": yes },
    "/interface/bonding": { name: text, slaves: list, disabled: yes },
    "/interface/vlan": { name: text, interface: text, disabled: yes },
    "/interface/pppoe-client": { name: text, interface: text, "add-default-route": unlessNo, disabled: yes },
    "/interface/ethernet/switch": { name: text, "l3-hw-offloading": yes },
    "/ip/dhcp-client": { interface: text, "add-default-route": unlessNo, disabled: yes },
    "/ip/address": { address: text, interface: text, disabled: yes },
    "/ip/route": { "dst-address": text, gateway: list, "immediate-gw": list, active: unlessNo, disabled: yes },
    "/ip/firewall/raw": rule,
    "/ip/firewall/mangle": rule,
    "/ip/firewall/nat": rule,
    "/ip/firewall/filter": rule,
    "/ip/firewall/address-list": { list: text, address: text, timeout: text, disabled: yes },
    "/ip/firewall/connection": {
        protocol: text,
        "src-address": text,
        "dst-address": text,
        "dst-port": text,
        "connection-mark": text,
        fasttrack: yes,
        "orig-bytes": count,
        "orig-fasttrack-bytes": count,
    },
    "/queue/tree": {
        name: text,
        parent: text,
        "packet-mark": list,
        "limit-at": bits,
        "max-limit": bits,
        queue: text,
        bytes: count,
        dropped: count,
        "queued-bytes": count,
    },
    "/queue/simple": {
        name: text,
        target: list,
        dst: text,
        "packet-marks": list,
        "max-limit": pair,
        queue: pair,
        disabled: yes,
        comment: text,
    },
    "/queue/type": {
        name: text,
        kind: text,
        "cake-diffserv": (value: string) => value || "diffserv3",
        "cake-wash": yes,
    },
};

type Shapes = typeof shapes;
type Shape<P> = P extends keyof Shapes ? Shapes[P] : P extends `/ipv6/${infer Rest}` ? Shape<`/ip/${Rest}`> : never;

/** A menu that is looked at. */
export type MenuPath =
    keyof Shapes | (keyof Shapes extends infer P ? (P extends `/ip/${infer R}` ? `/ipv6/${R}` : never) : never);

/** A row of that menu: what every row has, and its properties by RouterOS's names. */
export type RowOf<P extends MenuPath> = Common & {
    readonly [N in keyof Shape<P>]: Shape<P>[N] extends Read<infer T> ? T : never;
};

export type Family = "ipv4" | "ipv6";
export type FirewallPath = `/${"ip" | "ipv6"}/firewall/${"raw" | "mangle" | "nat" | "filter"}`;
export type Rule = RowOf<FirewallPath>;
export type Queue = RowOf<"/queue/tree">;

/** Rows by menu, in order. A menu that was not read is absent, and what hangs on it is undecided. */
export type Menus = { [P in MenuPath]?: readonly RowOf<P>[] };

/** `/ip` or `/ipv6`. */
export const ipPath = (family: Family): "/ip" | "/ipv6" => (family === "ipv4" ? "/ip" : "/ipv6");

export function firewallPath<T extends string>(family: Family, table: T): `/${"ip" | "ipv6"}/firewall/${T}` {
    return `${ipPath(family)}/firewall/${table}`;
}

const shapeOf = (path: MenuPath): Readonly<Record<string, Read<unknown>>> =>
    shapes[path.replace(/^\/ipv6/, "/ip") as keyof Shapes];

/** A row of a menu from its values; what every row has is read of the same, where it is not read already. */
export function readAs<P extends MenuPath>(path: P, values: Values, seen: Common = commonOf(values)): RowOf<P> {
    const read = Object.entries(shapeOf(path)).map(([name, of]) => [name, of(values[name] ?? "", values)]);
    return { ...seen, ...Object.fromEntries(read) } as RowOf<P>;
}

/** The same of a row that was read for its kind. */
export const asRow =
    <P extends MenuPath>(path: P) =>
    (row: Row): RowOf<P> =>
        readAs(path, row.values, row);

/** What to ask of a menu that is small on every router. */
export const everyProperty = (path: MenuPath): Values => ({
    ".proplist": [".id", ...Object.keys(shapeOf(path))].join(","),
});

/** Whole menus as REST returns them. */
export function readMenus(answers: Readonly<Partial<Record<MenuPath, readonly Values[]>>>): Menus {
    const read = (path: MenuPath) => [path, answers[path]?.map((row) => readAs(path, row))];
    return Object.fromEntries((Object.keys(answers) as MenuPath[]).map(read)) as Menus;
}

/** Rules of mangle, of these families one after the other. */
export const mangleRules = (menus: Menus, families: readonly Family[]): Rule[] =>
    families.flatMap((family) => menus[firewallPath(family, "mangle")] ?? []);

export const isEnabled = ({ disabled }: Common): boolean => !disabled;
