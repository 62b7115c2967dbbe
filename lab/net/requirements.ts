import { readFileSync } from "node:fs";
import { userInfo } from "node:os";

import { type Discipline, optionalDisciplines } from "../translate/leaf-queues";
import { run, succeeds } from "./commands";
import { Namespaces } from "./namespaces";
import { congestionControl } from "./topology";

/** Programs the lab calls, and the Debian package each comes in. */
const programs: Record<string, string> = {
    ip: "iproute2",
    tc: "iproute2",
    nft: "nftables",
    sysctl: "procps",
    setpriv: "util-linux",
};

export interface Capabilities {
    /** Everything that is missing, one sentence each; empty when the lab can run. */
    missing: string[];
    kernel: string;
    disciplines: Set<Discipline>;
}

/** Tries what the lab needs, in a namespace of its own that is removed again. */
export async function examine(): Promise<Capabilities> {
    const missing: string[] = [];
    for (const [program, debianPackage] of Object.entries(programs))
        if (!(await succeeds(program, ["--version"])) && !(await succeeds(program, ["-V"])))
            missing.push(`The program ${program} is missing: apt-get install -y ${debianPackage}`);
    const result = {
        missing,
        kernel: readFileSync("/proc/sys/kernel/osrelease", "utf8").trim(),
        disciplines: new Set<Discipline>(),
    };
    if (missing.length > 0) return result;

    const namespaces = new Namespaces();
    try {
        const name = await namespaces.add("probe");
        await probe(name, result);
    } catch (error) {
        missing.push(
            `No network namespace can be made as user ${userInfo().username} (${error instanceof Error ? error.message : String(error)}): ` +
                "run as root, or where user namespaces are allowed (sysctl kernel.unprivileged_userns_clone=1, a container with --privileged)",
        );
    } finally {
        await namespaces.removeAll();
    }
    return result;
}

async function probe(namespace: string, result: Capabilities): Promise<void> {
    const inside = (program: string, args: string[], input?: string): Promise<boolean> =>
        succeeds("ip", ["netns", "exec", namespace, program, ...args], input);
    const need = async (what: string, attempt: Promise<boolean>): Promise<void> => {
        if (!(await attempt)) result.missing.push(`The kernel has no ${what}`);
    };
    await need("net.core.txrehash (Linux 5.18)", inside("sysctl", ["-qw", "net.core.txrehash=0"]));
    await need("veth", inside("ip", ["link", "add", "probe0", "type", "veth", "peer", "name", "probe1"]));
    await need("bridge", inside("ip", ["link", "add", "probe2", "type", "bridge"]));
    await need("HTB (sch_htb)", inside("tc", ["qdisc", "add", "dev", "probe0", "root", "handle", "1:", "htb"]));
    const leaf = (queue: string[]): Promise<boolean> =>
        inside("tc", ["qdisc", "replace", "dev", "probe0", "parent", "1:1", ...queue]);
    await run("ip", [
        "netns",
        "exec",
        namespace,
        "tc",
        "class",
        "add",
        "dev",
        "probe0",
        "parent",
        "1:",
        "classid",
        "1:1",
        "htb",
        "rate",
        "1mbit",
    ]).catch(() => undefined);
    await need("bfifo", leaf(["bfifo", "limit", "10000"]));
    for (const discipline of optionalDisciplines) if (await leaf([discipline])) result.disciplines.add(discipline);
    await need(
        "TBF (sch_tbf)",
        inside("tc", [
            "qdisc",
            "add",
            "dev",
            "probe1",
            "root",
            "tbf",
            "rate",
            "1mbit",
            "burst",
            "3000",
            "limit",
            "10000",
        ]),
    );
    await need(
        "nftables with connection tracking",
        inside(
            "nft",
            ["-f", "-"],
            [
                "table ip t {",
                "chain c {",
                "type filter hook forward priority 0;",
                "ct state new ct mark set 1 meta priority set 1:1",
                "}",
                "}",
                "",
            ].join("\n"),
        ),
    );
    const flowtable = [
        "table ip f {",
        "flowtable f {",
        'hook ingress priority 0; devices = { "probe0" };',
        "}",
        "}",
        "",
    ];
    if (await inside("nft", ["-f", "-"], flowtable.join("\n"))) result.disciplines.add("flowtable");
    await inside("ip", ["link", "set", "lo", "up"]);
    await need(
        `TCP congestion control ${congestionControl}`,
        inside("ip", ["route", "add", "192.0.2.1/32", "dev", "lo", "congctl", congestionControl]),
    );
}
