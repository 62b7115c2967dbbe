import { isTrue, type RouterState, type Row, rowsOf } from "../router-state";
import type { Findings } from "./findings";
import { bytes } from "./rates";

/** Queueing disciplines a kernel may lack; `htb`, `pfifo` and `bfifo` it must have. */
export const optionalDisciplines = ["fq_codel", "codel", "cake", "sfq"] as const;
export type Discipline = (typeof optionalDisciplines)[number];

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

/** The tc text of a leaf's queue, or a refusal. `where` names the leaf. */
export function leafQueue(
    state: RouterState,
    typeName: string,
    where: string,
    kernel: ReadonlySet<Discipline>,
    findings: Findings,
): string | undefined {
    const type = rowsOf(state, "/queue/type").find((row) => row["name"] === typeName) ?? builtIn[typeName];
    if (!type) {
        findings.refuse(where, `queue type ${typeName} is not there`);
        return undefined;
    }
    const kind = type["kind"] ?? "pfifo";
    const packets = (key: string, missing: number): number => Number(type[key] ?? missing);
    const standIn = (router: string, lab: string): string => {
        findings.standIn(where, router, lab.replace(" limit", ", limit"));
        return lab;
    };
    switch (kind) {
        case "pfifo":
            return `pfifo limit ${packets("pfifo-limit", 50)}`;
        case "mq-pfifo":
            return `pfifo limit ${packets("mq-pfifo-limit", 50)}`;
        case "bfifo":
            return `bfifo limit ${bytes(type["bfifo-limit"] ?? "15000")}`;
        case "fq-codel": {
            const limit = packets("fq-codel-limit", 10240);
            if (!kernel.has("fq_codel")) return standIn(`fq-codel, limit ${limit}`, `pfifo limit ${limit}`);
            return [
                `fq_codel limit ${limit} flows ${type["fq-codel-flows"] ?? 1024}`,
                `target ${type["fq-codel-target"] ?? "5ms"} interval ${type["fq-codel-interval"] ?? "100ms"}`,
                `quantum ${type["fq-codel-quantum"] ?? 1514} ${isTrue(type["fq-codel-ecn"] ?? "yes") ? "ecn" : "noecn"}`,
            ].join(" ");
        }
        case "codel": {
            const limit = packets("codel-limit", 1000);
            if (!kernel.has("codel")) return standIn(`codel, limit ${limit}`, `pfifo limit ${limit}`);
            return `codel limit ${limit} target ${type["codel-target"] ?? "5ms"} interval ${type["codel-interval"] ?? "100ms"}`;
        }
        case "cake": {
            // Cake without a rate of its own: HTB sets the pace. Its memory limit is what a plain queue can keep.
            const limit = bytes(
                type["cake-memlimit"] && type["cake-memlimit"] !== "0" ? type["cake-memlimit"] : "4MiB",
            );
            if (!kernel.has("cake")) return standIn(`cake, memory ${limit} bytes`, `bfifo limit ${limit}`);
            return `cake unlimited ${type["cake-diffserv"] ?? "diffserv3"} ${type["cake-flowmode"] ?? "triple-isolate"}`;
        }
        case "pcq": {
            // Behind src-nat every upload has the router's address: one sub-stream, so its limit is the leaf's.
            const limit = bytes(type["pcq-limit"] ?? "50KiB");
            return standIn(`pcq, ${limit} bytes a sub-stream`, `bfifo limit ${limit}`);
        }
        case "sfq":
            if (kernel.has("sfq")) return "sfq perturb 5";
            return standIn("sfq, limit 128", "pfifo limit 128");
        case "red":
            return standIn(`red, limit ${packets("red-limit", 60)}`, `pfifo limit ${packets("red-limit", 60)}`);
        default:
            findings.refuse(where, `a leaf of kind ${kind} has no translation`);
            return undefined;
    }
}
