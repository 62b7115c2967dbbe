import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { type FarAddresses, type HostName } from "./net/addresses";
import { type Line, wandering } from "./net/line";
import { configureRouter } from "./net/router";
import { buildTopology, changeUplink, type Topology } from "./net/topology";
import { Recording } from "./recording";
import type { Family } from "./router-state";
import { Agent } from "./traffic/agents";
import { lateMilliseconds } from "./traffic/packets";
import { now, ports } from "./traffic/protocol";
import type { Translation } from "./translate";

/** Where a flow goes. */
export type Destination = keyof FarAddresses;

/** The network with its traffic programs, ready to play scenarios one after the other. */
export class Stage {
    private readonly flows = new Map<string, Agent>();

    private wandering: NodeJS.Timeout | undefined;

    private constructor(
        private readonly topology: Topology,
        readonly line: Line,
        private readonly agents: Record<HostName, Agent>,
        private readonly far: Record<"bulk" | "live", Agent>,
    ) {}

    static async open(line: Line, far: FarAddresses): Promise<Stage> {
        const topology = await buildTopology(line, far);

        const started: Agent[] = [];
        const start = async (...args: Parameters<typeof Agent.start>): Promise<Agent> => {
            const agent = await Agent.start(...args);
            started.push(agent);
            return agent;
        };
        try {
            const stage = new Stage(
                topology,
                line,
                {
                    nas: await start(topology, "nas", "nothing"),
                    pc: await start(topology, "pc", "nothing"),
                    console: await start(topology, "console", "nothing"),
                },
                { bulk: await start(topology, "far", "bulk"), live: await start(topology, "far", "live") },
            );
            if (line.kind === "lte") stage.wander();
            return stage;
        } catch (error) {
            for (const agent of started) await agent.stop();
            await topology.remove();
            throw error;
        }
    }

    /** Marks and queues of the router from now on; connections go on. */
    async configure(translation?: Translation): Promise<void> {
        await configureRouter(this.topology, translation);
    }

    upload(
        flow: string,
        host: HostName,
        to: Destination,
        family: Family,
        options: { connections: number; limit?: number },
    ): Promise<void> {
        return this.begin(host, flow, {
            op: "upload",
            flow,
            to: this.topology.far[to][family],
            port: ports.https,
            ...options,
        });
    }

    /** An upload in parts of 8 MiB, as the AWS command line sends and retries them. */
    parts(flow: string, host: HostName, to: Destination, family: Family, connections: number): Promise<void> {
        return this.begin(host, flow, {
            op: "parts",
            flow,
            to: this.topology.far[to][family],
            port: ports.https,
            connections,
            bytes: 8 * 1024 * 1024,
        });
    }

    /** A connection and a request each `every` ms, to somebody who serves nothing else. */
    probe(flow: string, host: HostName, family: Family, every: number): Promise<void> {
        const to = this.topology.far.internet[family];
        return this.begin(host, flow, { op: "probe", flow, to, port: ports.web, every });
    }

    download(flow: string, host: HostName, from: Destination, family: Family, connections: number): Promise<void> {
        return this.begin(host, flow, {
            op: "download",
            flow,
            to: this.topology.far[from][family],
            port: ports.https,
            connections,
        });
    }

    /** 50 packets of 64 bytes a second, each sent back. */
    game(flow: string, family: Family): Promise<void> {
        return this.begin("console", flow, {
            op: "game",
            flow,
            to: this.topology.far.internet[family],
            perSecond: 50,
            bytes: 64,
        });
    }

    /** 50 packets of 172 bytes a second both ways: a voice codec's 160 bytes with their header. */
    call(flow: string, family: Family): Promise<void> {
        return this.begin("console", flow, {
            op: "call",
            flow,
            to: this.topology.far.internet[family],
            perSecond: 50,
            bytes: 172,
        });
    }

    /** Pages of 100 KB, each over a connection of its own, 50 ms apart. */
    web(flow: string, family: Family): Promise<void> {
        const to = this.topology.far.internet[family];
        const page = { request: 500, bytes: 100_000, pause: 50 };
        return this.begin("console", flow, { op: "web", flow, to, port: ports.web, ...page });
    }

    /** Somebody else's small objects of 20 KB from S3; a signed request has some 700 bytes. */
    objects(flow: string, family: Family): Promise<void> {
        const to = this.topology.far.s3[family];
        const object = { request: 700, bytes: 20_000, pause: 20 };
        return this.begin("pc", flow, { op: "web", flow, to, port: ports.https, ...object });
    }

    async stop(flow: string): Promise<void> {
        await this.flows.get(flow)?.do({ op: "stop", flow });
        this.flows.delete(flow);
    }

    now(): number {
        return now();
    }

    seconds(count: number): Promise<void> {
        return sleep(count * 1000);
    }

    /** Lets traffic run and says which stretch of time that was. */
    async measure(seconds: number): Promise<{ from: number; to: number }> {
        const from = now();
        await this.seconds(seconds);
        return { from, to: now() };
    }

    /** Stops all flows, waits for what is still under way, and returns what was measured. */
    async finish(): Promise<Recording> {
        for (const flow of [...this.flows.keys()]) await this.stop(flow);
        // What the modem still holds is no part of what comes next.
        const draining = ((this.line.buffer * 8) / this.line.uplink) * 1000;
        await sleep(Math.max(lateMilliseconds, draining * 1.1) + this.line.distance);
        return new Recording(await Promise.all(this.everyAgent().map((agent) => agent.collect())));
    }

    /** What the router counts: rules with their counters, classes with their bytes. */
    async routerCounters(): Promise<string> {
        const rules = await this.topology.exec("router", "nft", ["list", "ruleset"]);
        return rules + (await this.topology.exec("router", "tc", ["-s", "class", "show", "dev", "wan"]));
    }

    /** A radio line: its rate takes a step up or down, again and again. */
    private wander(): void {
        let share = 1;
        const { least, step, every } = wandering;
        this.wandering = setInterval(() => {
            share = Math.min(1, Math.max(least, share + (randomInt(3) - 1) * step));
            void changeUplink(this.topology, this.line, Math.round(this.line.uplink * share)).catch(() => undefined);
        }, every);
    }

    async close(): Promise<void> {
        clearInterval(this.wandering);
        for (const agent of this.everyAgent()) await agent.stop();
        await this.topology.remove();
    }

    private everyAgent(): Agent[] {
        return [...Object.values(this.agents), ...Object.values(this.far)];
    }

    private async begin(host: HostName, flow: string, command: Parameters<Agent["do"]>[0]): Promise<void> {
        const agent = this.agents[host];
        this.flows.set(flow, agent);
        await agent.do(command);
    }
}
