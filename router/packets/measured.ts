import type { Count, Measured, Row, TrackedConnection } from "../api";
import type { Device } from "../device/device";
import { formatDuration } from "../device/durations";
import { readId, type StoredRow } from "../device/table";
import { countFastTracked } from "../menus/firewall-state";

/** Rates are shown for so long after they were told, in ms. */
const shownFor = 5000;

/** Brings what a data plane counted into rows of rules, queues, interfaces and connections. */
export function bring(device: Device, measured: Measured): void {
    for (const count of measured.counts) bringCount(device, count);
    for (const { family, bytes, packets } of measured.fastTracked) {
        countFastTracked(device, family, bytes, packets);
        for (const table of ["filter", "mangle", "raw"]) {
            const first = device.table(`/${family === 4 ? "ip" : "ipv6"}/firewall/${table}`).all()[0];
            if (first?.builtin) add(first, bytes, packets);
        }
    }
    for (const family of [4, 6] as const)
        bringConnections(
            device,
            family,
            measured.connections.filter((connection) => connection.family === family),
        );
}

function bringCount(device: Device, count: Count): void {
    const row = device.table(count.menu).get(readId(count.id) ?? 0);
    if (!row) return;
    const counters = add(row, count.bytes, count.packets);
    counters.dropped = (counters.dropped ?? 0) + (count.dropped ?? 0);
    if (count.received) {
        const { bytes, packets } = (counters.received ??= { bytes: 0, packets: 0 });
        counters.received = { bytes: bytes + count.received.bytes, packets: packets + count.received.packets };
    }
    if (count.rate !== undefined)
        Object.assign(counters, {
            rate: count.rate,
            packetRate: count.packetRate ?? 0,
            rateUntil: device.now() + shownFor,
        });
    if (count.queuedBytes !== undefined)
        Object.assign(counters, { queuedBytes: count.queuedBytes, queuedPackets: count.queuedPackets ?? 0 });
}

function add(row: StoredRow, bytes: number, packets: number) {
    const counters = (row.counters ??= { bytes: 0, packets: 0 });
    counters.bytes += bytes;
    counters.packets += packets;
    return counters;
}

/** Entries that are gone go; those that stay keep their ids. */
function bringConnections(device: Device, family: 4 | 6, connections: readonly TrackedConnection[]): void {
    const table = device.table(family === 4 ? "/ip/firewall/connection" : "/ipv6/firewall/connection");
    const known = new Map(table.all().map((row) => [keyOf(row.values), row]));
    for (const connection of connections) {
        const values = entryOf(connection);
        const key = keyOf(values);
        const row = known.get(key) ?? table.insert({ values: {}, dynamic: true }, device.behaviour.reuseIds);
        known.delete(key);
        table.replace(row, values);
    }
    table.remove([...known.values()]);
}

function keyOf(values: Row): string {
    return ["protocol", "src-address", "src-port", "dst-address", "dst-port"].map((name) => values[name]).join(" ");
}

/** REST's row of a tracked connection; without NAT, the reply goes back the way. */
function entryOf(connection: TrackedConnection): Row {
    const { source, destination, sent, answered, fastTracked } = connection;
    const ports: Row =
        source.port === undefined ? {} : { "src-port": String(source.port), "dst-port": String(destination.port) };
    const share = (total: number): string => String(fastTracked ? total : 0);
    return {
        protocol: connection.protocol,
        "src-address": source.address,
        "dst-address": destination.address,
        ...ports,
        "reply-src-address": destination.address,
        "reply-dst-address": source.address,
        ...(connection.tcpState === undefined ? {} : { "tcp-state": connection.tcpState }),
        timeout: formatDuration(connection.timeout * 1000),
        ...(connection.connectionMark === undefined ? {} : { "connection-mark": connection.connectionMark }),
        assured: String(connection.assured),
        confirmed: "true",
        dying: "false",
        expected: "false",
        fasttrack: String(fastTracked),
        "hw-offload": "false",
        "seen-reply": String(connection.seenReply),
        srcnat: "false",
        dstnat: "false",
        "orig-bytes": String(sent.bytes),
        "orig-packets": String(sent.packets),
        "repl-bytes": String(answered.bytes),
        "repl-packets": String(answered.packets),
        "orig-fasttrack-bytes": share(sent.bytes),
        "repl-fasttrack-bytes": share(answered.bytes),
    };
}
