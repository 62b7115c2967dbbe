import type { QueuePath } from "../api";
import { contains } from "../device/addresses";
import type { Device } from "../device/device";
import { showId, type StoredRow } from "../device/table";
import { splitList } from "../device/values";
import type { Packet } from "./packets";

/** With the rows whose counters move. */
export interface CarryingPath extends QueuePath {
    rows: StoredRow[];
}

/**
 * Which leaf of the queue tree carries a packet that leaves through that interface. `global` is passed before the
 * interface, and not by FastTracked packets; those carry no packet mark: assumed(fasttrack-marks). Undefined where no leaf takes it: it goes out
 * unshaped by the tree. Of several leaves with the mark the first in the table is taken: assumed(first-leaf).
 */
export function leafFor(device: Device, root: string, packetMark: string | undefined): CarryingPath | undefined {
    const queues = device
        .table("/queue/tree")
        .all()
        .filter((row) => row.values["disabled"] !== "true");
    const parents = new Set(queues.map((row) => row.values["parent"]));
    const wanted = packetMark ?? "no-mark";
    for (const queue of queues) {
        if (parents.has(showId(queue.id))) continue; // an inner queue only distributes
        if (!splitList(queue.values["packet-mark"] ?? "").includes(wanted)) continue;
        const path = pathToRoot(device, queue);
        if (path && path.root === root) return path;
    }
    return undefined;
}

/** Undefined when a queue above is disabled or gone (assumed(disabled-parents): the branch then carries nothing). */
function pathToRoot(device: Device, leaf: StoredRow): CarryingPath | undefined {
    const rows = [leaf];
    for (;;) {
        const parent = rows.at(-1)!.values["parent"]!;
        const above = device.rowOf("/queue/tree", parent);
        if (!above) {
            const root = parent === "global" ? parent : device.nameOf("/interface", parent);
            if (root === undefined) return undefined;
            const path = rows.map((row) => row.values["name"]!);
            return { leaf: path[0]!, path, root, rows };
        }
        if (above.values["disabled"] === "true" || rows.includes(above)) return undefined;
        rows.push(above);
    }
}

/**
 * The simple queue that takes the packet: the first in order whose target is its sender or receiver, and of the queues
 * below that one again the first. An empty target means everything. FastTracked packets meet none.
 */
export function simpleQueueFor(device: Device, packet: Packet): StoredRow | undefined {
    const queues = device
        .table("/queue/simple")
        .all()
        .filter(({ values }) => values["disabled"] !== "true");
    let taken: StoredRow | undefined;
    for (;;) {
        const above = taken ? showId(taken.id) : "none";
        const next = queues.find((row) => (row.values["parent"] ?? "none") === above && takes(device, row, packet));
        if (!next) return taken;
        taken = next;
    }
}

function takes(device: Device, { values }: StoredRow, packet: Packet): boolean {
    const marks = values["packet-marks"] ?? "";
    if (marks !== "" && !splitList(marks).includes(packet.packetMark ?? "no-mark")) return false;
    const dst = values["dst"] ?? "";
    const ends = (target: string, name: string, address: string) =>
        device.findByName("/interface", target) ? target === name : contains(target, address);
    const isTarget = (target: string, from: boolean) =>
        from ? ends(target, packet.inInterface, packet.src) : ends(target, packet.outInterface, packet.dst);
    return [true, false].some(
        (from) =>
            splitList(values["target"] ?? "").some((target) => target === "" || isTarget(target, from)) &&
            (dst === "" || isTarget(dst, !from)),
    );
}
