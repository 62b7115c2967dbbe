/** Whether our rows stand as the stack made them: what `pulumi refresh` would say, without the engine. */
import type { KindName } from "../providers/routeros/runtime";
import { equal } from "../providers/routeros/runtime/engine/properties";
import type { Json, Properties } from "../providers/routeros/runtime/kinds/kind";
import { lifecycles } from "../providers/routeros/runtime/lifecycles";
import { finding } from "./catalogue";
import { difference, isObject, isTold, listed, missing, some, text } from "./differences";
import type { Finding } from "./output";

/** A resource of ours in a stack's state. */
export interface Recorded {
    kind: KindName;
    name: string;
    id: string;
    inputs: Properties;
    outputs: Properties;
}

/** A property that is not as it was recorded. */
export interface Drift {
    resource: string;
    kind: KindName;
    property: string;
    was: Json | undefined;
    is: Json | undefined;
}

/** Reads every resource from its router. `config` is the stack's, by full key, with the password in it. */
export async function driftOf(
    resources: readonly Recorded[],
    config: (key: string) => string | undefined,
): Promise<Drift[]> {
    const found: Drift[] = [];
    for (const { kind, name, id, inputs, outputs } of resources) {
        const lifecycle = lifecycles[kind];
        await lifecycle.configure({ config: { get: config } });
        const now = (await lifecycle.read(id, outputs)).inputs;
        const properties = new Set([...Object.keys(inputs), ...Object.keys(now)]);
        for (const property of properties) {
            if (!isTold(property)) continue;
            const [was, is] = [listed(property, inputs[property]), listed(property, now[property])];
            if (!equal(was, is)) found.push({ resource: name, kind, property, was, is });
        }
    }
    return found;
}

/** What is out of use, gone or changed; the parent queue out of use is a finding of its own. */
export function rowFindings(drift: readonly Drift[], resources: readonly Recorded[]): Finding[] {
    const parents = new Set(resources.flatMap(parentQueues));
    return drift.flatMap(({ resource, property, was, is }): Finding[] => {
        if (property === "disabled" && Array.isArray(is)) {
            return is.map((key) => {
                const code = parents.has(text(key)) ? "rows/parent-disabled" : "rows/disabled";
                return finding(code, `${text(key)} of ${resource} is out of use`);
            });
        }
        const gone = missing(was, is);
        if (gone.length > 0) {
            return [finding("rows/missing", `of ${resource}: ${some(gone)} ${gone.length === 1 ? "is" : "are"} gone`)];
        }
        const what = difference(property, was, is);
        return what === undefined ? [] : [finding("rows/changed", `${resource}: ${what}`)];
    });
}

/** Names of queues that hang on no other queue of their tree. */
export function parentQueues({ kind, inputs }: Recorded): string[] {
    const queues = kind === "QueueTree" && Array.isArray(inputs["queues"]) ? inputs["queues"].filter(isObject) : [];
    const names = new Set(queues.map((queue) => queue["name"]));
    return queues.filter((queue) => !names.has(queue["parent"])).map((queue) => text(queue["name"]));
}
