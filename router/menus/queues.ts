import type { Row } from "../api";
import { normaliseMatcherAddress } from "../device/addresses";
import type { StoredRow } from "../device/table";
import type { Field } from "../device/values";
import { refuse } from "../errors";
import type { CheckContext, MenuRules } from "./definition";
import { currentRate } from "./rows";

const queueType: Field = { kind: "reference", menu: "/queue/type", says: "queue" };

export const queueTree: MenuRules = {
    path: "/queue/tree",
    named: true,
    firstId: 0x1000000,
    mandatory: ["parent"],
    defaults: {
        "bucket-size": "0.1",
        "burst-limit": "0",
        "burst-threshold": "0",
        "burst-time": "0s",
        disabled: "no",
        "limit-at": "0",
        "max-limit": "0",
        "packet-mark": "",
        priority: "8",
        queue: "default-small",
    },
    fields: {
        "bucket-size": { kind: "decimal", max: 10 },
        "burst-limit": { kind: "rate" },
        "burst-threshold": { kind: "rate" },
        "burst-time": { kind: "duration" },
        "limit-at": { kind: "rate" },
        "max-limit": { kind: "rate" },
        priority: { kind: "integer", min: 1, max: 8 },
        // A queue of the tree, an interface, or global; assumed(tree-references).
        parent: { kind: "reference", menu: "tree-parent", says: "parent", words: ["global"] },
        queue: queueType,
    },
    check(values, context) {
        nameQueue(values, context);
        if (Number(values["max-limit"]) !== 0 && Number(values["max-limit"]) < Number(values["limit-at"])) {
            throw refuse.treeLimit();
        }
        checkTree(values, context);
    },
    show: (shown, row, device) => ({
        ...shown,
        bytes: String(row.counters?.bytes ?? 0),
        packets: String(row.counters?.packets ?? 0),
        rate: String(currentRate(device, row)?.rate ?? 0),
        "packet-rate": String(currentRate(device, row)?.packetRate ?? 0),
        dropped: String(row.counters?.dropped ?? 0),
        "queued-bytes": String(row.counters?.queuedBytes ?? 0),
        "queued-packets": String(row.counters?.queuedPackets ?? 0),
        ...(device.findByName("/queue/type", shown["queue"] ?? "")?.values["kind"] === "pcq"
            ? { "pcq-queues": "0" }
            : {}),
        // assumed(dangling-parents): a raw id is left where the parent or the queue type was deleted.
        invalid: /^\*/.test(shown["parent"] ?? "") || /^\*/.test(shown["queue"] ?? "") ? "true" : "false",
    }),
};

/** A name where none is given: `queue1`, the first that is free. */
function nameQueue(values: Row, { device, menu }: CheckContext): void {
    if (values["name"] !== undefined && values["name"] !== "") return;
    let number = 1;
    while (device.findByName(menu.path, `queue${number}`)) number++;
    values["name"] = `queue${number}`;
}

/** assumed(tree-limits): no queue below itself, and at most 7 levels (8 with the interface's own queue). */
function checkTree(values: Row, { device, row }: CheckContext): void {
    const table = device.table("/queue/tree");
    let levels = 1;
    let parent = values["parent"];
    while (parent !== undefined && parent.startsWith("*1") && parent.length >= 8) {
        const above: StoredRow | undefined = table.get(parseInt(parent.slice(1), 16));
        if (!above) return;
        if (above === row) throw refuse.treeLoop();
        if (++levels > 7) throw refuse.treeDepth();
        parent = above.values["parent"];
    }
}

