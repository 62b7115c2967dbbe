import type { Values } from "../../rows/fields";
import { valueOf } from "../../rows/fields";
import { ownsTypeName } from "../../rows/ownership";
import { planRows } from "../../rows/reconcile";
import { kebabCase } from "../../rows/values";
import { Arguments, commonNames, isObject } from "../arguments";
import type { CommonInputs, Kind } from "../kind";
import { standing } from "../reading";
import { queueTypeFields, queueTypeMenu } from "./menu";

export interface QueueTypeInputs extends CommonInputs {
    name: string;
    kind: string;
    /** In camelCase, canonical. */
    parameters: Record<string, string>;
    /** Drift: the type is not there. False in what is wanted. */
    missing: boolean;
}

/** There is one row, whatever it is called. */
const key = "type";

export const queueType: Kind<QueueTypeInputs> = {
    name: "QueueType",
    replaces: ["connection"],

    normalise(args) {
        const read = new Arguments(args);
        read.unknown([...commonNames, "name", "kind", "parameters", "missing"]);
        const parameters: Record<string, string> = {};
        const given = args["parameters"] ?? {};
        const kind = read.requiredText("kind");
        if (!isObject(given)) read.problem("parameters", "must be an object");
        else {
            for (const [name, value] of Object.entries(given)) {
                const field = queueTypeFields.get(kebabCase(name));
                if (!field || name === "name" || name === "kind") {
                    read.problem(`parameters.${name}`, "is no parameter of a queue type");
                } else parameters[name] = read.value(`parameters.${name}`, field, value);
            }
        }
        return {
            inputs: { ...read.common(), name: read.requiredText("name"), kind, parameters, missing: false },
            problems: read.problems,
        };
    },

    scope: () => ({
        menu: queueTypeMenu,
        table: queueTypeFields,
        // Parameters differ by kind, and naming one that a kind lacks is not recorded: the whole of few rows is read.
        queries: [{}],
    }),

    wanted: (inputs) => [{ key, values: valuesOf(inputs), text: "" }],

    empty: (inputs) => inputs,

    same: (inputs) => (row) => sameParameters(inputs, row),

    named: (inputs, olds, ids) => (row) => {
        const name = row["name"] ?? "";
        if (row["default"] === "true") return undefined;
        const recorded = row[".id"] === ids[key];
        const sent = ids[key] === "";
        const known = [inputs, ...(olds ? [olds] : [])];
        const ours = known.some((one) => one.name === name && (recorded || ownsTypeName(one.owner, name)));
        const named = known.some((one) => one.name === name);
        const same = known.some((one) => sameParameters(one, row));
        return ours || (recorded && same) || (sent && named && same) ? key : undefined;
    },

    doesJob: (inputs) => (row) => row["name"] === inputs.name,

    plan({ inputs, olds, wanted, matched, scope }) {
        // A parameter that was set before and is not any more goes back to its default; the others are the router's.
        const ours = new Set([...Object.keys(valuesOf(inputs)), ...(olds ? Object.keys(valuesOf(olds)) : [])]);
        const ignored = new Set([...scope.table.keys()].filter((wire) => !ours.has(wire)));
        const plan = planRows({ matched, wanted, owner: inputs.owner, table: scope.table, ignored });
        // One that was renamed by hand gets its name back from another that has it by now.
        return [...plan.removes, ...plan.adds, ...plan.changes, ...plan.gives];
    },

    inputsFrom({ olds, matched }) {
        const row = standing(matched).get(key);
        if (!row) return { ...olds, missing: true };
        return {
            ...olds,
            missing: false,
            name: row["name"] ?? "",
            kind: row["kind"] ?? "",
            parameters: Object.fromEntries(Object.keys(olds.parameters).map((name) => [name, parameterOf(row, name)])),
        };
    },

    title: ({ name }) => `queue type "${name}"`,
};

function valuesOf({ name, kind, parameters }: QueueTypeInputs): Values {
    const given = Object.entries(parameters).map(([parameter, value]) => [kebabCase(parameter), value]);
    return { name, kind, ...(Object.fromEntries(given) as Values) };
}

function parameterOf(row: Values, name: string): string {
    const field = queueTypeFields.get(kebabCase(name));
    return field ? valueOf(field, row) : "";
}

function sameParameters(inputs: QueueTypeInputs, row: Values): boolean {
    return Object.entries(valuesOf(inputs)).every(([wire, value]) => {
        const field = queueTypeFields.get(wire);
        return wire === "name" || (field !== undefined && valueOf(field, row) === value);
    });
}
