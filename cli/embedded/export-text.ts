import { readFileSync } from "node:fs";

import { fromBytes } from "../../router/device/bytes";

/** The text of an `/export`, which is in whatever bytes its comments were written. */
export function readExport(file: string): string {
    try {
        return fromBytes(readFileSync(file));
    } catch (error) {
        throw new Error(`the export ${file} cannot be read: ${(error as Error).message}`, { cause: error });
    }
}
