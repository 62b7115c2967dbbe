import type { Menu } from "../../rows/fields";
import { fieldTable } from "../../rows/fields";

/**
 * `/ip/firewall/address-list`, `/ipv6/firewall/address-list`
 * (https://help.mikrotik.com/docs/spaces/ROS/pages/130220087/Address-lists).
 *
 * {".id":"*3","address":"192.0.2.7","creation-time":"2026-01-04 10:11:12","disabled":"false","dynamic":"false",
 *  "list":"blocked"}
 */
export const addressListMenus = { ipv4: menuOf("ipv4"), ipv6: menuOf("ipv6") };

/** What is asked of a list: the same everywhere, so that a second reader gets the first one's answer. */
export function listQuery(list: string): Record<string, string> {
    return { list, ".proplist": ".id,list,address,comment,disabled,dynamic,timeout" };
}

function menuOf(family: "ipv4" | "ipv6"): Menu {
    return {
        path: family === "ipv4" ? "/ip/firewall/address-list" : "/ipv6/firewall/address-list",
        family,
        identity: ["list", "address"],
        label: ["address"],
        part: "list",
        isSet: true,
        dynamic: true,
        table: fieldTable([
            { wire: "list", kind: "word", doc: "Name of the list; it exists by having rows." },
            {
                wire: "address",
                kind: family === "ipv4" ? "address4" : "address6",
                doc: "Address, prefix or IPv4 range.",
            },
            { wire: "comment", kind: "text", cleared: "", doc: "Comment, the ownership marker its last part." },
            { wire: "disabled", kind: "boolean", fallback: "false", doc: "Whether the row is left out." },
            { wire: "timeout", kind: "time", shown: true, doc: "How long an entry of the router's own still lasts." },
        ]),
    };
}
