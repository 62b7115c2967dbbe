import { isTrue, type RouterState, type Row, rowsOf } from "../router-state";
import type { Findings } from "./findings";
import { bitsPerSecond, bytes, kibibytes } from "./rates";

/** What a kernel may lack: disciplines of queueing (`htb`, `pfifo` and `bfifo` it must have), and nft's flowtables. */
export const optionalDisciplines = ["fq_codel", "codel", "cake", "sfq", "netem"] as const;
export type Discipline = (typeof optionalDisciplines)[number] | "flowtable";

/** Types every router has, with the manual's defaults. A row of the router's own menu goes first. */
const builtIn: Record<string, Row> = {
    default: { kind: "pfifo", "pfifo-limit": "50" },
    "default-small": { kind: "pfifo", "pfifo-limit": "10" },
    "ethernet-default": { kind: "pfifo", "pfifo-limit": "50" },
    "multi-queue-ethernet-default": { kind: "mq-pfifo", "mq-pfifo-limit": "50" },
    "wireless-default": { kind: "sfq" },
    "hotspot-default": { kind: "sfq" },
    "synchronous-default": { kind: "red", "red-limit": "60" },
    "pcq-upload-default": { kind: "pcq", "pcq-limit": "50KiB" },
    "pcq-download-default": { kind: "pcq", "pcq-limit": "50KiB" },
    "only-hardware-queue": { kind: "none" },
};

/** What carries a leaf's packets: one queue, or several that flows are spread over and that are served in turn. */
export interface LeafQueue {
    /** tc text of each queue. */
    queue: string;
    /** How many there are. */
    count: number;
}

/** Queues that stand in for one that is fair between flows. */
const fairQueues = 64;

/** A leaf's queue; none, and a refusal, where it has no translation. `where` names the leaf. */
export function leafQueue(
    state: RouterState,
    typeName: string,
    where: string,
    kernel: ReadonlySet<Discipline>,
    findings: Findings,
): LeafQueue | undefined {
    const type = rowsOf(state, "/queue/type").find((row) => row["name"] === typeName) ?? builtIn[typeName];
    if (!type) {
        findings.refuse(where, `queue type ${typeName} is not there`);
        return undefined;
    }
    const kind = type["kind"] ?? "pfifo";
    const packets = (key: string, missing: number): number => Number(type[key] ?? missing);
    const one = (queue: string): LeafQueue => ({ queue, count: 1 });
    const standIn = (router: string, lab: string): LeafQueue => {
        findings.standIn(where, router, lab.replace(" limit", ", limit"));
        return one(lab);
    };
    /** Fair between flows as the router's, of the same limit in all, and without its early drops. */
    const fairStandIn = (router: string, queue: "pfifo" | "bfifo", limit: number): LeafQueue => {
        const each = `${queue} limit ${Math.ceil(limit / fairQueues)}`;
        findings.standIn(
            where,
            router,
            `${fairQueues} x ${each.replace(" limit", ", limit")}, by flow, served in turn`,
        );
        return { queue: each, count: fairQueues };
    };
    switch (kind) {
        case "pfifo":
            return one(`pfifo limit ${packets("pfifo-limit", 50)}`);
        case "mq-pfifo":
            return one(`pfifo limit ${packets("mq-pfifo-limit", 50)}`);
        case "bfifo":
            return one(`bfifo limit ${bytes(type["bfifo-limit"] ?? "15000")}`);
        case "fq-codel": {
            const limit = packets("fq-codel-limit", 10240);
            if (!kernel.has("fq_codel")) return fairStandIn(`fq-codel, limit ${limit}`, "pfifo", limit);
            return one(
                [
                    `fq_codel limit ${limit} memory_limit ${type["fq-codel-memlimit"] ?? 32 * 2 ** 20}`,
                    `flows ${type["fq-codel-flows"] ?? 1024}`,
                    `target ${type["fq-codel-target"] ?? "5ms"} interval ${type["fq-codel-interval"] ?? "100ms"}`,
                    `quantum ${type["fq-codel-quantum"] ?? 1514} ${isTrue(type["fq-codel-ecn"] ?? "yes") ? "ecn" : "noecn"}`,
                ].join(" "),
            );
        }
        case "codel": {
            const limit = packets("codel-limit", 1000);
            if (!kernel.has("codel")) return standIn(`codel, limit ${limit}`, `pfifo limit ${limit}`);
            const times = `target ${type["codel-target"] ?? "5ms"} interval ${type["codel-interval"] ?? "100ms"}`;
            return one(`codel limit ${limit} ${times}`);
        }
        case "cake": {
            // Cake without a rate of its own leaves the pace to HTB. Its memory limit is what plain queues can keep.
            const memory = type["cake-memlimit"];
            const limit = bytes(memory && memory !== "0" ? memory : "4MiB");
            if (!kernel.has("cake")) return fairStandIn(`cake, memory ${limit} bytes`, "bfifo", limit);
            const flows = type["cake-flowmode"] ?? "triple-isolate";
            const rate = bitsPerSecond(type["cake-bandwidth"]);
            return one(
                `cake ${rate > 0 ? `bandwidth ${rate}bit` : "unlimited"} ${type["cake-diffserv"] ?? "diffserv3"} ${flows}`,
            );
        }
        case "pcq": {
            // Behind src-nat every upload has the router's address: one sub-stream, so its limit is the leaf's.
            const limit = bytes(kibibytes(type["pcq-limit"] ?? "50"));
            return standIn(`pcq, ${limit} bytes a sub-stream`, `bfifo limit ${limit}`);
        }
        case "sfq":
            return kernel.has("sfq") ? one("sfq perturb 5") : fairStandIn("sfq, limit 128", "pfifo", 128);
        case "red":
            return standIn(`red, limit ${packets("red-limit", 60)}`, `pfifo limit ${packets("red-limit", 60)}`);
        default:
            findings.refuse(where, `a leaf of kind ${kind} has no translation`);
            return undefined;
    }
}
