import type { Family } from "../../path";
import { firewallPath } from "../../path";
import type { Field, Menu, Values } from "../../rows/fields";
import { fieldsOf, fieldTable, queryOf } from "../../rows/fields";
import { omit } from "../../rows/objects";
import type { ValueKind } from "../../rows/values";

export type Table = "mangle" | "filter";

/** Actions that keep packets out. */
export const keepingOut = ["drop", "reject", "tarpit"];

interface RuleField extends Field {
    /** Only in this family's menus. @default both */
    family?: Family;
    /** Only in this menu. @default both */
    table?: Table;
}

/** `[name, kind, doc]`, and what else is to be said: where it is known, and what it is when it is not set. */
const fields: readonly [string, ValueKind, string, Partial<RuleField>?][] = [
    ["chain", "word", "Chain of rules; any name makes one."],
    ["action", "word", "What happens to the packet.", { fallback: "accept", cleared: "accept" }],
    ["src-address", "address4", "Source address, prefix or range.", { family: "ipv4" }],
    ["dst-address", "address4", "Destination address, prefix or range.", { family: "ipv4" }],
    ["src-address", "address6", "Source address, prefix or range.", { family: "ipv6" }],
    ["dst-address", "address6", "Destination address, prefix or range.", { family: "ipv6" }],
    ["connection-bytes", "word", "Bytes of the connection so far."],
    ["connection-limit", "word", "Connections per address or net."],
    ["connection-mark", "word", "Mark of the connection, `no-mark` for none."],
    ["connection-nat-state", "words", "Whether source or destination was translated."],
    ["connection-rate", "word", "Rate of the connection."],
    ["connection-state", "words", "State in connection tracking."],
    ["connection-type", "words", "Helper that knows the connection."],
    ["content", "word", "Text in the packet."],
    ["dscp", "number", "DSCP of the packet."],
    ["dst-address-list", "word", "List that the destination is in."],
    ["dst-address-type", "words", "Type of the destination."],
    ["dst-limit", "word", "Rate per destination."],
    ["dst-port", "ports", "Destination ports."],
    ["icmp-options", "word", "ICMP type and code."],
    ["in-bridge-port", "word", "Bridge port it came in by."],
    ["in-bridge-port-list", "word", "List of bridge ports it came in by."],
    ["in-interface", "word", "Interface it came in by."],
    ["in-interface-list", "word", "List of interfaces it came in by."],
    ["ingress-priority", "number", "Priority it came in with."],
    ["ipsec-policy", "word", "Whether IPsec handles it."],
    ["limit", "word", "Rate up to which it matches."],
    ["nth", "word", "Every so manyth packet."],
    ["out-bridge-port", "word", "Bridge port it leaves by."],
    ["out-bridge-port-list", "word", "List of bridge ports it leaves by."],
    ["out-interface", "word", "Interface it leaves by."],
    ["out-interface-list", "word", "List of interfaces it leaves by."],
    ["packet-mark", "word", "Mark of the packet, `no-mark` for none."],
    ["packet-size", "number", "Size, or range of sizes, in bytes."],
    ["per-connection-classifier", "word", "Hash over addresses or ports."],
    ["port", "ports", "Either port."],
    ["priority", "number", "Priority of the packet."],
    ["protocol", "protocol", "IP protocol, by name or number."],
    ["random", "number", "Share of packets, in percent."],
    ["routing-mark", "word", "Routing mark of the packet."],
    ["src-address-list", "word", "List that the source is in."],
    ["src-address-type", "words", "Type of the source."],
    ["src-mac-address", "mac", "MAC address of the sender."],
    ["src-port", "ports", "Source ports."],
    ["tcp-flags", "words", "TCP flags."],
    ["tcp-mss", "number", "TCP MSS."],
    ["time", "word", "Time of day and days."],
    ["tls-host", "word", "Host name in the TLS greeting."],
    ["fragment", "boolean", "Whether it is a fragment behind the first.", { family: "ipv4" }],
    ["hotspot", "words", "State in the hotspot.", { family: "ipv4" }],
    ["ipv4-options", "word", "Options in the header.", { family: "ipv4" }],
    ["layer7-protocol", "word", "Pattern of the payload.", { family: "ipv4" }],
    ["p2p", "word", "Peer-to-peer protocol.", { family: "ipv4" }],
    ["psd", "word", "Port scan detection.", { family: "ipv4" }],
    ["realm", "number", "Realm of the route.", { family: "ipv4" }],
    ["ttl", "word", "Time to live.", { family: "ipv4" }],
    ["headers", "word", "Extension headers.", { family: "ipv6" }],
    ["hop-limit", "word", "Hop limit.", { family: "ipv6" }],
    ["tos", "word", "Type of service.", { since: "7.21" }],
    ["address-list", "word", "List that the action adds to."],
    ["address-list-timeout", "word", "How long the action's entry stays."],
    ["jump-target", "word", "Chain to jump to."],
    ["reject-with", "word", "How it is refused.", { table: "filter" }],
    ["hw-offload", "boolean", "Whether FastTrack uses hardware.", { table: "filter", family: "ipv4", until: "7.21" }],
    ["new-connection-mark", "word", "Connection mark to set.", { table: "mangle" }],
    ["new-dscp", "word", "DSCP to set.", { table: "mangle" }],
    ["new-hop-limit", "word", "Hop limit to set.", { table: "mangle", family: "ipv6" }],
    ["new-mss", "word", "MSS to set.", { table: "mangle" }],
    ["new-packet-mark", "word", "Packet mark to set.", { table: "mangle" }],
    ["new-priority", "word", "Priority to set.", { table: "mangle" }],
    ["new-routing-mark", "word", "Routing mark to set.", { table: "mangle" }],
    ["new-ttl", "word", "Time to live to set.", { table: "mangle", family: "ipv4" }],
    ["route-dst", "word", "Gateway of action route.", { table: "mangle", family: "ipv4" }],
    ["src-prefix", "word", "Prefix of action snpt.", { table: "mangle", family: "ipv6" }],
    ["dst-prefix", "word", "Prefix of action dnpt.", { table: "mangle", family: "ipv6" }],
    ["sniff-id", "word", "Id of the sniffed stream.", { table: "mangle" }],
    ["sniff-target", "word", "Where sniffed packets go.", { table: "mangle" }],
    ["sniff-target-port", "word", "Port where sniffed packets go.", { table: "mangle" }],
    [
        "passthrough",
        "boolean",
        "Whether later rules still see the packet.",
        { table: "mangle", fallback: "true", cleared: "true" },
    ],
    ["log", "boolean", "Whether matches are logged.", { fallback: "false", cleared: "false" }],
    ["log-prefix", "text", "Text before the log line.", { cleared: "" }],
    ["comment", "text", "Comment, the ownership marker its last part.", { cleared: "" }],
    ["disabled", "boolean", "Whether the rule is out of use.", { fallback: "false", cleared: "false" }],
];

