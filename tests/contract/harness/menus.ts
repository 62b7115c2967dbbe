export const LIST = "/ip/firewall/address-list";
export const LIST6 = "/ipv6/firewall/address-list";
export const MANGLE = "/ip/firewall/mangle";
export const MANGLE6 = "/ipv6/firewall/mangle";
export const FILTER = "/ip/firewall/filter";
export const FILTER6 = "/ipv6/firewall/filter";
export const TREE = "/queue/tree";
export const SIMPLE = "/queue/simple";
export const TYPE = "/queue/type";

/** Menus that hold rows, and menus that are one object. */
export const tables = [
    LIST,
    LIST6,
    MANGLE,
    MANGLE6,
    FILTER,
    FILTER6,
    TREE,
    SIMPLE,
    TYPE,
    "/interface",
    "/interface/list",
    "/interface/list/member",
    "/ip/firewall/connection",
    "/ip/service",
    "/system/script",
];
export const singletons = ["/system/identity", "/system/resource", "/ip/settings", "/ipv6/settings"];

/** An id that no row has. */
export const NOBODY = "*FFFFFF0";
