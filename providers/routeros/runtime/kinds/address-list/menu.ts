import { fieldTable } from "../../rows/fields";

/**
 * `/ip/firewall/address-list`, `/ipv6/firewall/address-list`
 * (https://help.mikrotik.com/docs/spaces/ROS/pages/130220087/Address-lists).
 *
 * {".id":"*3","address":"192.0.2.7","creation-time":"2026-01-04 10:11:12","disabled":"false","dynamic":"false",
 *  "list":"blocked"}
 */
export function addressListFields(family: "ipv4" | "ipv6") {
    return fieldTable([
        { wire: "list", kind: "word", doc: "Name of the list; it exists by having rows." },
        { wire: "address", kind: family === "ipv4" ? "address4" : "address6", doc: "Address, prefix or IPv4 range." },
        { wire: "comment", kind: "text", cleared: "", doc: "Comment, the ownership marker its last part." },
        { wire: "disabled", kind: "boolean", fallback: "false", doc: "Whether the row is left out." },
    ]);
}

export function addressListMenu(family: "ipv4" | "ipv6"): string {
    return family === "ipv4" ? "/ip/firewall/address-list" : "/ipv6/firewall/address-list";
}
