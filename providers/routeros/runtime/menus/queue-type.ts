import type { ValueKind } from "../values";
import type { Field } from "./fields";
import { fieldTable } from "./fields";

/**
 * `/queue/type` (https://help.mikrotik.com/docs/spaces/ROS/pages/328088/Queues). No comment, no `disabled`, no `unset`:
 * arguments that are not ours are left as the router has them.
 *
 * {".id":"*FFFFFFFA","default":"true","kind":"pcq","name":"pcq-upload-default","pcq-burst-rate":"0",
 *  "pcq-burst-threshold":"0","pcq-burst-time":"10s","pcq-classifier":"src-address","pcq-limit":"50KiB","pcq-rate":"0",
 *  "pcq-total-limit":"2000KiB"}
 */
export const queueTypeFields = fieldTable([
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
    ...parameters("size", "Memory or buffer, in bytes.", [
        "cake-memlimit",
        "fq-codel-memlimit",
        "pcq-limit",
        "pcq-total-limit",
    ]),
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

export const queueTypeMenu = "/queue/type";

function parameters(kind: ValueKind, doc: string, names: readonly string[]): Field[] {
    return names.map((wire) => ({ wire, kind, doc }));
}
