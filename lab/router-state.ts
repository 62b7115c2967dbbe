/** A row as the router's REST API returns it: every value a string, keys in RouterOS's kebab-case. */
export type Row = Record<string, string>;

/** The menus the lab reads; the order of a menu's rows is the router's. */
export const labMenus = [
    "/ip/firewall/address-list",
    "/ip/firewall/mangle",
    "/ip/firewall/filter",
    "/ipv6/firewall/address-list",
    "/ipv6/firewall/mangle",
    "/ipv6/firewall/filter",
    "/queue/type",
    "/queue/tree",
    "/queue/simple",
    "/interface/list/member",
] as const;

export type LabMenu = (typeof labMenus)[number];

/** What stands on a router, as far as the lab needs it. A menu that is missing is empty. */
export type RouterState = Partial<Record<LabMenu, Row[]>>;

export type Family = "ipv4" | "ipv6";

export function rowsOf(state: RouterState, menu: LabMenu): Row[] {
    return state[menu] ?? [];
}

/** A firewall menu of one family. */
export function firewallRows(state: RouterState, family: Family, table: "address-list" | "mangle" | "filter"): Row[] {
    return rowsOf(state, `${family === "ipv4" ? "/ip" : "/ipv6"}/firewall/${table}`);
}

/** Booleans read `true` and `false`, exports write `yes` and `no`. */
export function isTrue(value: string | undefined): boolean {
    return value === "true" || value === "yes";
}

export function isEnabled(row: Row): boolean {
    return !isTrue(row["disabled"]);
}
