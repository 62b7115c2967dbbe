import type { Field, Menu, Values } from "../../rows/fields";
import { fieldsOf, fieldTable, queryOf } from "../../rows/fields";
import { omit } from "../../rows/objects";
import type { ValueKind } from "../../rows/values";

export type Family = "ipv4" | "ipv6";
export type Table = "mangle" | "filter";

interface RuleField extends Field {
    /** Only in this family's menus. @default both */
    family?: Family;
    /** Only in this menu. @default both */
    table?: Table;
}

/** `[name, kind, doc]`: matchers that every firewall menu has. */
const matchers: readonly [string, ValueKind, string][] = [
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
];

const special: readonly RuleField[] = [
    { wire: "fragment", kind: "boolean", family: "ipv4", doc: "Whether it is a fragment behind the first." },
    { wire: "hotspot", kind: "words", family: "ipv4", doc: "State in the hotspot." },
    { wire: "ipv4-options", kind: "word", family: "ipv4", doc: "Options in the header." },
    { wire: "layer7-protocol", kind: "word", family: "ipv4", doc: "Pattern of the payload." },
    { wire: "p2p", kind: "word", family: "ipv4", doc: "Peer-to-peer protocol." },
    { wire: "psd", kind: "word", family: "ipv4", doc: "Port scan detection." },
    { wire: "realm", kind: "number", family: "ipv4", doc: "Realm of the route." },
    { wire: "ttl", kind: "word", family: "ipv4", doc: "Time to live." },
    { wire: "headers", kind: "word", family: "ipv6", doc: "Extension headers." },
    { wire: "hop-limit", kind: "word", family: "ipv6", doc: "Hop limit." },
    { wire: "tos", kind: "word", since: "7.21", doc: "Type of service." },
    { wire: "address-list", kind: "word", doc: "List that the action adds to." },
    { wire: "address-list-timeout", kind: "word", doc: "How long the action's entry stays." },
    { wire: "jump-target", kind: "word", doc: "Chain to jump to." },
    { wire: "reject-with", kind: "word", table: "filter", doc: "How it is refused." },
    {
        wire: "hw-offload",
        kind: "boolean",
        table: "filter",
        family: "ipv4",
        until: "7.21",
        doc: "Whether FastTrack uses hardware.",
    },
    { wire: "new-connection-mark", kind: "word", table: "mangle", doc: "Connection mark to set." },
    { wire: "new-dscp", kind: "word", table: "mangle", doc: "DSCP to set." },
    { wire: "new-hop-limit", kind: "word", table: "mangle", family: "ipv6", doc: "Hop limit to set." },
    { wire: "new-mss", kind: "word", table: "mangle", doc: "MSS to set." },
    { wire: "new-packet-mark", kind: "word", table: "mangle", doc: "Packet mark to set." },
    { wire: "new-priority", kind: "word", table: "mangle", doc: "Priority to set." },
    { wire: "new-routing-mark", kind: "word", table: "mangle", doc: "Routing mark to set." },
    { wire: "new-ttl", kind: "word", table: "mangle", family: "ipv4", doc: "Time to live to set." },
    { wire: "route-dst", kind: "word", table: "mangle", family: "ipv4", doc: "Gateway of action route." },
    { wire: "src-prefix", kind: "word", table: "mangle", family: "ipv6", doc: "Prefix of action snpt." },
    { wire: "dst-prefix", kind: "word", table: "mangle", family: "ipv6", doc: "Prefix of action dnpt." },
    { wire: "sniff-id", kind: "word", table: "mangle", doc: "Id of the sniffed stream." },
    { wire: "sniff-target", kind: "word", table: "mangle", doc: "Where sniffed packets go." },
    { wire: "sniff-target-port", kind: "word", table: "mangle", doc: "Port where sniffed packets go." },
    {
        wire: "passthrough",
        kind: "boolean",
        table: "mangle",
        fallback: "true",
        cleared: "true",
        doc: "Whether later rules still see the packet.",
    },
    { wire: "log", kind: "boolean", fallback: "false", cleared: "false", doc: "Whether matches are logged." },
    { wire: "log-prefix", kind: "text", cleared: "", doc: "Text before the log line." },
    { wire: "comment", kind: "text", cleared: "", doc: "Comment, the ownership marker its last part." },
    { wire: "disabled", kind: "boolean", fallback: "false", cleared: "false", doc: "Whether the rule is out of use." },
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
    const addresses = family === "ipv4" ? "address4" : "address6";
    const fields: RuleField[] = [
        { wire: "chain", kind: "word", doc: "Chain of rules; any name makes one." },
        { wire: "action", kind: "word", fallback: "accept", cleared: "accept", doc: "What happens to the packet." },
        { wire: "src-address", kind: addresses, doc: "Source address, prefix or range." },
        { wire: "dst-address", kind: addresses, doc: "Destination address, prefix or range." },
        ...matchers.map(([wire, kind, doc]): RuleField => ({ wire, kind, doc })),
        ...special,
    ];
    const here = (field: RuleField): boolean => (field.family ?? family) === family && (field.table ?? table) === table;
    return {
        path: `/${family === "ipv4" ? "ip" : "ipv6"}/firewall/${table}`,
        family,
        identity: ["chain", "action"],
        label: ["chain", "action"],
        dynamic: true,
        ...(table === "filter" ? { goFirst: `action~"^(drop|reject|tarpit)\\$"` } : {}),
        table: fieldTable(fields.filter(here).map((field) => omit(field, "family", "table"))),
    };
}

/** The question for a whole menu, the same for all who ask. */
export function wholeQuery(menu: Menu, version: string | undefined): Values {
    return queryOf(
        menu,
        fieldsOf(menu.table, version).map(({ wire }) => wire),
    );
}
