import type { Session } from "../../router/session";
import type { Field, Menu } from "../../rows/fields";
import { fieldTable } from "../../rows/fields";
import type { Row } from "../../rows/row";
import type { ValueKind } from "../../rows/values";

/** What a parameter goes back to when it is not set any more, by the manual (assumed where it names none). */
const defaults: Readonly<Record<string, string>> = {
    "bfifo-limit": "15000",
    "cake-bandwidth": "0",
    "cake-diffserv": "diffserv3",
    "cake-flowmode": "triple-isolate",
    "cake-memlimit": "0",
    "cake-nat": "false",
    "cake-ack-filter": "none",
    "cake-wash": "false",
    "cake-rtt": "100ms",
    "codel-ecn": "false",
    "codel-interval": "100ms",
    "codel-limit": "1000",
    "codel-target": "5ms",
    "fq-codel-ecn": "true",
    "fq-codel-flows": "1024",
    "fq-codel-interval": "100ms",
    "fq-codel-limit": "10240",
    "fq-codel-memlimit": "33554432",
    "fq-codel-quantum": "1514",
    "fq-codel-target": "5ms",
    "mq-pfifo-limit": "50",
    "pcq-burst-rate": "0",
    "pcq-burst-threshold": "0",
    "pcq-burst-time": "10s",
    "pcq-dst-address-mask": "32",
    "pcq-dst-address6-mask": "128",
    "pcq-limit": "50KiB",
    "pcq-rate": "0",
    "pcq-src-address-mask": "32",
    "pcq-src-address6-mask": "128",
    "pcq-total-limit": "2000KiB",
    "pfifo-limit": "50",
    "red-avg-packet": "1000",
    "red-burst": "20",
    "red-limit": "60",
    "red-max-threshold": "50",
    "red-min-threshold": "10",
    "sfq-allot": "1514",
    "sfq-perturb": "5",
};

/**
 * `/queue/type` (https://help.mikrotik.com/docs/spaces/ROS/pages/328088/Queues). No comment, no `disabled`, no `unset`:
 * arguments that are not ours are left as the router has them.
 *
 * {".id":"*FFFFFFFA","default":"true","kind":"pcq","name":"pcq-upload-default","pcq-burst-rate":"0",
 *  "pcq-burst-threshold":"0","pcq-burst-time":"10s","pcq-classifier":"src-address","pcq-limit":"50","pcq-rate":"0",
 *  "pcq-total-limit":"2000"}
 */
const fields = fieldTable([
    { wire: "name", kind: "text", doc: "Name, unique in the menu." },
    { wire: "kind", kind: "word", doc: "Kind of queue." },
    ...parameters("number", "How many, or how much.", [
        "bfifo-limit",
        "cake-mpu",
        "cake-overhead",
        "codel-limit",
        "fq-codel-flows",
        "fq-codel-limit",
        "fq-codel-quantum",
        "mq-pfifo-limit",
        "pcq-dst-address-mask",
        "pcq-dst-address6-mask",
        "pcq-src-address-mask",
        "pcq-src-address6-mask",
        "pfifo-limit",
        "red-avg-packet",
        "red-burst",
        "red-limit",
        "red-max-threshold",
        "red-min-threshold",
        "sfq-allot",
        "sfq-perturb",
    ]),
    // Their form over REST is not recorded: bytes are assumed.
    ...parameters("size", "Memory, in bytes or with a unit: 32MiB.", ["cake-memlimit", "fq-codel-memlimit"]),
    ...parameters("kib", "Buffer: 50KiB, or a bare number of KiB.", ["pcq-limit", "pcq-total-limit"]),
    ...parameters("rate", "Rate, bit/s.", ["cake-bandwidth", "pcq-burst-rate", "pcq-burst-threshold", "pcq-rate"]),
    ...parameters("time", "Time.", [
        "cake-rtt",
        "codel-ce-threshold",
        "codel-interval",
        "codel-target",
        "fq-codel-ce-threshold",
        "fq-codel-interval",
        "fq-codel-target",
        "pcq-burst-time",
    ]),
    ...parameters("boolean", "Yes or no.", [
        "cake-autorate-ingress",
        "cake-nat",
        "cake-wash",
        "codel-ecn",
        "fq-codel-ecn",
    ]),
    ...parameters("words", "What tells sub-streams apart.", ["pcq-classifier"]),
    ...parameters("word", "One of the router's words.", [
        "cake-ack-filter",
        "cake-atm",
        "cake-diffserv",
        "cake-flowmode",
        "cake-overhead-scheme",
        "cake-rtt-scheme",
    ]),
]);

/** Every parameter's name starts with its kind's. */
export const queueKinds = ["bfifo", "cake", "codel", "fq-codel", "mq-pfifo", "none", "pcq", "pfifo", "red", "sfq"];

export const queueTypeMenu: Menu = {
    path: "/queue/type",
    identity: ["name", "kind"],
    label: ["name"],
    table: fields,
};

/** Parameters differ by kind, and naming one that a kind lacks is not recorded: the whole of few rows is read. */
export const typeQuery: Record<string, string> = {};

export function readTypes(session: Session): Promise<Row[]> {
    return session.snapshot.rows(queueTypeMenu, typeQuery);
}

export async function typeNames(session: Session): Promise<string[]> {
    return (await readTypes(session)).map(({ values }) => values["name"] ?? "");
}

function parameters(kind: ValueKind, doc: string, names: readonly string[]): Field[] {
    return names.map((wire) => ({
        wire,
        kind,
        doc,
        ...(defaults[wire] === undefined ? {} : { fallback: defaults[wire] }),
    }));
}
