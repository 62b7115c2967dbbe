import type { Field, Values } from "../../rows/fields";
import { fieldsOf, valueOf } from "../../rows/fields";
import { camelCase } from "../../rows/values";
import { Arguments, commonNames, isObject } from "../arguments";
import type { CommonInputs, Json, Kind, Properties } from "../kind";
import { commentText, isDisabled, ownerOf, standing } from "../reading";
import { queueTreeFields, queueTreeMenu } from "./menu";
import { planTree } from "./order";

/** A queue with every property, in canonical form. */
export interface QueueInputs {
    name: string;
    parent: string;
    packetMarks: string[];
    priority: number;
    limitAt: string;
    maxLimit: string;
    queue: string;
    bucketSize: string;
    burstLimit: string;
    burstThreshold: string;
    burstTime: string;
    disabled: boolean;
    comment?: string;
}

export interface QueueTreeInputs extends CommonInputs {
    /** By name. */
    queues: QueueInputs[];
}

/** Every property of a queue but its comment, the end of which is the marker. */
const fields = [...queueTreeFields.values()].filter(({ wire }) => wire !== "comment");
const queueNames = [...fields.map(queueProperty), "comment"];

export const queueTree: Kind<QueueTreeInputs> = {
    name: "QueueTree",
    replaces: ["connection"],

    normalise(args) {
        const read = new Arguments(args);
        read.unknown([...commonNames, "queues"]);
        const queues = read.list("queues").flatMap((queue, index) => {
            if (isObject(queue)) return [queueOf(read, queue, `queues[${index}]`)];
            read.problem(`queues[${index}]`, "must be an object");
            return [];
        });
        treeProblems(read, queues);
        return {
            inputs: { ...read.common(), queues: queues.sort((a, b) => (a.name < b.name ? -1 : 1)) },
            problems: read.problems,
        };
    },

    scope: (_inputs, version) => ({
        menu: queueTreeMenu,
        table: queueTreeFields,
        queries: [treeQuery(version)],
    }),

    wanted: ({ queues }) =>
        queues.map((queue) => ({ key: queue.name, values: valuesOf(queue), text: queue.comment ?? "" })),

    empty: (inputs) => ({ ...inputs, queues: [] }),

    natural: () => (row) => row["name"],

    same: () => (row, key) => row["name"] === key,

    doesJob: () => (row, wanted) => row["name"] === wanted.key,

    plan: ({ inputs, wanted, matched, scope }) =>
        planTree({ matched, wanted, owner: inputs.owner, table: scope.table }),

    inputsFrom({ olds, matched }) {
        const owner = ownerOf(matched, olds.owner);
        const rows = [...standing(matched)];
        const asked = new Map(olds.queues.map((queue) => [queue.name, queue]));
        const queues = rows.map(([key, row]) =>
            queueFrom(row, commentText(row, key, owner, matched.former[key] !== undefined)),
        );
        return {
            ...olds,
            owner,
            queues: queues.sort((a, b) => (a.name < b.name ? -1 : 1)),
            disabled: rows
                .filter(([key, row]) => isDisabled(row) && asked.get(key)?.disabled !== true)
                .map(([key]) => key)
                .sort(),
            duplicates: matched.surplus.map((row) => row["name"] ?? "").sort(),
        };
    },

    title: ({ queues }) =>
        `queue tree "${queues.find(({ parent }) => !queues.some(({ name }) => name === parent))?.name ?? ""}"`,
};

export function treeQuery(version: string | undefined): Record<string, string> {
    return { ".proplist": [".id", ...fieldsOf(queueTreeFields, version).map(({ wire }) => wire)].join(",") };
}

/** The property of a queue that is this argument of the router. */
export function queueProperty({ wire }: Field): keyof QueueInputs {
    return (wire === "packet-mark" ? "packetMarks" : camelCase(wire)) as keyof QueueInputs;
}

function queueOf(read: Arguments, given: Properties, at: string): QueueInputs {
    for (const name of Object.keys(given)) {
        if (!queueNames.includes(name)) read.problem(`${at}.${name}`, "is no property of a queue");
    }
    const texts = fields.map((field) => [
        field.wire,
        textOf(read, field, given[queueProperty(field)], `${at}.${queueProperty(field)}`),
    ]);
    const comment = read.commentOf(`${at}.comment`, given["comment"]);
    const queue = queueFrom(Object.fromEntries(texts) as Values, comment);
    const { priority, limitAt, maxLimit, bucketSize } = queue;
    if (!(priority >= 1 && priority <= 8)) read.problem(`${at}.priority`, `must be 1 to 8, not ${priority}`);
    if (maxLimit !== "0" && Number(limitAt) > Number(maxLimit)) {
        read.problem(`${at}.limitAt`, `${limitAt} bit/s is more than maxLimit, ${maxLimit} bit/s`);
    }
    if (Number(bucketSize) > 10) read.problem(`${at}.bucketSize`, `must be 0 to 10, not ${bucketSize}`);
    return queue;
}

/** One property of the arguments as the router writes it. */
function textOf(read: Arguments, field: Field, value: Json | undefined, at: string): string {
    if (value === undefined || value === null) {
        if (field.fallback === undefined && field.cleared === undefined) read.problem(at, "is missing");
        return field.fallback ?? "";
    }
    return field.kind === "marks" ? marksOf(read, value, at).join(",") : read.value(at, field, value);
}

function marksOf(read: Arguments, value: unknown, at: string): string[] {
    if (!Array.isArray(value)) {
        read.problem(at, "must be a list of marks");
        return [];
    }
    return [...new Set(value.map((mark) => String(mark).trim()))].filter((mark) => mark !== "").sort();
}

/** Rules across the queues of one tree. */
function treeProblems(read: Arguments, queues: readonly QueueInputs[]): void {
    const names = queues.map(({ name }) => name);
    names.forEach((name, index) => {
        if (names.indexOf(name) !== index) read.problem(`queues[${index}].name`, `"${name}" is there twice`);
    });
    const parents = new Map(queues.map(({ name, parent }) => [name, parent]));
    for (const name of names) {
        let at: string | undefined = name;
        let steps = 0;
        while (at !== undefined && steps <= names.length) {
            at = parents.get(at);
            steps += 1;
        }
        if (at !== undefined) {
            read.problem("queues", `"${name}" is its own parent by a circle`);
            return;
        }
    }
}

/** What the router is sent; what says only the default is not sent. */
function valuesOf(queue: QueueInputs): Values {
    const texts = fields.map((field) => [field, String(queue[queueProperty(field)])] as const);
    const own = texts.filter(([field, text]) => text !== (field.fallback ?? ""));
    return Object.fromEntries(own.map(([{ wire }, text]) => [wire, text]));
}

function queueFrom(row: Values, comment: string): QueueInputs {
    const shown = fields.map((field) => [queueProperty(field), shownOf(field, valueOf(field, row))]);
    return { ...(Object.fromEntries(shown) as unknown as QueueInputs), ...(comment === "" ? {} : { comment }) };
}

function shownOf({ kind }: Field, text: string): QueueInputs[keyof QueueInputs] {
    if (kind === "marks") return text.split(",").filter((mark) => mark !== "");
    if (kind === "number") return Number(text);
    return kind === "boolean" ? text === "true" : text;
}
