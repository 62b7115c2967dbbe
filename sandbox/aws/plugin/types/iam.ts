import { orAbsent } from "../errors";
import type { ResourceType } from "../resource-type";
import type { Fields, Values } from "../schema";
import { boolean, fromTags, json, map, number, string, toTags } from "../schema";
import type { Iam, Session } from "../session";

type Tags = Record<string, string>;

const text = (value: unknown) => value as string;

/** What is to be tagged, and which tags have to go for that. */
async function tagChanges(found: Promise<{ Tags?: object[] | undefined }>, wanted: Tags) {
    const before = Object.keys(fromTags((await found).Tags as never));
    return { Tags: toTags(wanted), TagKeys: before.filter((name) => !(name in wanted)) };
}

export const user: ResourceType = {
    fields: {
        forceDestroy: boolean({ fallback: false }),
        name: string({ replaces: true }),
        path: string({ fallback: "/" }),
        tags: map(),
    },
    outputs: ["arn", "tagsAll", "uniqueId"],
    named: { property: "name", longest: 64 },
    instructions: ["forceDestroy"],

    async create(values, session) {
        const { client, api } = await session.iam();
        const UserName = text(values["name"]);
        const Tags = toTags((values["tags"] ?? {}) as Tags);
        await client.send(new api.CreateUserCommand({ UserName, Path: text(values["path"]), Tags }));
        return UserName;
    },
    async read(id, _values, session) {
        const { client, api } = await session.iam();
        const answer = await orAbsent(client.send(new api.GetUserCommand({ UserName: id })));
        if (!answer?.User) return undefined;
        const { Arn, Path, Tags, UserId } = answer.User;
        const tags = fromTags(Tags);
        return {
            inputs: { name: id, path: Path!, tags },
            outputs: { arn: Arn!, tagsAll: tags, uniqueId: UserId! },
        };
    },
    async update(id, values, session) {
        const { client, api } = await session.iam();
        const UserName = id;
        await client.send(new api.UpdateUserCommand({ UserName, NewPath: text(values["path"]) }));
        const found = client.send(new api.ListUserTagsCommand({ UserName }));
        const { Tags, TagKeys } = await tagChanges(found, (values["tags"] ?? {}) as Tags);
        if (TagKeys.length > 0) await client.send(new api.UntagUserCommand({ UserName, TagKeys }));
        if (Tags.length > 0) await client.send(new api.TagUserCommand({ UserName, Tags }));
    },
    async remove(id, values, session) {
        const { client, api } = await session.iam();
        const UserName = id;
        if (values["forceDestroy"]) {
            const keys = await client.send(new api.ListAccessKeysCommand({ UserName }));
            for (const { AccessKeyId } of keys.AccessKeyMetadata ?? []) {
                await client.send(new api.DeleteAccessKeyCommand({ UserName, AccessKeyId }));
            }
        }
        await client.send(new api.DeleteUserCommand({ UserName }));
    },
};

export const role: ResourceType = {
    fields: {
        assumeRolePolicy: json({ required: true }),
        description: string(),
        forceDetachPolicies: boolean({ fallback: false }),
        maxSessionDuration: number({ fallback: 3600 }),
        name: string({ replaces: true }),
        path: string({ fallback: "/", replaces: true }),
        tags: map(),
    },
    outputs: ["arn", "createDate", "tagsAll", "uniqueId"],
    named: { property: "name", longest: 64 },
    instructions: ["forceDetachPolicies"],

    async create(values, session) {
        const { client, api } = await session.iam();
        const RoleName = text(values["name"]);
        await client.send(
            new api.CreateRoleCommand({
                RoleName,
                AssumeRolePolicyDocument: text(values["assumeRolePolicy"]),
                Description: values["description"] as string | undefined,
                MaxSessionDuration: values["maxSessionDuration"] as number,
                Path: text(values["path"]),
                Tags: toTags((values["tags"] ?? {}) as Tags),
            }),
        );
        return RoleName;
    },
    async read(id, _values, session) {
        const { client, api } = await session.iam();
        const answer = await orAbsent(client.send(new api.GetRoleCommand({ RoleName: id })));
        if (!answer?.Role) return undefined;
        const { Arn, AssumeRolePolicyDocument, CreateDate, Description, MaxSessionDuration, Path, RoleId, Tags } =
            answer.Role;
        const tags = fromTags(Tags);
        return {
            inputs: {
                assumeRolePolicy: decodeURIComponent(AssumeRolePolicyDocument ?? ""),
                ...(Description ? { description: Description } : {}),
                maxSessionDuration: MaxSessionDuration!,
                name: id,
                path: Path!,
                tags,
            },
            outputs: { arn: Arn!, createDate: CreateDate!.toISOString(), tagsAll: tags, uniqueId: RoleId! },
        };
    },
    async update(id, values, session) {
        const { client, api } = await session.iam();
        const RoleName = id;
        const PolicyDocument = text(values["assumeRolePolicy"]);
        await client.send(new api.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
        const Description = (values["description"] ?? "") as string;
        const MaxSessionDuration = values["maxSessionDuration"] as number;
        await client.send(new api.UpdateRoleCommand({ RoleName, Description, MaxSessionDuration }));
        const found = client.send(new api.ListRoleTagsCommand({ RoleName }));
        const { Tags, TagKeys } = await tagChanges(found, (values["tags"] ?? {}) as Tags);
        if (TagKeys.length > 0) await client.send(new api.UntagRoleCommand({ RoleName, TagKeys }));
        if (Tags.length > 0) await client.send(new api.TagRoleCommand({ RoleName, Tags }));
    },
    async remove(id, values, session) {
        const { client, api } = await session.iam();
        const RoleName = id;
        if (values["forceDetachPolicies"]) {
            const attached = await client.send(new api.ListAttachedRolePoliciesCommand({ RoleName }));
            for (const { PolicyArn } of attached.AttachedPolicies ?? []) {
                await client.send(new api.DetachRolePolicyCommand({ RoleName, PolicyArn }));
            }
        }
        await client.send(new api.DeleteRoleCommand({ RoleName }));
    },
};

interface Inline {
    owner: string;
    get(iam: Iam, owner: string, name: string): Promise<{ PolicyDocument?: string | undefined }>;
    put(iam: Iam, owner: string, name: string, document: string): Promise<unknown>;
    remove(iam: Iam, owner: string, name: string): Promise<unknown>;
}

/** A policy that is part of a user or a role. Its id is `<owner>:<name>`. */
function inlinePolicy(of: Inline): ResourceType {
    const fields: Fields = {
        name: string({ replaces: true }),
        policy: json({ required: true }),
        [of.owner]: string({ required: true, replaces: true }),
    };
    const parts = (id: string): [string, string] => [id.split(":")[0]!, id.slice(id.indexOf(":") + 1)];
    const put = async (values: Values, session: Session) =>
        of.put(await session.iam(), text(values[of.owner]), text(values["name"]), text(values["policy"]));
    return {
        fields,
        named: { property: "name", longest: 128 },
        async create(values, session) {
            await put(values, session);
            return `${text(values[of.owner])}:${text(values["name"])}`;
        },
        async read(id, _values, session) {
            const [owner, name] = parts(id);
            const answer = await orAbsent(of.get(await session.iam(), owner, name));
            const policy = decodeURIComponent(answer?.PolicyDocument ?? "");
            return answer && { inputs: { name, policy, [of.owner]: owner } };
        },
        update: async (_id, values, session) => void (await put(values, session)),
        remove: async (id, _values, session) => void (await of.remove(await session.iam(), ...parts(id))),
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
