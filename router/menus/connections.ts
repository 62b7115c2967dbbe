import type { MenuRules } from "./definition";

/** `/ip/firewall/connection`: what the simulated traffic made; a removed one is no longer FastTracked. */
export const connections: MenuRules = {
    path: "/ip/firewall/connection",
};

/** assumed(menus-by-hand): the same for IPv6, which the dumps used here do not hold. */
export const connections6: MenuRules = {
    path: "/ipv6/firewall/connection",
    byHand: { commands: ["export", "find", "get", "print", "remove"] },
};
