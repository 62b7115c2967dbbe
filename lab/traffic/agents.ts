import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";

import { compiledProgram } from "../compiled";
import { succeeds } from "../net/commands";
import type { Role, Topology } from "../net/topology";
import type { Answer, Command, Measured } from "./protocol";

/** Set where time is virtual. */
export const virtualClock = "ROUTEROS_S3_LAB_VIRTUAL";

/** A traffic program in a namespace, as the lab speaks to it. */
export class Agent {
    private readonly waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
    private lastId = 0;
    private ended: Error | undefined;

    private constructor(
        private readonly child: ChildProcess,
        private readonly label: string,
    ) {
        let printed = "";
        child.stderr?.on("data", (chunk: Buffer) => (printed += chunk.toString()));
        if (child.stdout)
            createInterface({ input: child.stdout }).on("line", (line) => {
                const answer = JSON.parse(line) as Answer;
                this.waiting.get(answer.id)?.resolve(answer);
                this.waiting.delete(answer.id);
            });
        child.stdin?.on("error", () => undefined);
        child.once("error", (error) => this.fail(error));
        child.once("close", (code, signal) =>
            this.fail(new Error(`the traffic program of ${label} ended (${signal ?? code}) ${printed.trim()}`)),
        );
    }

    /** Starts it and waits until it answers. `serves` is what it serves beside doing what it is told. */
    static async start(topology: Topology, role: Role, serves: "bulk" | "live" | "nothing"): Promise<Agent> {
        const program = compiledProgram(path.join("traffic", "agent.js"));
        // Who sees packets arrive goes first: what is measured is the queue, not how busy the machine is. In virtual time
        // nobody is busy, and a program that goes first and never waits would keep its own helpers from running.
        const real = process.env[virtualClock] === undefined;
        const urgent =
            real && (serves !== "nothing" || role === "console") && (await Agent.mayGoFirst())
                ? ["chrt", "--fifo", "5"]
                : [];
        const command = [
            ...urgent,
            "ip",
            "netns",
            "exec",
            topology.namespaceOf(role),
            process.execPath,
            ...process.execArgv,
            program,
            serves,
        ];
        // Dies with this process, however that ends.
        const child = spawn("setpriv", ["--pdeathsig", "KILL", ...command], { stdio: ["pipe", "pipe", "pipe"] });
        const agent = new Agent(child, `${role} (${serves})`);
        await agent.do({ op: "serve" });
        return agent;
    }

    private static readonly mayGoFirst = once(() => succeeds("chrt", ["--fifo", "5", "true"]));

    async do(command: Command): Promise<void> {
        await this.ask(command);
    }

    async collect(): Promise<Measured> {
        return (await this.ask({ op: "collect" })).result ?? { counts: [], packets: [], transfers: [], parts: [] };
    }

    /** Ends it and waits until it is gone. */
    async stop(): Promise<void> {
        if (this.ended) return;
        const gone = new Promise<void>((resolve) => this.child.once("close", () => resolve()));
        this.child.kill("SIGKILL");
        await gone;
    }

    private async ask(command: Command): Promise<Answer> {
        if (this.ended) throw this.ended;
        const id = ++this.lastId;
        const answer = await new Promise<Answer>((resolve, reject) => {
            this.waiting.set(id, { resolve, reject });
            this.child.stdin?.write(`${JSON.stringify({ id, ...command })}\n`);
        });
        if (answer.error !== undefined) throw new Error(`${this.label}: ${answer.error}`);
        return answer;
    }

    private fail(error: Error): void {
        this.ended ??= error;
        for (const { reject } of this.waiting.values()) reject(error);
        this.waiting.clear();
    }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
    let made: Promise<T> | undefined;
    return () => (made ??= make());
}
