import type { Values } from "../menus/fields";
import { fieldsOf, valueOf } from "../menus/fields";
import { queueTreeFields, queueTreeMenu } from "../menus/queue-tree";
import { planTree } from "../tree-order";
import { camelCase } from "../values";
import { Arguments, commonNames, isObject } from "./arguments";
import type { CommonInputs, Kind, Properties } from "./kind";
import { commentText, isDisabled, ownerOf, standing } from "./reading";

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

const plainNames = ["limit-at", "max-limit", "queue", "bucket-size", "burst-limit", "burst-threshold", "burst-time"];
const queueNames = ["name", "parent", "packetMarks", "priority", ...plainNames.map(camelCase), "comment", "disabled"];

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

function queueOf(read: Arguments, queue: Properties, at: string): QueueInputs {
    for (const name of Object.keys(queue)) {
        if (!queueNames.includes(name)) read.problem(`${at}.${name}`, "is no property of a queue");
    }
    const value = (wire: string, name = camelCase(wire)): string => {
        const field = queueTreeFields.get(wire);
        if (!field) return "";
        if (queue[name] === undefined || queue[name] === null) {
            if (field.fallback === undefined && field.cleared === undefined)
                read.problem(`${at}.${name}`, "is missing");
            return field.fallback ?? "";
        }
        return read.value(`${at}.${name}`, field, queue[name]);
    };
    const marks = queue["packetMarks"];
    const comment = read.value(`${at}.comment`, fieldNamed("comment"), queue["comment"] ?? "");
    const priority = Number(value("priority"));
    if (!(priority >= 1 && priority <= 8)) read.problem(`${at}.priority`, `must be 1 to 8, not ${priority}`);
    const limitAt = value("limit-at");
    const maxLimit = value("max-limit");
    if (maxLimit !== "0" && Number(limitAt) > Number(maxLimit)) {
        read.problem(`${at}.limitAt`, `${limitAt} bit/s is more than maxLimit, ${maxLimit} bit/s`);
    }
    const bucketSize = value("bucket-size");
    if (Number(bucketSize) > 10) read.problem(`${at}.bucketSize`, `must be 0 to 10, not ${bucketSize}`);
    return {
        name: value("name"),
        parent: value("parent"),
        packetMarks: marks === undefined ? [] : marksOf(read, marks, `${at}.packetMarks`),
        priority,
        limitAt,
        maxLimit,
        queue: value("queue"),
        bucketSize,
        burstLimit: value("burst-limit"),
        burstThreshold: value("burst-threshold"),
        burstTime: value("burst-time"),
        disabled: value("disabled") === "true",
        ...(comment === "" ? {} : { comment }),
    };
}

function fieldNamed(wire: string) {
    const field = queueTreeFields.get(wire);
    if (!field) throw new Error(`no field ${wire}`);
    return field;
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

function valuesOf(queue: QueueInputs): Values {
    const values: Values = {
        name: queue.name,
        parent: queue.parent,
        "packet-mark": queue.packetMarks.join(","),
        priority: String(queue.priority),
        "limit-at": queue.limitAt,
        "max-limit": queue.maxLimit,
        queue: queue.queue,
        "bucket-size": queue.bucketSize,
        "burst-limit": queue.burstLimit,
        "burst-threshold": queue.burstThreshold,
        "burst-time": queue.burstTime,
        disabled: String(queue.disabled),
    };
    // What says only the default is not sent.
    for (const [name, value] of Object.entries(values)) {
        if (value === (queueTreeFields.get(name)?.fallback ?? "")) delete values[name];
    }
    return values;
}

function queueFrom(row: Values, comment: string): QueueInputs {
    const value = (wire: string): string => valueOf(fieldNamed(wire), row);
    return {
        name: value("name"),
        parent: value("parent"),
        packetMarks: value("packet-mark")
            .split(",")
            .filter((mark) => mark !== ""),
        priority: Number(value("priority")),
        limitAt: value("limit-at"),
        maxLimit: value("max-limit"),
        queue: value("queue"),
        bucketSize: value("bucket-size"),
        burstLimit: value("burst-limit"),
        burstThreshold: value("burst-threshold"),
        burstTime: value("burst-time"),
        disabled: value("disabled") === "true",
        ...(comment === "" ? {} : { comment }),
    };
}
