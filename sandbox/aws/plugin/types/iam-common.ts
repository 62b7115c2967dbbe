import type { Tag, Values } from "../schema";
import { fromTags, toTags } from "../schema";

export const text = (value: unknown) => value as string;

export function tagsOf(values: Values): Record<string, string> {
    return (values["tags"] ?? {}) as Record<string, string>;
}

/** What is to be tagged, and which tags have to go for that. */
export async function tagChanges(found: Promise<{ Tags?: Tag[] | undefined }>, wanted: Record<string, string>) {
    const before = Object.keys(fromTags((await found).Tags));
    return { Tags: toTags(wanted), TagKeys: before.filter((name) => !(name in wanted)) };
}

export function boundaryOf(found: { PermissionsBoundaryArn?: string | undefined } | undefined): Values {
    return found?.PermissionsBoundaryArn ? { permissionsBoundary: found.PermissionsBoundaryArn } : {};
}
