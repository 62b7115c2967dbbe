import type { PacketTrace, Row, TrafficDescription, TrafficResult } from "../api";
import type { Device } from "../device/device";
import { showId, type StoredRow } from "../device/table";
import { refuse } from "../errors";
import { countFastTracked } from "../menus/firewall-state";
import { liveOf, pass } from "./trace";

/**
 * Carries traffic: the connection's entry is made or found again, counters of the rules and queues it meets move. A
 * connection that FastTrack took stays so until it ends, its entry is removed, or the router restarts.
 */
export function carry(device: Device, description: TrafficDescription): TrafficResult {
    const { upload = 15000, reply = 640, seconds = 1, size = 1500 } = description;
    if ([upload, reply, seconds, size].some((value) => !(value >= 0))) throw refuse.badValue("traffic");
    const live = liveOf(device, description);
    const path = live.packet.family === 4 ? "/ip/firewall/connection" : "/ipv6/firewall/connection";
    const table = device.table(path);
    let row = table.all().find(({ values }) => isSame(values, live.packet));
    let dropped = false;
    const send = (direction: "upload" | "reply", state: "new" | "established", bytes: number, packetSize: number) => {
        if (bytes === 0 || dropped) return undefined;
        const packets = Math.max(1, Math.ceil(bytes / packetSize));
        const met = pass(device, live, direction, state, packetSize);
        for (const rule of met.rules) count(rule, bytes, packets);
        for (const queue of new Set(met.queues)) count(queue, bytes, packets, seconds, device.now());
        if (met.trace.fastPath) countFastTracked(device, live.packet.family, bytes, packets);
        if (met.trace.fastPath) countDummies(device, live.packet.family, bytes, packets);
        countInterface(
            device,
            (direction === "upload" ? live.packet : live.reply).outInterface,
            bytes,
            packets,
            seconds,
        );
        dropped = met.trace.verdict === "drop";
        return met.trace;
    };
    let last: PacketTrace | undefined;
    if (!row) {
        if (description.established !== true) last = send("upload", "new", 60, 60);
        send("reply", "established", 60, 60);
    }
    last = send("upload", "established", upload, size) ?? last;
    send("reply", "established", reply, 64);
    if (!dropped && !row) row = table.insert({ values: {}, dynamic: true }, device.behaviour.reuseIds);
    if (row) table.replace(row, entryOf(row.values, live, upload, reply));
    const id = row ? showId(row.id) : "";
    if (row && description.end) table.remove([row]);
    device.touch();
    return {
        id,
        fastTracked: live.fastTracked,
        ...(live.connectionMark === undefined ? {} : { connectionMark: live.connectionMark }),
        ...(last?.queue ? { leaf: last.queue.leaf } : {}),
        verdict: dropped ? "drop" : "accept",
    };
}

function isSame(
    values: Row,
    packet: { protocol: string; src: string; dst: string; srcPort?: number; dstPort?: number },
) {
    return (
        values["protocol"] === packet.protocol &&
        values["src-address"] === packet.src &&
        values["dst-address"] === packet.dst &&
        values["src-port"] === (packet.srcPort === undefined ? undefined : String(packet.srcPort)) &&
        values["dst-port"] === (packet.dstPort === undefined ? undefined : String(packet.dstPort))
    );
}

function entryOf(before: Row, live: ReturnType<typeof liveOf>, upload: number, reply: number): Row {
    const { packet, fastTracked, connectionMark } = live;
    const sum = (name: string, more: number) => String(Number(before[name] ?? 0) + more);
    const ports: Row =
        packet.srcPort === undefined ? {} : { "src-port": String(packet.srcPort), "dst-port": String(packet.dstPort) };
    return {
        protocol: packet.protocol,
        "src-address": packet.src,
        "dst-address": packet.dst,
        ...ports,
        "reply-src-address": packet.dst,
        "reply-dst-address": packet.src,
        ...(packet.protocol === "tcp" ? { "tcp-state": "established" } : {}),
        timeout: packet.protocol === "tcp" ? "1d" : "3m",
        ...(connectionMark === undefined ? {} : { "connection-mark": connectionMark }),
        assured: "true",
        confirmed: "true",
        dying: "false",
        expected: "false",
        fasttrack: String(fastTracked),
        "hw-offload": "false",
        "seen-reply": "true",
        srcnat: "false",
        dstnat: "false",
        "orig-bytes": sum("orig-bytes", upload),
        "orig-packets": sum("orig-packets", Math.ceil(upload / 1500)),
        "repl-bytes": sum("repl-bytes", reply),
        "repl-packets": sum("repl-packets", Math.ceil(reply / 64)),
        "orig-fasttrack-bytes": sum("orig-fasttrack-bytes", fastTracked ? upload : 0),
        "repl-fasttrack-bytes": sum("repl-fasttrack-bytes", fastTracked ? reply : 0),
    };
}

function count(row: StoredRow, bytes: number, packets: number, seconds?: number, now?: number): void {
    const counters = (row.counters ??= { bytes: 0, packets: 0 });
    counters.bytes += bytes;
    counters.packets += packets;
    if (seconds === undefined || now === undefined || seconds === 0) return;
    counters.rate = Math.round((bytes * 8) / seconds);
    counters.packetRate = Math.round(packets / seconds);
    counters.rateUntil = now + seconds * 1000;
}

function countDummies(device: Device, family: 4 | 6, bytes: number, packets: number): void {
    for (const table of ["filter", "mangle", "raw"]) {
        const first = device.table(`/${family === 4 ? "ip" : "ipv6"}/firewall/${table}`).all()[0];
        if (first?.builtin) count(first, bytes, packets);
    }
}

function countInterface(device: Device, name: string, bytes: number, packets: number, seconds: number): void {
    const row = device.findByName("/interface", name);
    if (row) count(row, bytes, packets, seconds, device.now());
}
