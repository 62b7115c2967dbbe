import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";

/** Writes a file whole or not at all, for another process may be reading or writing the same. @param mode @default 0o666 */
export async function writeWhole(file: string, text: string, mode?: number): Promise<void> {
    const temporary = `${file}.${randomUUID()}.tmp`;
    try {
        const handle = await open(temporary, "w", mode);
        try {
            await handle.writeFile(text);
            await handle.sync();
        } finally {
            await handle.close();
        }
        await rename(temporary, file);
    } finally {
        await rm(temporary, { force: true });
    }
}
