import os from "node:os";
import { createInterface } from "node:readline";

import { download, serveBulk, upload } from "./bulk";
import { ArrivalCounter } from "./counter";
import { browse, type Running, sendPackets, serveCall, serveEcho } from "./packets";
import { noParts, probe, sendParts } from "./parts";
import { type Answer, type Command, type Measured, type Packets, type PartsCount, ports } from "./protocol";

/**
 * The traffic program: runs inside a namespace, does what it is told on its standard input and ends with it.
 * Started with `bulk` or `live` it also serves: bulk transfers, or echo, calls and short transfers. They are two
 * processes so that counting a full line never makes a game's packet wait.
 */
const counter = new ArrivalCounter();
const running = new Map<string, Running>();
let packets = new Map<string, Packets>();
let transfers = new Map<string, [number, number][]>();
let parts = new Map<string, PartsCount>();

function carryOut(command: Command): Measured | undefined {
    switch (command.op) {
        case "serve":
            break;
        case "upload":
        case "download": {
            const sockets = command.op === "upload" ? upload(command) : download(command, counter);
            running.set(command.flow, { stop: () => sockets.forEach((socket) => socket.resetAndDestroy()) });
            break;
        }
        case "game":
            running.set(command.flow, sendPackets({ ...command, port: ports.echo }, packetsOf(command.flow)));
            break;
        case "call":
            running.set(command.flow, sendPackets({ ...command, port: ports.call }, packetsOf(command.flow)));
            break;
        case "web":
        case "probe": {
            const times: [number, number][] = [];
            transfers.set(command.flow, times);
            running.set(command.flow, command.op === "web" ? browse(command, times) : probe(command, times));
            break;
        }
        case "parts":
            running.set(command.flow, sendParts(command, partsOf(command.flow)));
            break;
        case "watch":
            running.set(command.flow, counter.watch(command.flow, command.device));
            break;
        case "stop":
            running.get(command.flow)?.stop();
            running.delete(command.flow);
            break;
        case "collect": {
            const measured: Measured = {
                counts: counter.collect(),
                packets: [...packets.values()],
                transfers: [...transfers].map(([flow, times]) => ({ flow, times })),
                parts: [...parts.values()],
            };
            packets = new Map();
            parts = new Map();
            transfers = new Map();
            return measured;
        }
    }
    return undefined;
}

function packetsOf(flow: string): Packets {
    const known = packets.get(flow) ?? { flow, delays: [], sent: [] };
    packets.set(flow, known);
    return known;
}

function partsOf(flow: string): PartsCount {
    const known = parts.get(flow) ?? noParts(flow);
    parts.set(flow, known);
    return known;
}

const role = process.argv[2];
if (role === "bulk") serveBulk(ports.https, counter, partsOf);
if (role === "live") {
    serveBulk(ports.web, counter);
    serveEcho(ports.echo);
    serveCall(ports.call, () => packetsOf("far"));
}
try {
    os.setPriority(-10); // for those that were not started with a priority of their own
} catch {
    // Not allowed: measured as it is.
}
createInterface({ input: process.stdin })
    .on("line", (line) => {
        const { id, ...command } = JSON.parse(line) as Command & { id: number };
        const answer: Answer = { id };
        try {
            answer.result = carryOut(command);
        } catch (error) {
            answer.error = error instanceof Error ? error.message : String(error);
        }
        process.stdout.write(`${JSON.stringify(answer)}\n`);
    })
    .on("close", () => process.exit(0));
