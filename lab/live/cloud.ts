import { run } from "../net/commands";
import type { Topology } from "../net/topology";

export interface Prefixes {
    ipv4: string[];
    ipv6: string[];
}

/** AWS beside S3, in EC2's range of Sydney: IAM, STS and whatever else a command asks for. */
export const awsServices = { ipv4: "13.54.0.20", ipv6: "2406:da1c::20" };

/** One more namespace behind the far end, which answers at every address of these prefixes, and at `awsServices`. */
export async function addCloud(topology: Topology, prefixes: Prefixes): Promise<void> {
    await topology.add("cloud");
    const end = (role: "far" | "cloud", device: string): string =>
        `name ${device} netns ${topology.namespaceOf(role)} gso_max_segs 1`;
    await run("ip", ["-batch", "-"], `link add ${end("far", "cloud")} type veth peer ${end("cloud", "eth0")}\n`);
    await topology.exec("far", "sysctl", ["-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]);
    const all = {
        ipv4: [...prefixes.ipv4, `${awsServices.ipv4}/32`],
        ipv6: [...prefixes.ipv6, `${awsServices.ipv6}/128`],
    };
    await batch(topology, "far", [
        "link set cloud up",
        "address add 198.18.0.9/30 dev cloud",
        "address add fd00:3::1/64 dev cloud nodad",
        ...all.ipv4.map((prefix) => `route add ${prefix} via 198.18.0.10`),
        ...all.ipv6.map((prefix) => `route add ${prefix} via fd00:3::2`),
    ]);
    await batch(topology, "cloud", [
        "link set lo up",
        "link set eth0 up",
        "address add 198.18.0.10/30 dev eth0",
        "address add fd00:3::2/64 dev eth0 nodad",
        "route add default via 198.18.0.9",
        "route add default via fd00:3::1",
        ...[...all.ipv4, ...all.ipv6].map((prefix) => `route add local ${prefix} dev lo`),
    ]);
}

async function batch(topology: Topology, role: "far" | "cloud", lines: readonly string[]): Promise<void> {
    await run("ip", ["-netns", topology.namespaceOf(role), "-batch", "-"], lines.join("\n"));
}
