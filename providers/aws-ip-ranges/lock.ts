import { readFile } from "node:fs/promises";

import * as v from "valibot";

import { writeWhole } from "../whole-file";
import { createDateSchema, syncTokenSchema } from "./document";
import { RangesError } from "./errors";
import { judgeRows } from "./plausibility";
import { collapseRows, type Selected, type Selection, serviceKeys } from "./select";
import type { Lock } from "./shapes";

const schema: v.GenericSchema<unknown, Lock> = v.object({
    source: v.string(),
    region: v.string(),
    services: v.array(v.string()),
    syncToken: syncTokenSchema,
    createDate: createDateSchema,
    ipv4: v.array(v.string()),
    ipv6: v.array(v.string()),
});

const update = "run `npx routeros-s3 ranges update`";

/** The lock file, which has to be there, whole, and for this selection. */
export async function readLock(file: string, selection: Selection): Promise<Lock> {
    const lock = await findLock(file);
    if (lock === undefined)
        throw new RangesError("ranges/no-lock", `there is no lock file ${file}`, `${update} to make it`);
    const services = serviceKeys(selection);
    if (lock.region !== selection.region || lock.services.join() !== services.join()) {
        throw new RangesError(
            "ranges/lock-selection",
            `the lock file ${file} is for ${lock.services.join(", ")}, not for ${services.join(", ")}`,
            update,
        );
    }
    return lock;
}

/** The lock file, or nothing when there is none. */
export async function findLock(file: string): Promise<Lock | undefined> {
    let text: string;
    try {
        text = await readFile(file, "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw new RangesError(
            "ranges/unreadable",
            `the lock file ${file} cannot be read: ${(error as Error).message}`,
            "correct routeros-s3:ipRangesLock",
            { cause: error },
        );
    }
    const lock = parseLock(text, file);
    const rows: Selected = { ipv4: lock.ipv4, ipv6: lock.ipv6 };
    judgeRows(rows, file);
    return { ...lock, ...collapseRows(rows) };
}

function parseLock(text: string, file: string): Lock {
    const bad = (reason: string, cause?: unknown) =>
        new RangesError("ranges/lock-broken", `the lock file ${file} ${reason}`, `restore it, or ${update}`, { cause });
    let json: unknown;
    try {
        json = JSON.parse(text);
    } catch (error) {
        throw bad("is not JSON", error);
    }
    const result = v.safeParse(schema, json);
    if (result.success) return result.output;
    const [issue] = result.issues;
    throw bad(`is not one: ${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
}

/** What a lock file is to hold of these ranges. `createDate` goes back into AWS's spelling. */
export function toLock({ source, region, services, syncToken, createDate, ipv4, ipv6 }: Lock): Lock {
    return {
        source,
        region,
        services,
        syncToken,
        createDate: createDate.slice(0, 19).replace(/[T:]/g, "-"),
        ipv4,
        ipv6,
    };
}

/** Writes a lock file, one prefix a line, so that a change of it reads well in a review. */
export async function writeLock(file: string, lock: Lock): Promise<void> {
    const { source, region, services, syncToken, createDate, ipv4, ipv6 } = lock;
    const text = JSON.stringify({ source, region, services, syncToken, createDate, ipv4, ipv6 }, undefined, 2);
    await writeWhole(file, `${text}\n`);
}
