import type { Session } from "../../router/session";
import type { Field, Menu } from "../../rows/fields";
import { fieldTable } from "../../rows/fields";
import type { Row } from "../../rows/row";
import type { ValueKind } from "../../rows/values";

/**
 * `/queue/type` (https://help.mikrotik.com/docs/spaces/ROS/pages/328088/Queues). No comment, no `disabled`, no `unset`:
 * arguments that are not ours are left as the router has them. Each parameter with what it goes back to when it is not
 * set any more, by the manual (assumed where it names none).
 *
 * {".id":"*FFFFFFFA","default":"true","kind":"pcq","name":"pcq-upload-default","pcq-burst-rate":"0",
 *  "pcq-burst-threshold":"0","pcq-burst-time":"10s","pcq-classifier":"src-address","pcq-limit":"50","pcq-rate":"0",
 *  "pcq-total-limit":"2000"}
 */
const fields = fieldTable([
    { wire: "name", kind: "text", doc: "Name, unique in the menu." },
    { wire: "kind", kind: "word", doc: "Kind of queue." },
    ...parameters("number", "How many, or how much.", {
        "bfifo-limit": "15000",
        "cake-mpu": undefined,
        "cake-overhead": undefined,
        "codel-limit": "1000",
        "fq-codel-flows": "1024",
        "fq-codel-limit": "10240",
        "fq-codel-quantum": "1514",
        "mq-pfifo-limit": "50",
        "pcq-dst-address-mask": "32",
        "pcq-dst-address6-mask": "128",
        "pcq-src-address-mask": "32",
        "pcq-src-address6-mask": "128",
        "pfifo-limit": "50",
        "red-avg-packet": "1000",
        "red-burst": "20",
        "red-limit": "60",
        "red-max-threshold": "50",
        "red-min-threshold": "10",
        "sfq-allot": "1514",
        "sfq-perturb": "5",
    }),
    // Their form over REST is not recorded: bytes are assumed.
    ...parameters("size", "Memory, in bytes or with a unit: 32MiB.", {
        "cake-memlimit": "0",
        "fq-codel-memlimit": "33554432",
    }),
    ...parameters("kib", "Buffer: 50KiB, or a bare number of KiB.", {
        "pcq-limit": "50KiB",
        "pcq-total-limit": "2000KiB",
    }),
    ...parameters("rate", "Rate, bit/s.", {
        "cake-bandwidth": "0",
        "pcq-burst-rate": "0",
        "pcq-burst-threshold": "0",
        "pcq-rate": "0",
    }),
    ...parameters("time", "Time.", {
        "cake-rtt": "100ms",
        "codel-ce-threshold": undefined,
        "codel-interval": "100ms",
        "codel-target": "5ms",
        "fq-codel-ce-threshold": undefined,
        "fq-codel-interval": "100ms",
        "fq-codel-target": "5ms",
        "pcq-burst-time": "10s",
    }),
    ...parameters("boolean", "Yes or no.", {
        "cake-autorate-ingress": undefined,
        "cake-nat": "false",
        "cake-wash": "false",
        "codel-ecn": "false",
        "fq-codel-ecn": "true",
    }),
    ...parameters("words", "What tells sub-streams apart.", { "pcq-classifier": undefined }),
    ...parameters("word", "One of the router's words.", {
        "cake-ack-filter": "none",
        "cake-atm": undefined,
        "cake-diffserv": "diffserv3",
        "cake-flowmode": "triple-isolate",
        "cake-overhead-scheme": undefined,
        "cake-rtt-scheme": undefined,
    }),
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
    return (await readTypes(session)).map(({ name }) => name);
}

function parameters(kind: ValueKind, doc: string, fallbacks: Record<string, string | undefined>): Field[] {
    return Object.entries(fallbacks).map(([wire, fallback]) => ({ wire, kind, doc, ...(fallback && { fallback }) }));
}
