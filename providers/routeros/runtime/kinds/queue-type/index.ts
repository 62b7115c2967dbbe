import type { Values } from "../../rows/fields";
import { omit } from "../../rows/objects";
import { ownsTypeName } from "../../rows/ownership";
import { planRows, present } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import { nearest } from "../../rows/text";
import { camelCase, kebabCase } from "../../rows/values";
import { Arguments, commonNames, isObject } from "../arguments";
import { strayMarkWarnings } from "../firewall-rules/warnings";
import type { CommonInputs, Kind, PlanContext, State } from "../kind";
import { queueKinds, queueTypeMenu, typeQuery } from "./menu";
import { typePreflight } from "./preflight";
import { typeRemoval } from "./removal";
import { isUsed, refuseUsed } from "./users";

export type QueueTypeInputs = CommonInputs & {
    name: string;
    kind: string;
    /** In camelCase, canonical. */
    parameters: Record<string, string>;
    /** Drift: parameters that were not asked for and that somebody changed. Absent in what is desired. */
    others?: Record<string, string>;
    /** Drift: the type is not there. False in what is desired. */
    missing: boolean;
};

/** There is one row, whatever it is called. */
const key = "type";

const { table } = queueTypeMenu;

export const queueType: Kind<QueueTypeInputs> = {
    menus: [queueTypeMenu],
    replaces: ["connection"],

    normalise(args) {
        const read = new Arguments(args);
        read.unknown([...commonNames, "name", "kind", "parameters", "others", "missing"]);
        const parameters: Record<string, string> = {};
        const given = args["parameters"] ?? {};
        const kind = read.requiredText("kind");
        const known = queueKinds.includes(kind);
        if (kind !== "" && !known) {
            const near = nearest(kind, queueKinds);
            const advice = near === undefined ? "" : `; did you mean "${near}"?`;
            read.problem("kind", `must be one of ${queueKinds.join(", ")}, not "${kind}"${advice}`);
        }
        if (!isObject(given)) read.problem("parameters", "must be an object");
        else {
            for (const [name, value] of Object.entries(given)) {
                const field = table.get(kebabCase(name));
                if (!field || name === "name" || name === "kind") {
                    read.problem(`parameters.${name}`, "is no parameter of a queue type");
                } else if (known && !field.wire.startsWith(`${kind}-`)) {
                    read.problem(`parameters.${name}`, `is no parameter of a queue of kind ${kind}`);
                } else parameters[name] = read.value(`parameters.${name}`, field, value);
            }
        }
        return {
            inputs: { ...read.common(), name: read.requiredText("name"), kind, parameters, missing: false },
            problems: read.problems,
        };
    },

    scope: () => ({ menu: queueTypeMenu, queries: [typeQuery] }),

    desired: (inputs) => [{ key, values: valuesOf(inputs), text: "" }],

    empty: (inputs) => inputs,

    same: (inputs) => (row) => sameParameters(inputs, row),

    named: (inputs, olds, ids) => (row) => {
        const { name } = row;
        if (row.builtIn) return undefined;
        const recorded = row.id === ids.get(key);
        const sent = ids.get(key) === "";
        const known = [inputs, ...(olds ? [olds] : [])];
        const ours = known.some((one) => one.name === name && (recorded || ownsTypeName(one.owner, one)));
        const named = known.some((one) => one.name === name);
        const same = known.some((one) => sameParameters(one, row));
        return ours || (recorded && same) || (sent && named && same) ? key : undefined;
    },

    doesJob:
        ({ name }) =>
        ({ values }) =>
            values["name"] === name,

    otherJob: ({ values: { kind = "" } }, { values }) =>
        kind === values["kind"] ? undefined : `is of kind ${kind}, and not ${values["kind"] ?? ""}`,

    plan(context) {
        const { inputs, olds, desired, matched } = context;
        const given = changedOthers(context);
        // A parameter that was set before and is not any more goes back to its default, one that somebody changed to what
        // the router gave it; the others are the router's.
        const ours = new Set(
            [valuesOf(inputs), olds ? valuesOf(olds) : {}, given].flatMap((values) => Object.keys(values)),
        );
        const ignored = new Set([...table.keys()].filter((wire) => !ours.has(wire)));
        const whole = desired.map((one) => ({ ...one, values: { ...given, ...one.values } }));
        const plan = planRows({ matched, desired: whole, owner: inputs.owner, table, ignored });
        // One that was renamed by hand gets its name back from another that has it by now.
        return [...plan.removes, ...plan.adds, ...plan.changes, ...plan.restores];
    },

    given(context) {
        const recorded = recordedOthers(context);
        if (recorded) return recorded;
        const values = present(context.matched).get(key)?.values;
        return values && { kind: values["kind"] ?? "", ...othersOf(context.inputs, values) };
    },

    inputsFrom(context) {
        const { olds, matched } = context;
        const values = present(matched).get(key)?.values;
        const before = omit(olds, "others");
        if (!values) return { ...before, missing: true };
        const parameters = Object.keys(olds.parameters).map((name) => [name, values[kebabCase(name)] ?? ""]);
        const { name = "", kind = "" } = values;
        const others = Object.keys(changedOthers(context)).map((wire) => [camelCase(wire), values[wire] ?? ""]);
        return {
            ...before,
            missing: false,
            name,
            kind,
            parameters: Object.fromEntries(parameters) as Values,
            ...(others.length > 0 ? { others: Object.fromEntries(others) as Values } : {}),
        };
    },

    title: ({ name }) => `queue type "${name}"`,

    preflight: typePreflight,
    warn: async (session, _context, { requires }, coming) => {
        if (coming !== "same") await strayMarkWarnings(session, requires);
    },
    prepare: refuseUsed,
    keep: isUsed,

    withoutState: typeRemoval,
    docs: { marks: "types" },
};

/** Parameters of a kind that were not asked for. */
function othersOf({ parameters }: QueueTypeInputs, values: Values): Values {
    const { kind = "" } = values;
    const asked = new Set(Object.keys(parameters).map(kebabCase));
    return Object.fromEntries(
        Object.entries(values).filter(([wire]) => wire.startsWith(`${kind}-`) && !asked.has(wire)),
    );
}

/** What the router gave the row that stands, as recorded; nothing where it is another, or of another kind by now. */
function recordedOthers({ olds, matched }: PlanContext<QueueTypeInputs>): Values | undefined {
    const { ids, given } = (olds ?? {}) as Partial<State>;
    const row = present(matched).get(key);
    return row && ids?.[key] === row.id && given?.["kind"] === row.values["kind"] ? given : undefined;
}

/** Of those that were not asked for, what the router gave the ones that are not so any more. */
function changedOthers(context: PlanContext<QueueTypeInputs>): Values {
    const values = present(context.matched).get(key)?.values ?? {};
    const given = othersOf(context.inputs, recordedOthers(context) ?? {});
    return Object.fromEntries(Object.entries(given).filter(([wire, value]) => values[wire] !== value));
}

function valuesOf({ name, kind, parameters }: QueueTypeInputs): Values {
    const given = Object.entries(parameters).map(([parameter, value]) => [kebabCase(parameter), value]);
    return { name, kind, ...(Object.fromEntries(given) as Values) };
}

function sameParameters(inputs: QueueTypeInputs, row: Row): boolean {
    return Object.entries(valuesOf(inputs)).every(
        ([wire, value]) => wire === "name" || (table.has(wire) && (row.values[wire] ?? "") === value),
    );
}
