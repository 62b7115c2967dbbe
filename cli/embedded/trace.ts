import { Command, InvalidArgumentError, Option } from "commander";

import type { Client } from "../../providers/routeros/runtime/router/client";
import { oneLine } from "../../providers/routeros/runtime/rows/text";
import type { ConnectionDescription, PacketTrace, Row, Trace } from "../../router/api";
import type { Device } from "../../router/device/device";
import type * as DeviceFrom from "../../router/start/device-from";
import { colours } from "../colours";
import { type RouterFlags, settingsOf, withRouterOptions } from "../router/options";
import { readExport } from "./export-text";

interface Flags extends ConnectionDescription, RouterFlags {
    state?: string;
    rsc?: string;
    json?: boolean;
}

const help = `
Instead of a router, which is only read, --state takes a state file of the embedded router, --rsc the text of an /export.

  npx routeros-s3 trace --to 52.95.132.33:443
  npx routeros-s3 trace --to 52.95.132.33:443 --rsc export.rsc

Looked at are raw, mangle, destination NAT and filter of forwarded packets, address lists, FastTrack, and the queues. The
choice of a route is not. Where the end depends on a rule with a matcher that cannot be decided, it is "undecided".`;

/** `routeros-s3 trace`: which rules a connection meets, which marks it gets, whether FastTrack takes it, which queue carries it. */
export function traceCommand(): Command {
    const command = new Command("trace")
        .description("Follow a connection through a router's rules and queues, as they stand.")
        .requiredOption("--to <address:port>", "far end, such as 52.95.132.33:443 or [2001:db8::1]:443")
        .option("--from <address:port>", "near end (default: a host of the LAN)")
        .option("--protocol <name>", "tcp, udp, icmp, …", "tcp")
        .option("--established", "the connection stood before these rules: no packet of it is new")
        .option("--fast-tracked", "FastTrack had taken the connection before")
        .option("--connection-mark <mark>", "mark that the connection has already")
        .option("--in-interface <name>", "where the upload comes in (default: the LAN's)")
        .option("--out-interface <name>", "where it goes out (default: the default route's)")
        .addOption(new Option("--size <bytes>", "size of a data packet").default(1500).argParser(parseSize))
        .option("--src-mac <address>", "MAC address of the near end")
        .addOption(new Option("--state <file>", "state file of the embedded router").conflicts(["rsc", "url", "stack"]))
        .addOption(new Option("--rsc <file>", "text of an /export").conflicts(["url", "stack"]))
        .option("--json", "print the whole trace as JSON");
    return withRouterOptions(command).addHelpText("after", help).action(run);
}

function parseSize(text: string): number {
    const size = Number(text);
    if (!/^\d+$/.test(text) || size < 20 || size > 65535) throw new InvalidArgumentError("20 to 65535 bytes.");
    return size;
}

async function run(flags: Flags): Promise<void> {
    const { trace } = await import("../../router/packets/trace.js");
    const { device, name, warnings } = await deviceOf(flags);
    for (const warning of warnings) process.stderr.write(`trace: ${warning}\n`);
    const { to, from, protocol, established, fastTracked, connectionMark, inInterface, outInterface, size, srcMac } =
        flags;
    const description = {
        ...{ to, from, protocol, established, fastTracked, connectionMark },
        ...{ inInterface, outInterface, size, srcMac },
    };
    const result = explained(() => trace(device, description));
    process.stdout.write(flags.json ? `${JSON.stringify(result, undefined, 2)}\n` : `${name}\n\n${text(result)}`);
}

/** RouterOS's own words are for rules; here an option is meant. */
function explained(work: () => Trace): Trace {
    try {
        return work();
    } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        if (text.includes("range of ip addresses")) {
            throw new Error("--to and --from take an address, such as 52.95.132.33:443 or [2001:db8::1]:443", {
                cause: error,
            });
        }
        if (text.includes("of protocol")) {
            throw new Error("--protocol is none that RouterOS knows; tcp, udp, icmp, …, or its number", {
                cause: error,
            });
        }
        if (text.includes("src-mac-address")) {
            throw new Error("--src-mac is no MAC address; it is written as 4C:5E:0C:00:00:01", { cause: error });
        }
        if (text.includes("of interface")) {
            throw new Error("the router has no interface of that name; see --in-interface and --out-interface", {
                cause: error,
            });
        }
        throw error;
    }
}

