import { RouterError } from "../../router/errors";
import { warnOnce } from "../../router/once";
import type { Session } from "../../router/session";
import type { Field, Values } from "../../rows/fields";
import type { Desired, Operation } from "../../rows/reconcile";
import { present, removedIds } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import { camelCase } from "../../rows/values";
import { Arguments, commonNames, isObject } from "../arguments";
import { firewallMenus } from "../firewall-rules/menu";
import { strayMarkWarnings } from "../firewall-rules/warnings";
import { interfaceNames } from "../interfaces";
import type { CommonInputs, Json, Kind, PlanContext, Properties } from "../kind";
import { commentText, ownerOf } from "../present";
import { queueTypeMenu, typeNames } from "../queue-type/menu";
import { lostTo, refuseContested, rootsApart } from "./contest";
import { queueTreeMenu, treeQuery } from "./menu";
import { planTree } from "./order";
import { treePreflight } from "./preflight";
import { treeRemoval } from "./removal";
import { renamedQueues } from "./renamed";
import { leavers, reachable } from "./restorable";
import { marksOf, Tree } from "./tree";

/** A queue with every property, in canonical form. */
export type QueueInputs = {
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
};

export type QueueTreeInputs = CommonInputs & {
    /** By name. */
    queues: QueueInputs[];
};

/** Every property of a queue but its comment, the end of which is the marker. */
const fields = [...queueTreeMenu.table.values()].filter(({ wire }) => wire !== "comment");
const queueNames = [...fields.map(queueProperty), "comment"];

export const queueTree: Kind<QueueTreeInputs> = {
    menus: [queueTreeMenu],
    refersTo: [queueTypeMenu, ...firewallMenus],
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
        queries: [treeQuery(version)],
    }),

    desired: ({ queues }) =>
        queues.map((queue) => ({ key: queue.name, values: valuesOf(queue), text: queue.comment ?? "" })),

    empty: (inputs) => ({ ...inputs, queues: [] }),

    natural:
        () =>
        ({ values }) =>
            values["name"],

    same:
        () =>
        ({ values }, key) =>
            values["name"] === key,

    renamed: ({ queues: before }, { queues: after }) => renamedQueues(before, after),

    doesJob:
        () =>
        ({ values }, desired) =>
            values["name"] === desired.key,

    otherJob: otherWork,

    plan: ({ inputs, desired, matched }) =>
        rootsApart(planTree({ matched, desired, owner: inputs.owner, table: queueTreeMenu.table }), desired),

    inputsFrom({ olds, matched }) {
        const owner = ownerOf(matched, olds.owner);
        const rows = [...present(matched)];
        const asked = new Map(olds.queues.map((queue) => [queue.name, queue]));
        const queues = rows.map(([key, row]) =>
            queueFrom(row.values, commentText(row, key, owner, matched.original.has(key))),
        );
        return {
            ...olds,
            owner,
            queues: queues.sort((a, b) => (a.name < b.name ? -1 : 1)),
            disabled: rows
                .filter(([key, { disabled }]) => disabled && asked.get(key)?.disabled !== true)
                .map(([key]) => key)
                .sort(),
            duplicates: matched.duplicates.map(({ name }) => name).sort(),
        };
    },

    title: ({ queues }) =>
        `queue tree "${queues.find(({ parent }) => !queues.some(({ name }) => name === parent))?.name ?? ""}"`,

    preflight: treePreflight,

    warn: async (session, context, { requires }, coming) => {
        const { router } = session.client;
        for (const child of foreignChildren(context)) {
            warnOnce(
                `queue ${child.label} on ${router} is somebody else's and hangs under ${child.values["parent"]}, which is ` +
                    "ours and cannot be removed as long as it does.",
            );
        }
        if (coming !== "same") await strayMarkWarnings(session, requires);
    },

    async restorable(session, { matched, desired, rows }) {
        if (leavers(matched, desired).length === 0) return new Map();
        const interfaces = new Set(await interfaceNames(session));
        const types = new Set(await typeNames(session));
        const found = reachable(matched, desired, rows, { interfaces, types });
        for (const [key, { parent = "", queue = "" }] of found) {
            const where = `queue ${key} on ${session.client.router} is given back under ${parent}, of type ${queue}`;
            warnOnce(`${where}: what it had before is not there any more.`);
        }
        return found;
    },

    async prepare(session, operations, { inputs, desired, matched, rows }) {
        refuseChildren(session, operations, { matched, rows });
        // At destroy nothing is desired any more.
        if (inputs.queues.length > 0) await refuseContested(session, operations, desired);
    },

    async givesWay(session, { inputs, desired }) {
        const error = await lostTo(session, desired);
        if (!error) return undefined;
        const names = new Set(inputs.queues.map(({ name }) => name));
        const queues = inputs.queues.map((queue) => (names.has(queue.parent) ? queue : { ...queue, disabled: true }));
        return { inputs: { ...inputs, queues }, error };
    },

    freed: removeLeft,

    withoutState: treeRemoval,
    docs: { marks: "queues", property: queueProperty },
};

