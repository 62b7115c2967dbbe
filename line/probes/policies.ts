/** Inline policies as IAM has them, read with whatever rights the machine's credentials have. */
import { readFileSync } from "node:fs";
import { Agent } from "node:https";

import { finding } from "../catalogue";
import type { RecordedPolicy } from "../findings/cloud";
import { policyFindings } from "../findings/cloud";
import type { Finding } from "../output";

/** What has changed of them; what may not be read is said. */
export async function readPolicies(policies: readonly RecordedPolicy[], region: string): Promise<Finding[]> {
    if (policies.length === 0) return [];
    const { GetRolePolicyCommand, GetUserPolicyCommand, IAMClient } = await import("@aws-sdk/client-iam");
    const authority = process.env["AWS_CA_BUNDLE"];
    const httpsAgent = new Agent({ ...(authority ? { ca: readFileSync(authority) } : {}) });
    const client = new IAMClient({ region, requestHandler: { requestTimeout: 20_000, httpsAgent } });
    const read = async ({ kind, identity, name: PolicyName }: RecordedPolicy): Promise<string | undefined> => {
        const { PolicyDocument } =
            kind === "user"
                ? await client.send(new GetUserPolicyCommand({ UserName: identity, PolicyName }))
                : await client.send(new GetRolePolicyCommand({ RoleName: identity, PolicyName }));
        return PolicyDocument && decodeURIComponent(PolicyDocument);
    };
    try {
        const found = policies.map(async (policy): Promise<Finding[]> => {
            try {
                return policyFindings(policy, await read(policy));
            } catch (error) {
                const { name } = error as Error;
                if (/^NoSuchEntity/.test(name)) return policyFindings(policy, undefined);
                return [finding("cloud/not-looked", `of policy ${policy.name} of ${policy.identity}: ${name}`)];
            }
        });
        return (await Promise.all(found)).flat();
    } finally {
        client.destroy();
    }
}
