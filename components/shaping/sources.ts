import ipaddr from "ipaddr.js";

/** A host or network whose uploads are marked, in normal form. */
export interface Source {
    /** `mac` stands for a host in both families: its IPv6 address changes, its MAC address does not. */
    kind: "ipv4" | "ipv6" | "mac";
    /** `192.168.88.10`, `192.168.88.0/24`, `2001:db8::/64`, `AA:BB:CC:00:11:22`. */
    text: string;
}

/** Reads an address, a prefix without host bits or a MAC address; undefined for anything else. */
export function parseSource(text: string): Source | undefined {
    const given = text.trim();
    if (/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(given)) {
        return { kind: "mac", text: given.toUpperCase().replaceAll("-", ":") };
    }
    const [address = "", length, ...more] = given.split("/");
    if (more.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
    if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return undefined;
    const parsed = ipaddr.parse(address);
    const kind = parsed.kind();
    const bits = kind === "ipv4" ? 32 : 128;
    if (length === undefined || Number(length) === bits) return { kind, text: parsed.toString() };
    if (Number(length) > bits || Number(length) === 0) return undefined;
    const network = (kind === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(`${address}/${length}`);
    return network.toString() === parsed.toString() ? { kind, text: `${parsed.toString()}/${length}` } : undefined;
}