/** Queues of other people under ours, or under some of ours. */
function foreignChildren(
    { matched, rows }: Pick<PlanContext<QueueTreeInputs>, "matched" | "rows">,
    some: (row: Row) => boolean = () => true,
): Row[] {
    const own = [...present(matched).values(), ...matched.duplicates];
    const names = new Set(own.filter(some).map(({ values }) => values["name"]));
    return rows.filter((row) => !own.includes(row) && names.has(row.values["parent"]));
}

/** A queue of somebody else under one that goes would be left without a parent. */
function refuseChildren(
    { client }: Session,
    operations: readonly Operation[],
    { matched, rows }: Pick<PlanContext<QueueTreeInputs>, "matched" | "rows">,
): void {
    const removed = removedIds(operations);
    const [child] = foreignChildren({ matched, rows }, ({ id }) => removed.has(id));
    if (!child) return;
    throw new RouterError({
        code: "ownership/child",
        summary: `queue ${child.label} of somebody else hangs under ${child.values["parent"]} on ${client.router}`,
    });
}

/**
 * Queue types are deleted before the queues that use them where both are replaced, or where a program does not say that
 * one needs the other: they go with the last of those queues.
 */
async function removeLeft(session: Session): Promise<void> {
    for (const [title, { again }] of [...session.left]) {
        session.left.delete(title);
        try {
            await again();
        } catch (error) {
            if (!(error instanceof RouterError)) throw error;
            warnOnce(`${title} stays: ${error.message}`);
        }
    }
}

/**
 * A queue does the job of another of its name where it hangs in the same place, carries its packets, and is about as
 * wide: what a profile changes is less than the half. A leaf without a width is as wide as its parent.
 */
function otherWork({ values: row }: Row, { values: wanted }: Desired): string | undefined {
    const isNot = (what: string, has: string, shall: string): string =>
        `${what} ${has || "none"}, and not ${shall || "none"}`;
    if (row["parent"] !== wanted["parent"]) return isNot("hangs on", row["parent"] ?? "", wanted["parent"] ?? "");
    const [has, shall] = [marksOf(row), marksOf(wanted)];
    const carries = (has.length === 0) === (shall.length === 0) && has.every((mark) => shall.includes(mark));
    if (!carries) return isNot("carries packets with mark", has.join(","), shall.join(","));
    const [width = 0, wide = 0] = [row, wanted].map((values) => Number(values["max-limit"] ?? "0"));
    const alike = width === wide || (width === 0 && has.length > 0) || (width * 2 >= wide && wide * 2 >= width);
    return alike ? undefined : isNot("has max-limit", String(width), String(wide));
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
    return field.kind === "marks" ? readMarks(read, value, at).join(",") : read.value(at, field, value);
}

function readMarks(read: Arguments, value: unknown, at: string): string[] {
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
    const circle = new Tree(queues.map(({ name, parent }) => ({ name, parent }))).circle();
    if (circle !== undefined) read.problem("queues", `"${circle}" is its own parent by a circle`);
}

/** What the router is sent; what says only the default is not sent. */
function valuesOf(queue: QueueInputs): Values {
    const texts = fields.map((field) => [field, String(queue[queueProperty(field)])] as const);
    const own = texts.filter(([field, text]) => text !== (field.fallback ?? ""));
    return Object.fromEntries(own.map(([{ wire }, text]) => [wire, text]));
}

function queueFrom(values: Values, comment: string): QueueInputs {
    const shown = fields.map((field) => [queueProperty(field), shownOf(field, values[field.wire] ?? "")]);
    return { ...(Object.fromEntries(shown) as QueueInputs), ...(comment === "" ? {} : { comment }) };
}

function shownOf({ kind }: Field, text: string): QueueInputs[keyof QueueInputs] {
    if (kind === "marks") return text.split(",").filter((mark) => mark !== "");
    if (kind === "number") return Number(text);
    return kind === "boolean" ? text === "true" : text;
}
