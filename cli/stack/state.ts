/** What a stack recorded at its last `up`, as `pulumi stack export` has it; secrets stay encrypted. */
import type { RecordedPolicy } from "../../line/findings/cloud";
import type { Recorded } from "../../line/own-rows";
import type { KindName } from "../../providers/routeros/runtime";
import type { Properties } from "../../providers/routeros/runtime/kinds/kind";
import { askPulumi } from "./pulumi";

export interface StackState {
    /** `project/stack`. */
    owner: string;
    routerResources: Recorded[];
    /** Lifecycle rules of the bucket, as `id Enabled`; undefined where none are recorded. */
    lifecycle: string[] | undefined;
    /** Inline policies of identities of the stack. */
    policies: RecordedPolicy[];
    /** Operations that were begun and not recorded as done: under way, or broken off. */
    pending: string[];
    /** The stack's outputs; secret ones are no text. */
    outputs: Properties;
}

interface Deployment {
    resources?: Resource[];
    pending_operations?: { type: string; resource: { urn: string } }[];
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
    const { deployment } = JSON.parse(text) as { deployment?: Deployment };
    const resources = (deployment?.resources ?? []).filter((one) => !one.delete);
    const root = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    const [, , own = "", project = ""] = /^(urn:pulumi:)([^:]+)::([^:]+)::/.exec(root?.urn ?? "") ?? [];
    return {
        owner: `${project}/${own}`,
        outputs: root?.outputs ?? {},
        policies: resources.flatMap(policyOf),
        pending: (deployment?.pending_operations ?? []).map(
            ({ type, resource }) => `${type} ${resource.urn.split("::").at(-1) ?? ""}`,
        ),
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

/** A policy of another form, such as a secret, is none that can be compared. */
function policyOf({ type, outputs }: Resource): RecordedPolicy[] {
    const kind = ({ "aws:iam/userPolicy:UserPolicy": "user", "aws:iam/rolePolicy:RolePolicy": "role" } as const)[type];
    const { name, policy, [kind ?? ""]: identity } = outputs ?? {};
    if (kind === undefined || ![name, policy, identity].every((one) => typeof one === "string")) return [];
    return [{ kind, identity: identity as string, name: name as string, policy: policy as string }];
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