async function deviceOf(flags: Flags): Promise<{ device: Device; name: string; warnings: string[] }> {
    const deviceFrom = await import("../../router/start/device-from.js");
    if (flags.state !== undefined) {
        return { device: deviceFrom.deviceFromState(flags.state), name: `State ${flags.state}`, warnings: [] };
    }
    if (flags.rsc !== undefined) {
        return { ...deviceFrom.deviceFromRsc(readExport(flags.rsc)), name: `Export ${flags.rsc}` };
    }
    const { Client } = await import("../../providers/routeros/runtime/router/client.js");
    const client = new Client(await settingsOf(flags));
    try {
        return await readRouter(client, deviceFrom);
    } finally {
        client.close();
    }
}

async function readRouter(
    client: Client,
    { tracedMenus, deviceFromRows }: typeof DeviceFrom,
): Promise<{ device: Device; name: string; warnings: string[] }> {
    const resource = await client.row("/system/resource");
    const menus: Record<string, Row[]> = {};
    const warnings: string[] = [];
    for (const menu of tracedMenus) {
        try {
            if (menu.endsWith("/settings")) {
                const settings = await client.row(menu);
                menus[menu] = settings ? [settings] : [];
            } else {
                menus[menu] = await client.rows(menu);
            }
        } catch (error) {
            // A menu that this router lacks; without its rules or its queues nothing can be said.
            if (/(mangle|filter|address-list|queue\/tree|\/interface)$/.test(menu)) throw error;
            warnings.push(`${menu} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
        }
    }
    const version = resource?.["version"]?.split(" ")[0] ?? "";
    return { device: deviceFromRows(version, menus), name: `${client.router}, RouterOS ${version}`, warnings };
}

/** The trace as a person reads it. */
function text(trace: Trace): string {
    const lines = [`${trace.protocol} ${trace.from} → ${trace.to}, in ${trace.inInterface}, out ${trace.outInterface}`];
    for (const [index, packet] of trace.packets.entries()) lines.push("", ...packetLines(packet, index + 1));
    lines.push("", ...conclusion(trace));
    return `${lines.join("\n")}\n`;
}

function packetLines(packet: PacketTrace, number: number): string[] {
    const title = `${number}. ${packet.direction === "upload" ? "upload" : "reply"}, ${packet.state}, ${packet.size} bytes`;
    const lines = [colours.bold(title)];
    if (packet.fastPath) lines.push("   FastTracked: past all rules, without a packet mark");
    for (const step of packet.steps) {
        const comment = step.comment === undefined ? "" : colours.dim(`  "${oneLine(step.comment)}"`);
        lines.push(`   ${step.menu} ${step.chain} ${step.id}  ${step.action}: ${step.effect}${comment}`);
    }
    if (!packet.fastPath && packet.steps.length === 0) lines.push("   no rule matches");
    for (const note of packet.notes) lines.push(colours.yellow(`   ${note}`));
    if (packet.verdict === "drop") return [...lines, colours.red("   dropped")];
    if (packet.verdict === "redirected") return [...lines, colours.yellow("   not followed further")];
    const marks = [
        ...(packet.connectionMark === undefined ? [] : [`connection ${packet.connectionMark}`]),
        packet.packetMark === undefined ? "no packet mark" : `packet ${packet.packetMark}`,
    ];
    const queues = [
        ...(packet.simpleQueue === undefined ? [] : [`simple queue ${packet.simpleQueue}`]),
        ...(packet.globalQueue ? [`${packet.globalQueue.path.join(" < ")} < global`] : []),
        ...(packet.queue ? [`${packet.queue.path.join(" < ")} < ${packet.queue.root}`] : []),
    ];
    return [...lines, `   marks: ${marks.join(", ")}`, `   queue: ${queues.length > 0 ? queues.join("; ") : "none"}`];
}

function conclusion(trace: Trace): string[] {
    if (trace.undecided.length > 0)
        return [colours.yellow("Undecided: it depends on"), ...trace.undecided.map((rule) => `   ${rule}`)];
    if (trace.packets.some(({ verdict }) => verdict === "drop"))
        return [colours.red("The connection does not come about.")];
    if (trace.packets.some(({ verdict }) => verdict === "redirected"))
        return [colours.yellow("Destination NAT sends the connection elsewhere.")];
    const taken = trace.fastTracked
        ? colours.yellow("FastTrack takes it: from there on no rule marks its packets.")
        : colours.green("FastTrack does not take it.");
    const leaf = trace.leaf === undefined ? "no queue of the tree" : `queue ${trace.leaf}`;
    return [taken, `Its data goes through ${leaf}.`];
}
