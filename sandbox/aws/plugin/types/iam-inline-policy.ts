import type { AwsClients, Iam } from "../clients";
import { orAbsent } from "../errors";
import type { ResourceType } from "../resource-type";
import type { Fields, Values } from "../schema";
import { json, string } from "../schema";
import { text } from "./iam-common";

interface Inline {
    owner: string;
    get(iam: Iam, owner: string, name: string): Promise<{ PolicyDocument?: string | undefined }>;
    put(iam: Iam, owner: string, name: string, document: string): Promise<unknown>;
    remove(iam: Iam, owner: string, name: string): Promise<unknown>;
}

/** A policy that is part of a user or a role. Its id is `<owner>:<name>`. */
function inlinePolicy(of: Inline): ResourceType {
    const fields: Fields = {
        name: string({ computed: true, replaces: true }),
        policy: json({ required: true }),
        [of.owner]: string({ required: true, replaces: true }),
    };
    const parts = (id: string): [string, string] => [id.split(":")[0]!, id.slice(id.indexOf(":") + 1)];
    const put = async (values: Values, clients: AwsClients) =>
        of.put(await clients.iam(), text(values[of.owner]), text(values["name"]), text(values["policy"]));
    return {
        fields,
        named: { property: "name", longest: 128 },
        async create(values, clients) {
            await put(values, clients);
            return `${text(values[of.owner])}:${text(values["name"])}`;
        },
        async read(id, _values, clients) {
            const [owner, name] = parts(id);
            const answer = await orAbsent(of.get(await clients.iam(), owner, name));
            const policy = decodeURIComponent(answer?.PolicyDocument ?? "");
            return answer && { inputs: { name, policy, [of.owner]: owner } };
        },
        update: async (_id, values, clients) => void (await put(values, clients)),
        remove: async (id, _values, clients) => void (await of.remove(await clients.iam(), ...parts(id))),
    };
}

export const userPolicy = inlinePolicy({
    owner: "user",
    get: ({ client, api }, UserName, PolicyName) => client.send(new api.GetUserPolicyCommand({ UserName, PolicyName })),
    put: ({ client, api }, UserName, PolicyName, PolicyDocument) =>
        client.send(new api.PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument })),
    remove: ({ client, api }, UserName, PolicyName) =>
        client.send(new api.DeleteUserPolicyCommand({ UserName, PolicyName })),
});

export const rolePolicy = inlinePolicy({
    owner: "role",
    get: ({ client, api }, RoleName, PolicyName) => client.send(new api.GetRolePolicyCommand({ RoleName, PolicyName })),
    put: ({ client, api }, RoleName, PolicyName, PolicyDocument) =>
        client.send(new api.PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument })),
    remove: ({ client, api }, RoleName, PolicyName) =>
        client.send(new api.DeleteRolePolicyCommand({ RoleName, PolicyName })),
});
