import type { Family, Row } from "../router-state";
import type { RuleContext } from "./context";

/** Turns one matcher's value (without its `!`) into nft text, or says in words why it cannot. */
type Matcher = (value: string, negated: boolean, context: RuleContext, row: Row) => string | Refused;

/** Why a value has no translation. */
export class Refused {
    constructor(readonly why: string) {}
}

const ip = (family: Family): string => (family === "ipv4" ? "ip" : "ip6");
const not = (negated: boolean): string => (negated ? "!= " : "");

/** RouterOS's protocol names to nft's. */
const protocols: Record<string, string> = {
    tcp: "tcp",
    udp: "udp",
    icmp: "icmp",
    icmpv6: "ipv6-icmp",
    gre: "gre",
    "ipsec-esp": "esp",
    "ipsec-ah": "ah",
    sctp: "sctp",
    dccp: "dccp",
    "udp-lite": "udplite",
};
const withPorts = new Set(["tcp", "udp", "sctp", "dccp", "udplite"]);

const port =
    (field: "sport" | "dport"): Matcher =>
    (value, negated, _context, row) => {
        const protocol = protocols[row["protocol"] ?? ""];
        if (!protocol || !withPorts.has(protocol)) return new Refused("ports need a protocol that has them");
        if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(value)) return new Refused(`not a list of ports: ${value}`);
        return `${protocol} ${field} ${not(negated)}${setOf(value)}`;
    };

const mark =
    (field: "ct mark" | "meta mark", which: "connectionMarks" | "packetMarks"): Matcher =>
    (value, negated, context) =>
        `${field} ${not(negated)}${context[which].numberOf(value)}`;

const address =
    (field: "saddr" | "daddr"): Matcher =>
    (value, negated, { family }) =>
        /^[0-9a-fA-F.:/-]+$/.test(value)
            ? `${ip(family)} ${field} ${not(negated)}${value}`
            : new Refused(`not an address: ${value}`);

const addressList =
    (field: "saddr" | "daddr"): Matcher =>
    (value, negated, { family, lists }) =>
        `${ip(family)} ${field} ${not(negated)}@${lists.of(value)}`;

const oneInterface =
    (field: "iifname" | "oifname"): Matcher =>
    (value, negated, { devices }) => {
        const device = devices.one(value);
        return device === undefined
            ? new Refused(`the lab has no interface ${value}`)
            : `${field} ${not(negated)}"${device}"`;
    };

const interfaceList =
    (field: "iifname" | "oifname"): Matcher =>
    (value, negated, { devices }) => {
        const members = devices.list(value);
        if (!members) return new Refused(`interface list ${value} has no member that the lab has`);
        return `${field} ${not(negated)}{ ${members.map((member) => `"${member}"`).join(", ")} }`;
    };

const range =
    (text: string): Matcher =>
    (value, negated) =>
        /^\d+(-\d+)?$/.test(value) ? `${text} ${not(negated)}${value}` : new Refused(`not a range: ${value}`);

const addressType =
    (field: "saddr" | "daddr"): Matcher =>
    (value, negated) =>
        ["local", "unicast", "broadcast", "multicast", "blackhole"].includes(value)
            ? `fib ${field} type ${not(negated)}${value}`
            : new Refused(`not one address type: ${value}`);

/** Every matcher the lab carries over, by RouterOS's name. */
export const matchers: Record<string, Matcher> = {
    "in-interface": oneInterface("iifname"),
    "out-interface": oneInterface("oifname"),
    "in-interface-list": interfaceList("iifname"),
    "out-interface-list": interfaceList("oifname"),
    "src-mac-address": (value, negated) => `ether saddr ${not(negated)}${value.toLowerCase()}`,
    "src-address": address("saddr"),
    "dst-address": address("daddr"),
    "src-address-list": addressList("saddr"),
    "dst-address-list": addressList("daddr"),
    "src-address-type": addressType("saddr"),
    "dst-address-type": addressType("daddr"),
    protocol: (value, negated) => {
        const protocol = /^\d+$/.test(value) ? value : protocols[value];
        return protocol === undefined
            ? new Refused(`protocol ${value} is not known here`)
            : `meta l4proto ${not(negated)}${protocol}`;
    },
    "src-port": port("sport"),
    "dst-port": port("dport"),
    "connection-mark": mark("ct mark", "connectionMarks"),
    "packet-mark": mark("meta mark", "packetMarks"),
    // A packet has one state, so "not one of them" is what RouterOS means by a leading `!`.
    "connection-state": (value, negated) =>
        `ct state ${not(negated)}{ ${value
            .split(",")
            .map((state) => state.trim())
            .join(", ")} }`,
    // The length of the IP packet with its header, in RouterOS as in nft.
    "packet-size": range("meta length"),
    dscp: (value, negated, { family }) =>
        /^\d+$/.test(value) ? `${ip(family)} dscp ${not(negated)}${value}` : new Refused(`not a DSCP: ${value}`),
    "tcp-mss": range("tcp option maxseg size"),
    "tcp-flags": (value, negated) => {
        if (negated) return new Refused("a negated set of flags");
        const flags = value.split(",").map((flag) => ({ name: flag.replace("!", ""), set: !flag.startsWith("!") }));
        const wanted = flags.filter((flag) => flag.set).map((flag) => flag.name);
        const mask = flags.map((flag) => flag.name).join(" | ");
        return `tcp flags & (${mask}) == ${wanted.length > 0 ? wanted.join(" | ") : "0x0"}`;
    },
};

/** `443` as it is, `80,443` as an anonymous set. */
function setOf(value: string): string {
    return value.includes(",") ? `{ ${value.split(",").join(", ")} }` : value;
}
