import { orAbsent } from "../errors";
import type { ResourceType } from "../resource-type";
import { boolean, fromTags, map, string, toTags } from "../schema";
import { boundaryOf, tagChanges, tagsOf, text } from "./iam-common";

export const user: ResourceType = {
    fields: {
        forceDestroy: boolean({ fallback: false }),
        name: string({ computed: true, replaces: true }),
        path: string({ fallback: "/" }),
        permissionsBoundary: string(),
        tags: map(),
    },
    outputs: ["arn", "tagsAll", "uniqueId"],
    named: { property: "name", longest: 64 },
    instructions: ["forceDestroy"],

    async create(values, clients) {
        const { client, api } = await clients.iam();
        const UserName = text(values["name"]);
        await client.send(
            new api.CreateUserCommand({
                UserName,
                Path: text(values["path"]),
                PermissionsBoundary: values["permissionsBoundary"] as string | undefined,
                Tags: toTags(tagsOf(values)),
            }),
        );
        return UserName;
    },
    async read(id, _values, clients) {
        const { client, api } = await clients.iam();
        const answer = await orAbsent(client.send(new api.GetUserCommand({ UserName: id })));
        if (!answer?.User) return undefined;
        const { Arn, Path, PermissionsBoundary, Tags, UserId } = answer.User;
        const tags = fromTags(Tags);
        return {
            inputs: { name: id, path: Path!, ...boundaryOf(PermissionsBoundary), tags },
            outputs: { arn: Arn!, tagsAll: tags, uniqueId: UserId! },
        };
    },
    async update(id, values, clients) {
        const { client, api } = await clients.iam();
        const UserName = id;
        await client.send(new api.UpdateUserCommand({ UserName, NewPath: text(values["path"]) }));
        const PermissionsBoundary = values["permissionsBoundary"] as string | undefined;
        if (PermissionsBoundary) {
            await client.send(new api.PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary }));
        } else await client.send(new api.DeleteUserPermissionsBoundaryCommand({ UserName }));
        const found = client.send(new api.ListUserTagsCommand({ UserName }));
        const { Tags, TagKeys } = await tagChanges(found, tagsOf(values));
        if (TagKeys.length > 0) await client.send(new api.UntagUserCommand({ UserName, TagKeys }));
        if (Tags.length > 0) await client.send(new api.TagUserCommand({ UserName, Tags }));
    },
    async remove(id, values, clients) {
        const { client, api } = await clients.iam();
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
