import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import * as v from "valibot";

import { writeWhole } from "../whole-file";
import { documentSchema } from "./document";

const schema = v.object({
    url: v.string(),
    etag: v.optional(v.string()),
    /** When the address last said that this is what it has, milliseconds since 1970. */
    checkedAt: v.number(),
    document: documentSchema,
});

/** The last good document from one address. */
export type Kept = v.InferOutput<typeof schema>;

/** What is kept for the address; nothing when there is none, or it cannot be understood. */
export async function readKept(folder: string, url: string): Promise<Kept | undefined> {
    try {
        const result = v.safeParse(schema, JSON.parse(await readFile(fileOf(folder, url), "utf8")));
        return result.success && result.output.url === url ? result.output : undefined;
    } catch {
        return undefined;
    }
}

/** Keeps a document. */
export async function keep(folder: string, kept: Kept): Promise<void> {
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, ".gitignore"), "*\n");
    await writeWhole(fileOf(folder, kept.url), JSON.stringify(kept));
}

function fileOf(folder: string, url: string): string {
    return path.join(folder, `${createHash("sha256").update(url).digest("hex").slice(0, 16)}.json`);
}
