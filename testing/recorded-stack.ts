/** A stack without an engine: a `pulumi` that answers what commands ask of a stack, from what a carrier recorded. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { Carrier } from "./carrier";

export interface RecordedStack {
    /** By full key. */
    config: Record<string, string>;
    outputs?: Record<string, unknown>;
    /** Resources of AWS as `pulumi stack export` has them. */
    further?: { type: string; urn: string; inputs?: object; outputs?: object }[];
    pending?: { type: string; resource: { urn: string } }[];
}

/** Writes the program into a folder, and returns the environment in which it is found. */
export function recordStack(folder: string, carrier: Carrier, stack: RecordedStack): Record<string, string> {
    const { project, stack: name } = carrier;
    const urn = (type: string, resource: string): string => `urn:pulumi:${name}::${project}::${type}::${resource}`;
    const rootType = "pulumi:pulumi:Stack";
    const root = { type: rootType, urn: urn(rootType, `${project}-${name}`), outputs: stack.outputs ?? {} };
    const rows = carrier.state.map(({ kind, name: resource, ...rest }) => {
        const type = `pulumi-nodejs:dynamic/routeros:${kind}`;
        return { type, urn: urn(type, resource), ...rest };
    });
    const deployment = {
        resources: [root, ...rows, ...(stack.further ?? [])],
        pending_operations: stack.pending ?? [],
    };
    const entries = Object.entries({ ...carrier.config, ...stack.config });
    const answers = {
        config: Object.fromEntries(entries.map(([key, value]) => [key, { value, secret: false }])),
        export: { version: 3, deployment },
        output: stack.outputs ?? {},
        ls: [{ name, current: true }],
        whoami: { user: "test", url: `file://${folder}` },
    };
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "answers.json"), JSON.stringify(answers));
    const script = `#!${process.execPath}
const answers = JSON.parse(require("node:fs").readFileSync(${JSON.stringify(path.join(folder, "answers.json"))}, "utf8"));
const [first, second] = process.argv.slice(2);
process.stdout.write(JSON.stringify(answers[first === "stack" ? second : first]));
`;
    writeFileSync(path.join(folder, "pulumi"), script, { mode: 0o755 });
    return { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
}
