import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server, Socket } from "node:net";
import os from "node:os";
import path from "node:path";

import { type RouterOptions, start as startRouter, type StartedRouter } from "../../router";
import { type Aws, startAws } from "../../sandbox/aws/server";
import { compiledProgram } from "../compiled";
import { endChild } from "../end-child";
import { farAddresses, type HostName, routerLan } from "../net/addresses";
import { type Line, lineOf } from "../net/line";
import { sweep } from "../net/namespaces";
import { examine } from "../net/requirements";
import { buildTopology, changeUplink, type Role, type Topology } from "../net/topology";
import { sandboxPrefixes } from "../plan-rows";
import { Agent } from "../traffic/agents";
import type { QueueClass } from "../translate/queues";
import { addCloud, awsServices, type Prefixes } from "./cloud";
import type { Names } from "./dns";
import { deviceCounts, type Total } from "./kernel-counts";
import { KernelPlane } from "./plane";

export interface LiveLineOptions {
    /** bit/s, of the line upwards. */
    uplink: number;
    /** What else the line is. @default ten times as fast inward, Ethernet, a deep modem; 20 ms where the kernel has netem */
    line?: Partial<Line>;
    /** The embedded router's options; it listens on loopback beside the LAN. */
    router?: RouterOptions;
    /** Its interfaces on the line and on the LAN. @default "ether5" and "bridge", as its default configuration has them */
    wan?: string;
    lan?: string;
    /** Folder that keeps buckets between runs. @default none: memory */
    aws?: string;
    /** @default "ap-southeast-2" and what the sandbox's ip-ranges.json says of it */
    region?: string;
    prefixes?: Prefixes;
    /** Told what the kernel lacks and what stands in for it. @default nobody */
    say?: (text: string) => void;
}

/** The embedded router, a line behind it whose packets it shapes, and S3 at its own name at the line's far end. */
export interface LiveLine {
    router: StartedRouter;
    /** How hosts of the LAN reach it: `http://192.168.88.1`. */
    routerUrl: string;
    aws: Aws;
    line: Line;
    /** What a program on a host of the LAN is given to reach both by their real names; no endpoint is among it. */
    env: Record<string, string>;
    /** Words that run a program on a host of the LAN, with the line's resolver. The sandbox's Pulumi plugin works on `nas`. */
    command(words: readonly string[], host?: HostName): string[];
    /** Runs a program of Linux's own behind the router, such as `nft`, and returns what it printed. */
    inRouter(program: string, args: readonly string[], input?: string): Promise<string>;
    /** The classes that the router's queues are at present. */
    classes(): readonly QueueClass[];
    /** Called, and waited for, right before and right after packets meet other classes and rules. Returns how to end it. */
    aroundChanges(look: () => Promise<void>): () => void;
    /** What the line carried since it stands, of bytes and packets as the line counts them, by the modem's own counters. */
    counters(): Promise<Record<"up" | "down", Total>>;
    /** Brings the kernel's counters into the router's rows now, at most 0.2 s old; a REST request does it by itself. */
    count(): Promise<void>;
    /** Another rate upwards from now on, in bit/s: the router is not told. */
    setUplink(uplink: number): Promise<void>;
    /** A traffic program of the lab on a host or at the far end (`farAddresses.internet`). */
    agent(role: Role, serves?: "bulk" | "live" | "nothing"): Promise<Agent>;
    /** Addresses of the game server, the web server (port 80), the resolver, and of who takes whatever comes (port 9). */
    far: typeof farAddresses.internet;
    /** Ends everything; no namespace and no program is left. */
    stop(): Promise<void>;
}