/**
 * `/ip/firewall/mangle`, `/ip/firewall/filter` and their IPv6 twins
 * (https://help.mikrotik.com/docs/spaces/ROS/pages/48660587/Mangle), arguments of RouterOS 7.9 to 7.24.
 *
 * {".id":"*5","action":"mark-packet","bytes":"0","chain":"forward","connection-mark":"s3","dynamic":"false",
 *  "invalid":"false","new-packet-mark":"s3","packets":"0","passthrough":"false"}
 */
const menus = {
    mangle: { ipv4: menuOf("mangle", "ipv4"), ipv6: menuOf("mangle", "ipv6") },
    filter: { ipv4: menuOf("filter", "ipv4"), ipv6: menuOf("filter", "ipv6") },
};

export function firewallMenu(table: Table, family: Family): Menu {
    return menus[table][family];
}

export const firewallMenus = Object.values(menus).flatMap((families): Menu[] => Object.values(families));

function menuOf(table: Table, family: Family): Menu {
    const known = fields.map(([wire, kind, doc, more]): RuleField => ({ wire, kind, doc, ...more }));
    const here = (field: RuleField): boolean => (field.family ?? family) === family && (field.table ?? table) === table;
    return {
        path: firewallPath(family, table),
        family,
        identity: ["chain", "action"],
        label: ["chain", "action"],
        dynamic: true,
        ...(table === "filter" ? { goFirst: { wire: "action", values: keepingOut } } : {}),
        table: fieldTable(known.filter(here).map((field) => omit(field, "family", "table"))),
    };
}

/** The question for a whole menu, the same for all who ask. */
export function wholeQuery(menu: Menu, version: string | undefined): Values {
    return queryOf(
        menu,
        fieldsOf(menu.table, version).map(({ wire }) => wire),
    );
}
