/** Addresses of the lab's network. Nothing of it is reachable from outside the namespaces. */
export type HostName = "nas" | "pc" | "console";

export interface DualAddress {
    ipv4: string;
    ipv6: string;
}

/** The LAN is RouterOS's default one. */
export const hosts: Record<HostName, DualAddress> = {
    nas: { ipv4: "192.168.88.10", ipv6: "fd00:88::10" },
    pc: { ipv4: "192.168.88.20", ipv6: "fd00:88::20" },
    console: { ipv4: "192.168.88.30", ipv6: "fd00:88::30" },
};
export const routerLan: DualAddress = { ipv4: "192.168.88.1", ipv6: "fd00:88::1" };

/** What the far end answers for. */
export interface FarAddresses {
    /** In the lists that the router marks by. */
    s3: DualAddress;
    /** S3 of another region. */
    otherRegion: DualAddress;
    /** AWS, and not S3. */
    aws: DualAddress;
    /** Anybody else. */
    internet: DualAddress;
}

/**
 * Addresses of AWS's published ranges (us-east-1's S3; CloudFront and EC2 in Sydney), of documentation for the rest.
 * Only `s3` depends on the router: see `s3Address`.
 */
export const farAddresses: Omit<FarAddresses, "s3"> = {
    otherRegion: { ipv4: "52.216.0.10", ipv6: "2600:1fa0:8000::10" },
    aws: { ipv4: "13.54.0.10", ipv6: "2406:da1c::10" },
    internet: { ipv4: "203.0.113.10", ipv6: "2001:db8:f::10" },
};