/** Starts it. Needs root and what the lab's namespaces need; throws in one sentence for each thing that is missing. */
export async function startLiveLine(options: LiveLineOptions): Promise<LiveLine> {
    const { region = "ap-southeast-2", prefixes = sandboxPrefixes(), wan = "ether5", lan = "bridge" } = options;
    const say = options.say ?? (() => undefined);
    const { missing, disciplines } = await examine();
    if (process.getuid?.() !== 0) missing.unshift("A live line is made of network namespaces: run it as root");
    if (missing.length > 0) throw new Error(missing.join("\n"));
    await sweep();
    const distance = disciplines.has("netem") ? 20 : 0;
    if (distance === 0) say("this kernel has no netem: the far end is 0 ms away");
    if (!disciplines.has("flowtable")) say("this kernel has no flowtable: FastTrack is a mark that skips the rules");
    const line = lineOf(options.uplink, { distance, ...options.line });
    const stops: (() => unknown)[] = [];
    const stop = async (): Promise<void> => {
        for (let next = stops.pop(); next; next = stops.pop()) await next();
    };
    try {
        const topology = await buildTopology(line, { ...farAddresses, s3: unlisted });
        stops.push(() => topology.remove());
        await addCloud(topology, prefixes);
        const folder = mkdtempSync(path.join(os.tmpdir(), "routeros-s3-line-"));
        stops.push(() => rmSync(folder, { recursive: true, force: true }));
        const resolver = path.join(folder, "resolv.conf");
        writeFileSync(resolver, `nameserver ${farAddresses.internet.ipv4}\n`);

        const names = namesOf(region, prefixes);
        stops.push(await startFar(topology, names));
        const namespace = (role: Role): string => `/run/netns/${topology.namespaceOf(role)}`;
        const aws = await startAws({
            region,
            ...(options.aws !== undefined && { state: options.aws }),
            names: Object.keys(names).filter((name) => name.endsWith("amazonaws.com")),
            also: [
                { namespace: namespace("cloud"), address: "::", port: 443 },
                { namespace: namespace("nas"), address: "127.0.0.1", port: 0 },
            ],
        });
        stops.push(() => aws.stop());
        const router = await startRouter(options.router);
        stops.push(() => router.stop());
        stops.push(await listenOnLan(topology, router));
        const plane = new KernelPlane({ topology, router, wan, lan, kernel: disciplines, say });
        await plane.start();
        stops.push(router.couple(plane));
        // The page shows what moves, also when nobody asks.
        const ticking = setInterval(() => void plane.count(), 1000);
        stops.push(() => clearInterval(ticking));

        const { AWS_ENDPOINT_URL: endpoint = "", ...env } = aws.env;
        return {
            router,
            routerUrl: `http://${routerLan.ipv4}`,
            aws,
            line,
            env: {
                ...env,
                ROUTEROS_S3_SANDBOX_AWS: endpoint,
                NODE_EXTRA_CA_CERTS: aws.caFile,
                ROUTEROS_URL: `http://${routerLan.ipv4}`,
                ROUTEROS_USERNAME: options.router?.username ?? "admin",
                ROUTEROS_PASSWORD: options.router?.password ?? "",
                ROUTEROS_ALLOW_PLAINTEXT: "true",
            },
            command: (words, host = "nas") => [
                ...["ip", "netns", "exec", topology.namespaceOf(host)],
                ...["sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', resolver, ...words],
            ],
            inRouter: (program, args, input) => topology.exec("router", program, args, input),
            classes: () => plane.classes,
            aroundChanges: (look) => plane.aroundChanges(look),
            counters: () => lineCounters(topology),
            count: () => plane.count(),
            setUplink: (uplink) => changeUplink(topology, line, uplink),
            agent: async (role, serves = "nothing") => {
                const agent = await Agent.start(topology, role, serves);
                stops.push(() => agent.stop());
                return agent;
            },
            far: farAddresses.internet,
            stop,
        };
    } catch (error) {
        await stop();
        throw error;
    }
}

/** Stands where the lab's far end has its S3: here that is the cloud's. */
const unlisted = { ipv4: "198.51.100.33", ipv6: "2001:db8:53::33" };

/** Names that the resolver knows, and that the certificate is for. */
function namesOf(region: string, prefixes: Prefixes): Names {
    const first = (prefix = ""): string => prefix.split("/")[0] ?? "";
    const s3 = { ipv4: numbered(first(prefixes.ipv4.at(-1))), ipv6: `${first(prefixes.ipv6[0])}21` };
    const services = ["iam.amazonaws.com", `sts.${region}.amazonaws.com`, `dynamodb.${region}.amazonaws.com`];
    const buckets = [`s3.${region}.amazonaws.com`, `s3.dualstack.${region}.amazonaws.com`];
    const internet = farAddresses.internet;
    return {
        ...Object.fromEntries(buckets.flatMap((name) => [name, `*.${name}`].map((one) => [one, s3]))),
        ...Object.fromEntries(services.map((name) => [name, awsServices])),
        "web.example": internet,
        "game.example": internet,
    };
}

/** Number 33 of a prefix of at most 24 bits. */
function numbered(address: string): string {
    return address.replace(/\d+$/, "33");
}

async function startFar(topology: Topology, names: Names): Promise<() => Promise<void>> {
    const { internet } = farAddresses;
    const child = inside(
        topology,
        "far",
        "far.js",
        [JSON.stringify(names), internet.ipv4, internet.ipv6],
        ["pipe", "pipe", "inherit"],
    );
    const ready = child.stdout ? once(child.stdout, "data") : Promise.resolve();
    await Promise.race([ready, failed(child, "the far end")]);
    return () => endChild(child);
}

/** The router answers at the LAN's address, port 80; its own process does, by sockets that were opened inside. */
async function listenOnLan(topology: Topology, router: StartedRouter): Promise<() => Promise<void>> {
    const addresses = [routerLan.ipv4, routerLan.ipv6].flatMap((address) => [address, "80"]);
    const child = inside(topology, "router", "listener.js", addresses, ["ignore", "inherit", "inherit", "ipc"]);
    const servers: Server[] = [];
    child.on("message", (_message, server) => {
        servers.push((server as Server).on("connection", (socket: Socket) => router.answer(socket)));
    });
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) throw new Error(`the router's address on the LAN cannot be listened at (${code})`);
    return async () => {
        for (const server of servers) server.close();
        await Promise.resolve();
    };
}

function inside(
    topology: Topology,
    role: Role,
    program: string,
    args: readonly string[],
    stdio: ("pipe" | "inherit" | "ignore" | "ipc")[],
): ChildProcess {
    const words = ["ip", "netns", "exec", topology.namespaceOf(role), process.execPath];
    // Dies with this process, however that ends.
    return spawn("setpriv", ["--pdeathsig", "KILL", ...words, compiledProgram(path.join("live", program)), ...args], {
        stdio,
    });
}

async function failed(child: ChildProcess, what: string): Promise<never> {
    const [code] = (await once(child, "close")) as [number | null];
    throw new Error(`${what} did not start (${code})`);
}

async function lineCounters(topology: Topology): Promise<Record<"up" | "down", Total>> {
    const devices = deviceCounts(await topology.exec("modem", "ip", ["-s", "-j", "link", "show"]));
    const sent = (device: string): Total => {
        const { bytes = 0, packets = 0 } = devices.get(device)?.sent ?? {};
        return { bytes, packets };
    };
    return { up: sent("toward-far"), down: sent("toward-lan") };
}