export const queueSimple: MenuRules = {
    path: "/queue/simple",
    named: true,
    ordered: true,
    defaults: {
        "bucket-size": "0.1/0.1",
        "burst-limit": "0/0",
        "burst-threshold": "0/0",
        "burst-time": "0s/0s",
        disabled: "no",
        "limit-at": "0/0",
        "max-limit": "0/0",
        "packet-marks": "",
        parent: "none",
        priority: "8/8",
        queue: "default-small/default-small",
        target: "",
    },
    fields: {
        "limit-at": { kind: "rate-pair" },
        "max-limit": { kind: "rate-pair" },
        "burst-limit": { kind: "rate-pair" },
        "burst-threshold": { kind: "rate-pair" },
        "burst-time": { kind: "duration-pair" },
        priority: { kind: "pair", min: 1, max: 8 },
        queue: { ...queueType, kind: "reference-pair" },
        "total-queue": queueType,
        "total-limit-at": { kind: "rate" },
        "total-max-limit": { kind: "rate" },
        "total-burst-limit": { kind: "rate" },
        "total-burst-threshold": { kind: "rate" },
        "total-priority": { kind: "integer", min: 1, max: 8 },
        parent: { kind: "reference", menu: "/queue/simple", says: "parent", words: ["none"] },
        dst: { kind: "string" },
    },
    check(values, context) {
        nameQueue(values, context);
        values["target"] = normaliseTarget(values["target"] ?? "", context);
        const [limits, ceilings] = [values["limit-at"]!.split("/"), values["max-limit"]!.split("/")];
        for (const [index, direction] of (["upload", "download"] as const).entries()) {
            const ceiling = Number(ceilings[index]);
            if (ceiling !== 0 && ceiling < Number(limits[index])) throw refuse.simpleLimit(direction);
        }
    },
    show: (shown, row, device) => ({
        ...shown,
        bytes: `${row.counters?.bytes ?? 0}/0`,
        packets: `${row.counters?.packets ?? 0}/0`,
        rate: `${currentRate(device, row)?.rate ?? 0}/0`,
        "packet-rate": `${currentRate(device, row)?.packetRate ?? 0}/0`,
        dropped: "0/0",
        "queued-bytes": "0/0",
        "queued-packets": "0/0",
        "total-bytes": "0",
        "total-packets": "0",
        "total-rate": "0",
        "total-packet-rate": "0",
        "total-dropped": "0",
        "total-queued-bytes": "0",
        "total-queued-packets": "0",
        dynamic: row.dynamic ? "true" : "false",
        invalid: "false",
    }),
};

/** Addresses with their length, or interfaces by name (assumed(simple-targets): a renamed interface is not followed). */
function normaliseTarget(target: string, { device }: CheckContext): string {
    if (target === "") return "";
    return target
        .split(",")
        .map((part) => {
            if (device.findByName("/interface", part)) return part;
            const address = normaliseMatcherAddress(part, part.includes(":") ? 6 : 4);
            return /[/-]/.test(address) ? address : `${address}/32`;
        })
        .join(",");
}

/** A type with its kind's defaults where it says nothing. */
function completeType(values: Row): Row {
    return { ...kindDefaults[values["kind"] ?? ""], ...values };
}

/** Kind that an argument of `/queue/type` belongs to, by its prefix. */
function kindOf(name: string): string | undefined {
    return ["mq-pfifo", "fq-codel", "pfifo", "bfifo", "red", "sfq", "pcq", "codel", "cake"].find((kind) =>
        name.startsWith(`${kind}-`),
    );
}

