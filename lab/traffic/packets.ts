import { randomInt } from "node:crypto";
import dgram from "node:dgram";
import net from "node:net";

import { now, type Packets } from "./protocol";

/** How long a packet's answer is waited for after the last one was sent. */
export const lateMilliseconds = 500;

/** Something that goes on until it is stopped. */
export interface Running {
    stop(): void;
}

/** Sends back every packet as it came. */
export function serveEcho(port: number): dgram.Socket {
    const socket = dgram.createSocket({ type: "udp6", ipv6Only: false });
    socket.on("message", (message, from) => socket.send(message, from.port, from.address));
    socket.bind(port, "::");
    return socket;
}

/**
 * A call's far side: from the first packet on it sends packets of its own at the same pace, for as long as packets
 * come, and notes how long each took to arrive. What it sent counts when another packet has come: what goes to somebody who has
 * hung up is not lost.
 */
export function serveCall(port: number, into: () => Packets): dgram.Socket {
    const socket = dgram.createSocket({ type: "udp6", ipv6Only: false });
    const callers = new Map<string, { last: number; timer: NodeJS.Timeout; unheard: number[] }>();
    socket.on("message", (message, from) => {
        const sent = message.readDoubleLE(0);
        into().delays.push([sent, now() - sent]);
        const key = `${from.address} ${from.port}`;
        const caller = callers.get(key);
        if (caller) {
            caller.last = now();
            into().sent.push(...caller.unheard.splice(0));
            return;
        }
        const interval = message.readDoubleLE(8);
        const unheard: number[] = [];
        const timer = setInterval(() => {
            if (now() - (callers.get(key)?.last ?? 0) > 2000) {
                clearInterval(timer);
                callers.delete(key);
                return;
            }
            unheard.push(now());
            socket.send(packet(message.length, interval), from.port, from.address);
        }, interval);
        callers.set(key, { last: now(), timer, unheard });
    });
    socket.once("close", () => {
        for (const { timer } of callers.values()) clearInterval(timer);
    });
    socket.bind(port, "::");
    return socket;
}

/** Sends packets at a steady pace and notes each one that comes back, or that the other side sends. */
export function sendPackets(
    options: { to: string; port: number; perSecond: number; bytes: number },
    into: Packets,
): Running {
    const socket = dgram.createSocket(net.isIPv6(options.to) ? "udp6" : "udp4");
    const interval = 1000 / options.perSecond;
    socket.on("message", (message) => {
        const sent = message.readDoubleLE(0);
        into.delays.push([sent, now() - sent]);
    });
    // A packet that cannot be sent is a lost one.
    socket.on("error", () => undefined);
    // Each somewhere in its interval: sent on the beat, packets would meet the queues at chosen moments.
    const timer = setInterval(() => {
        setTimeout(() => {
            into.sent.push(now());
            socket.send(packet(options.bytes, interval), options.port, options.to);
        }, randomInt(interval));
    }, interval);
    return {
        stop: () => {
            clearInterval(timer);
            setTimeout(() => socket.close(), lateMilliseconds);
        },
    };
}

function packet(bytes: number, interval: number): Buffer {
    const message = Buffer.alloc(bytes);
    message.writeDoubleLE(now(), 0);
    message.writeDoubleLE(interval, 8);
    return message;
}

/** One short transfer after the other, each over a connection of its own. */
export function browse(
    options: { flow: string; to: string; port: number; request: number; bytes: number; pause: number },
    into: [number, number][],
): Running {
    let stopped = false;
    let current: net.Socket | undefined;
    let timer: NodeJS.Timeout | undefined;
    const next = (): void => {
        if (stopped) return;
        const began = now();
        const socket = net.connect({ host: options.to, port: options.port }, () => {
            const opening = JSON.stringify({ flow: options.flow, send: options.bytes });
            socket.write(`${opening.padEnd(options.request - 1)}\n`);
        });
        current = socket;
        let arrived = 0;
        socket.on("data", (chunk) => (arrived += chunk.length));
        socket.on("error", () => socket.destroy());
        socket.on("close", () => {
            if (arrived === options.bytes) into.push([began, now() - began]);
            timer = setTimeout(next, options.pause);
        });
    };
    next();
    return {
        stop: () => {
            stopped = true;
            clearTimeout(timer);
            current?.destroy();
        },
    };
}
