import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";

export interface LocalFile {
    /** As a key has it: with slashes, below the folder. */
    name: string;
    file: string;
    bytes: number;
}

export interface WalkNotes {
    /** Told of what is passed over, with the reason. */
    passedOver(name: string, reason: string): void;
}

/**
 * The files of a folder in the order of S3's listings (by the bytes of their whole names), one folder's names in memory
 * at a time. A link to a file counts as the file, as for `aws s3 sync`; a link to a folder is passed over, and said.
 */
export async function* filesOf(folder: string, notes: WalkNotes, below = ""): AsyncGenerator<LocalFile> {
    let entries: Dirent[];
    try {
        entries = await readdir(path.join(folder, below), { withFileTypes: true });
    } catch (error) {
        if (below === "")
            throw new Error(`the folder ${folder} cannot be read: ${(error as Error).message}`, { cause: error });
        notes.passedOver(below, `cannot be read: ${(error as NodeJS.ErrnoException).code}`);
        return;
    }
    // A folder's files come where its name and a slash would: `a.txt` before `a/b`.
    const inOrder = entries
        .map((entry) => ({ entry, order: Buffer.from(entry.isDirectory() ? `${entry.name}/` : entry.name) }))
        .sort((one, other) => Buffer.compare(one.order, other.order));
    for (const { entry } of inOrder) {
        const name = below + entry.name;
        if (entry.isDirectory()) {
            yield* filesOf(folder, notes, `${name}/`);
            continue;
        }
        const file = path.join(folder, name);
        try {
            const found = await stat(file);
            if (found.isFile()) yield { name, file, bytes: found.size };
            else notes.passedOver(name, found.isDirectory() ? "is a link to a folder" : "is no file");
        } catch (error) {
            const { code } = error as NodeJS.ErrnoException;
            notes.passedOver(
                name,
                code === "ENOENT" ? "is gone meanwhile, or a link to nothing" : `cannot be read: ${code}`,
            );
        }
    }
}