/** Defaults per kind, from the manual's page on queue types and from public exports. */
const kindDefaults: Record<string, Row> = {
    pfifo: { "pfifo-limit": "50" },
    bfifo: { "bfifo-limit": "15000" },
    "mq-pfifo": { "mq-pfifo-limit": "50" },
    sfq: { "sfq-perturb": "5", "sfq-allot": "1514" },
    red: {
        "red-limit": "60",
        "red-min-threshold": "10",
        "red-max-threshold": "50",
        "red-burst": "20",
        "red-avg-packet": "1000",
    },
    pcq: {
        "pcq-rate": "0",
        "pcq-limit": "50",
        "pcq-classifier": "",
        "pcq-total-limit": "2000",
        "pcq-burst-rate": "0",
        "pcq-burst-threshold": "0",
        "pcq-burst-time": "10s",
        "pcq-src-address-mask": "32",
        "pcq-dst-address-mask": "32",
        "pcq-src-address6-mask": "128",
        "pcq-dst-address6-mask": "128",
    },
    codel: { "codel-limit": "1000", "codel-target": "5ms", "codel-interval": "100ms", "codel-ecn": "false" },
    "fq-codel": {
        "fq-codel-limit": "10240",
        "fq-codel-flows": "1024",
        "fq-codel-quantum": "1514",
        "fq-codel-target": "5ms",
        "fq-codel-interval": "100ms",
        "fq-codel-memlimit": "33554432",
        "fq-codel-ecn": "true",
    },
    cake: {
        "cake-bandwidth": "0",
        "cake-flowmode": "triple-isolate",
        "cake-diffserv": "diffserv3",
        "cake-rtt": "100ms",
        "cake-ack-filter": "none",
        "cake-nat": "false",
        "cake-wash": "false",
        "cake-autorate-ingress": "false",
        "cake-overhead": "0",
        "cake-mpu": "0",
        "cake-atm": "none",
        "cake-memlimit": "0",
    },
    none: {},
};

/** The types every router has; highest id first (the ids' range is recorded, who has which is assumed(builtin-ids)). */
const builtinTypes: readonly Row[] = [
    { name: "default", kind: "pfifo", "pfifo-limit": "50" },
    { name: "ethernet-default", kind: "pfifo", "pfifo-limit": "50" },
    { name: "wireless-default", kind: "sfq" },
    { name: "synchronous-default", kind: "red" },
    { name: "hotspot-default", kind: "sfq" },
    { name: "pcq-upload-default", kind: "pcq", "pcq-classifier": "src-address" },
    { name: "pcq-download-default", kind: "pcq", "pcq-classifier": "dst-address" },
    { name: "only-hardware-queue", kind: "none" },
    { name: "multi-queue-ethernet-default", kind: "mq-pfifo", "mq-pfifo-limit": "50" },
    { name: "default-small", kind: "pfifo", "pfifo-limit": "10" },
];

export const queueTypes: MenuRules = {
    path: "/queue/type",
    named: true,
    builtin: builtinTypes.map(completeType),
    usual: ({ kind }) => kindDefaults[kind ?? ""] ?? {},
    mandatory: ["name", "kind"],
    fields: {
        kind: { kind: "enum" },
        "pcq-classifier": { kind: "enum-list" },
        "pcq-limit": { kind: "kibibytes", min: 1 },
        "pcq-total-limit": { kind: "kibibytes", min: 1 },
        "fq-codel-memlimit": { kind: "bytes" },
        "cake-memlimit": { kind: "bytes" },
        "cake-bandwidth": { kind: "bandwidth" },
        ...Object.fromEntries(
            ["cake-ack-filter", "cake-atm", "cake-diffserv", "cake-flowmode"].map((name) => [name, { kind: "enum" }]),
        ),
        ...Object.fromEntries(
            ["pcq-rate", "pcq-burst-rate", "pcq-burst-threshold"].map((name) => [name, { kind: "rate" }]),
        ),
        ...Object.fromEntries(
            ["pfifo-limit", "mq-pfifo-limit", "bfifo-limit", "fq-codel-limit", "fq-codel-quantum"].map((name) => [
                name,
                { kind: "integer", min: 1 },
            ]),
        ),
        // assumed(flow-counts)
        "fq-codel-flows": { kind: "integer", min: 1, max: 65536 },
    },
    check(values) {
        // assumed(type-arguments): only the arguments of the row's own kind are kept and shown.
        for (const name of Object.keys(values)) {
            if (name !== "name" && name !== "kind" && kindOf(name) !== values["kind"]) delete values[name];
        }
        Object.assign(values, completeType(values));
    },
    show: (shown, row) => ({ ...shown, default: row.builtin ? "true" : "false" }),
    removing(rows) {
        if (rows.some((row) => row.builtin)) throw refuse.defaultRemove();
    },
};
