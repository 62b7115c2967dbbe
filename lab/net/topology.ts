import { type DualAddress, type FarAddresses, type HostName, hosts, routerLan } from "./addresses";
import { run } from "./commands";
import { type Line, stabOf } from "./line";
import { Namespaces } from "./namespaces";

export type Role = HostName | "router" | "modem" | "far" | "cloud";

/** The network as it stands: namespaces joined by veth pairs. */
export interface Topology {
    namespaceOf(role: Role): string;
    /** Runs a program inside a namespace of it. */
    exec(role: Role, program: string, args: readonly string[], input?: string): Promise<string>;
    far: FarAddresses;
    /** A namespace more, removed with the others. */
    add(role: Role): Promise<void>;
    remove(): Promise<void>;
}

/** Names of the router's devices in the lab. */
export const wanDevice = "wan";
export const lanDevice = "lan";
/** What most machines use, whatever the one underneath is set to. By route: a namespace may not choose its default. */
export const congestionControl = "cubic";

/**
 * nas, pc and console on the router's LAN; the router; a modem whose line is slower than everything before it and
 * whose buffer is deep; the far end with addresses of S3 and of others.
 *
 *     nas ─┐
 *     pc ──┤ lan router wan ── modem ── far
 *     console ─┘
 */
export async function buildTopology(line: Line, far: FarAddresses): Promise<Topology> {
    const namespaces = new Namespaces();
    const topology: Topology = {
        namespaceOf: (role) => namespaces.nameOf(role),
        exec: (role, program, args, input) =>
            run("ip", ["netns", "exec", namespaces.nameOf(role), program, ...args], input),
        far,
        add: async (role) => {
            await namespaces.add(role);
            // What one connection learned of the line is no help to the next.
            await topology.exec(role, "sysctl", ["-qw", "net.ipv4.tcp_no_metrics_save=1"]);
            // Over veth a packet keeps its sender's flow hash, and TCP would draw a new one after each timeout: queues
            // would see many flows where a router, which hashes addresses and ports, sees one.
            await topology.exec(role, "sysctl", ["-qw", "net.core.txrehash=0"]);
            // A router asks for no neighbour before its own link-local address was looked for on the link, for up to two
            // seconds, and drops what it should forward meanwhile. Nobody else has an address here.
            const unasked = ["all", "default"].map((scope) => `net.ipv6.conf.${scope}.accept_dad=0`);
            await topology.exec(role, "sysctl", ["-qw", ...unasked]);
        },
        remove: () => namespaces.removeAll(),
    };
    try {
        for (const role of ["nas", "pc", "console", "router", "modem", "far"] as const) await topology.add(role);
        await joinTogether(topology);
        await shapeLine(topology, line);
    } catch (error) {
        await topology.remove();
        throw error;
    }
    return topology;
}

