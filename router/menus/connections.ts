import type { MenuRules } from "./definition";

/** `/ip/firewall/connection`: what the simulated traffic made; a removed one is no longer FastTracked. */
export const connections: MenuRules = {
    path: "/ip/firewall/connection",
};

export const connections6: MenuRules = {
    path: "/ipv6/firewall/connection",
};
