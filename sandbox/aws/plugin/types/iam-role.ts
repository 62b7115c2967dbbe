import { orAbsent } from "../errors";
import type { ResourceType } from "../resource-type";
import { boolean, fromTags, json, map, number, string, toTags } from "../schema";
import { boundaryOf, tagChanges, tagsOf, text } from "./iam-common";

export const role: ResourceType = {
    fields: {
        assumeRolePolicy: json({ required: true }),
        description: string(),
        forceDetachPolicies: boolean({ fallback: false }),
        maxSessionDuration: number({ fallback: 3600 }),
        name: string({ computed: true, replaces: true }),
        path: string({ fallback: "/", replaces: true }),
        permissionsBoundary: string(),
        tags: map(),
    },
    outputs: ["arn", "createDate", "tagsAll", "uniqueId"],
    named: { property: "name", longest: 64 },
    instructions: ["forceDetachPolicies"],

    async create(values, clients) {
        const { client, api } = await clients.iam();
        const RoleName = text(values["name"]);
        await client.send(
            new api.CreateRoleCommand({
                RoleName,
                AssumeRolePolicyDocument: text(values["assumeRolePolicy"]),
                Description: values["description"] as string | undefined,
                MaxSessionDuration: values["maxSessionDuration"] as number,
                Path: text(values["path"]),
                PermissionsBoundary: values["permissionsBoundary"] as string | undefined,
                Tags: toTags(tagsOf(values)),
            }),
        );
        return RoleName;
    },
    async read(id, _values, clients) {
        const { client, api } = await clients.iam();
        const answer = await orAbsent(client.send(new api.GetRoleCommand({ RoleName: id })));
        if (!answer?.Role) return undefined;
        const found = answer.Role;
        const tags = fromTags(found.Tags);
        return {
            inputs: {
                assumeRolePolicy: decodeURIComponent(found.AssumeRolePolicyDocument ?? ""),
                ...(found.Description ? { description: found.Description } : {}),
                maxSessionDuration: found.MaxSessionDuration!,
                name: id,
                path: found.Path!,
                ...boundaryOf(found.PermissionsBoundary),
                tags,
            },
            outputs: {
                arn: found.Arn!,
                createDate: found.CreateDate!.toISOString(),
                tagsAll: tags,
                uniqueId: found.RoleId!,
            },
        };
    },
    async update(id, values, clients) {
        const { client, api } = await clients.iam();
        const RoleName = id;
        const PolicyDocument = text(values["assumeRolePolicy"]);
        await client.send(new api.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
        const Description = (values["description"] ?? "") as string;
        const MaxSessionDuration = values["maxSessionDuration"] as number;
        await client.send(new api.UpdateRoleCommand({ RoleName, Description, MaxSessionDuration }));
        const PermissionsBoundary = values["permissionsBoundary"] as string | undefined;
        if (PermissionsBoundary) {
            await client.send(new api.PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
        } else await client.send(new api.DeleteRolePermissionsBoundaryCommand({ RoleName }));
        const found = client.send(new api.ListRoleTagsCommand({ RoleName }));
        const { Tags, TagKeys } = await tagChanges(found, tagsOf(values));
        if (TagKeys.length > 0) await client.send(new api.UntagRoleCommand({ RoleName, TagKeys }));
        if (Tags.length > 0) await client.send(new api.TagRoleCommand({ RoleName, Tags }));
    },
    async remove(id, values, clients) {
        const { client, api } = await clients.iam();
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
