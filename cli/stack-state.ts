/** What a stack recorded at its last `up`, as `pulumi stack export` has it; secrets stay encrypted. */
import type { Recorded } from "../line/own-rows";
import type { KindName } from "../providers/routeros/runtime";
import type { Properties } from "../providers/routeros/runtime/kinds/kind";
import { askPulumi } from "./stack-config";

export interface StackState {
    /** `project/stack`. */
    owner: string;
    routerResources: Recorded[];
    /** Lifecycle rules of the bucket, as `id Enabled`; undefined where none are recorded. */
    lifecycle: string[] | undefined;
    /** The stack's outputs; secret ones are no text. */
    outputs: Properties;
}

interface Resource {
    urn: string;
    type: string;
    id?: string;
    inputs?: Properties;
    outputs?: Properties;
    delete?: boolean;
}

const prefix = "pulumi-nodejs:dynamic/routeros:";

/** @param stack undefined for the one that is selected in this folder */
export async function stackState(stack: string | undefined): Promise<StackState> {
    const text = await askPulumi(["stack", "export", "--non-interactive"], stack, "state");
    const { deployment } = JSON.parse(text) as { deployment?: { resources?: Resource[] } };
    const resources = (deployment?.resources ?? []).filter((one) => !one.delete);
    const root = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    const [, , own = "", project = ""] = /^(urn:pulumi:)([^:]+)::([^:]+)::/.exec(root?.urn ?? "") ?? [];
    return {
        owner: `${project}/${own}`,
        outputs: root?.outputs ?? {},
        lifecycle: lifecycleOf(resources),
        routerResources: resources
            .filter(({ type }) => type.startsWith(prefix))
            .map(({ type, urn, id = "", inputs = {}, outputs = {} }) => ({
                kind: type.slice(prefix.length) as KindName,
                name: urn.split("::").at(-1) ?? "",
                id,
                inputs,
                outputs,
            })),
    };
}

function lifecycleOf(resources: readonly Resource[]): string[] | undefined {
    const found = resources.find(({ type }) => type.startsWith("aws:s3/bucketLifecycleConfiguration"));
    const rules = found?.outputs?.["rules"];
    if (!Array.isArray(rules)) return undefined;
    return rules
        .map((rule) => {
            const { id, status } = rule as { id?: string; status?: string };
            return `${id ?? ""} ${status ?? ""}`;
        })
        .sort();
}
