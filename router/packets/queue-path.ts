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

/** The simple queue whose target the packet's sender or receiver is; the first in order. FastTracked packets meet none. */
export function simpleQueueFor(device: Device, packet: Packet): StoredRow | undefined {
    return device
        .table("/queue/simple")
        .all()
        .find((row) => {
            if (row.values["disabled"] === "true") return false;
            const marks = row.values["packet-marks"] ?? "";
            if (marks !== "" && !splitList(marks).includes(packet.packetMark ?? "no-mark")) return false;
            return splitList(row.values["target"] ?? "").some((target) =>
                target === packet.inInterface || target === packet.outInterface
                    ? true
                    : /[.:]/.test(target) && (contains(target, packet.src) || contains(target, packet.dst)),
            );
        });
}