async function joinTogether(topology: Topology): Promise<void> {
    const pair = (a: Role, aDevice: string, b: Role, bDevice: string): string[] => {
        // One segment a packet: what leaves a host is what a wire would carry, not bundles of 64 KB.
        const end = (role: Role, device: string): string =>
            `name ${device} netns ${topology.namespaceOf(role)} gso_max_segs 1`;
        return [`link add ${end(a, aDevice)} type veth peer ${end(b, bDevice)}`];
    };
    const lanHosts = Object.keys(hosts) as HostName[];
    await run(
        "ip",
        ["-batch", "-"],
        [
            ...lanHosts.flatMap((host) => pair(host, "eth0", "router", `port-${host}`)),
            ...pair("router", wanDevice, "modem", "toward-lan"),
            ...pair("modem", "toward-far", "far", "eth0"),
        ].join("\n"),
    );
    const { far } = topology;
    const up = (...devices: string[]): string[] => ["lo", ...devices].map((device) => `link set ${device} up`);
    const address = (device: string, ipv4: string, ipv6: string): string[] => [
        `address add ${ipv4} dev ${device}`,
        `address add ${ipv6} dev ${device}`,
    ];
    const defaultRoute = (ipv4: string, ipv6: string): string[] => [
        `route add default via ${ipv4} congctl ${congestionControl}`,
        `route add default via ${ipv6} congctl ${congestionControl}`,
    ];
    const forwarding = ["-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"];

    for (const host of lanHosts)
        await batch(topology, host, [
            ...up("eth0"),
            ...address("eth0", `${hosts[host].ipv4}/24`, `${hosts[host].ipv6}/64`),
            ...defaultRoute(routerLan.ipv4, routerLan.ipv6),
        ]);
    await topology.exec("router", "sysctl", forwarding);
    await batch(topology, "router", [
        `link add ${lanDevice} type bridge`,
        ...up(lanDevice, wanDevice),
        ...lanHosts.flatMap((host) => [`link set port-${host} master ${lanDevice}`, `link set port-${host} up`]),
        ...address(lanDevice, `${routerLan.ipv4}/24`, `${routerLan.ipv6}/64`),
        ...address(wanDevice, "198.18.0.1/30", "fd00:1::1/64"),
        ...defaultRoute("198.18.0.2", "fd00:1::2"),
    ]);
    await topology.exec("modem", "sysctl", forwarding);
    await batch(topology, "modem", [
        ...up("toward-lan", "toward-far"),
        ...address("toward-lan", "198.18.0.2/30", "fd00:1::2/64"),
        ...address("toward-far", "198.18.0.5/30", "fd00:2::1/64"),
        ...defaultRoute("198.18.0.6", "fd00:2::2"),
        "route add 192.168.88.0/24 via 198.18.0.1",
        "route add fd00:88::/64 via fd00:1::1",
    ]);
    await batch(topology, "far", [
        ...up("eth0"),
        ...address("eth0", "198.18.0.6/30", "fd00:2::2/64"),
        ...defaultRoute("198.18.0.5", "fd00:2::1"),
        ...[far.s3, far.otherRegion, far.aws, far.internet].flatMap(({ ipv4, ipv6 }: DualAddress) =>
            address("lo", `${ipv4}/32`, `${ipv6}/128`),
        ),
    ]);
}

/**
 * The line is the modem's: a token bucket of two frames and a queue that drops when it is full. All of the distance is
 * on the way back, where nothing else queues.
 */
async function shapeLine(topology: Topology, line: Line): Promise<void> {
    const lines = [
        modemQueue("add", "toward-far", line, line.uplink),
        modemQueue("add", "toward-lan", line, line.downlink),
    ];
    await topology.exec("modem", "tc", ["-batch", "-"], lines.join("\n"));
    if (line.distance > 0)
        await topology.exec("far", "tc", ["qdisc", "add", "dev", "eth0", "root", "netem", ...delayOf(line)]);
}

function delayOf(line: Line): string[] {
    return ["delay", `${line.distance}ms`, "limit", "1000000"];
}

/** Another rate for the line outward, from now on. */
export async function changeUplink(topology: Topology, line: Line, uplink: number): Promise<void> {
    await topology.exec("modem", "tc", modemQueue("change", "toward-far", line, uplink).split(" "));
}

function modemQueue(verb: "add" | "change", device: string, { kind, buffer }: Line, rate: number): string {
    // A bucket holds at least what the line sends in 1 ms, or a fast one could not be filled.
    const burst = Math.max(3100, Math.round(rate / 8 / 1000));
    const words = [verb === "add" ? stabOf(kind) : "", "tbf", `rate ${rate}bit burst ${burst}b limit ${buffer}b`];
    return `qdisc ${verb} dev ${device} root ${words.filter(Boolean).join(" ")}`;
}

async function batch(topology: Topology, role: Role, lines: readonly string[]): Promise<void> {
    await run("ip", ["-netns", topology.namespaceOf(role), "-batch", "-"], lines.join("\n"));
}
