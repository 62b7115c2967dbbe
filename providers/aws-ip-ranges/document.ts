import * as v from "valibot";

import { RangesError } from "./errors";
import type { RangesDocument } from "./shapes";

/** Seconds since 1970 as AWS writes them; grows with every publication. */
export const syncTokenSchema = v.pipe(v.string(), v.regex(/^\d{1,12}$/, "a number of seconds as text"));

/** `2026-11-20-21-13-04`, in UTC. */
export const createDateSchema = v.pipe(v.string(), v.regex(/^\d{4}(-\d{2}){5}$/, "a date such as 2026-11-20-21-13-04"));

const common = { region: v.string(), service: v.string() };

export const documentSchema: v.GenericSchema<unknown, RangesDocument> = v.object({
    syncToken: syncTokenSchema,
    createDate: createDateSchema,
    prefixes: v.array(v.object({ ip_prefix: v.string(), ...common })),
    ipv6_prefixes: v.array(v.object({ ipv6_prefix: v.string(), ...common })),
});

/** Reads a document in AWS's format, or says in one line what is wrong with it. `origin` names it in the error. */
export function parseDocument(text: string, origin: string): RangesDocument {
    let json: unknown;
    try {
        json = JSON.parse(text);
    } catch (error) {
        throw new RangesError(
            "ranges/not-json",
            `${origin} is not JSON (${text.length} characters, a download cut short or another page?)`,
            "look at what the address serves, or name a file in AWS's format in routeros-s3:awsIpRanges",
            { cause: error },
        );
    }
    const result = v.safeParse(documentSchema, json);
    if (result.success) return result.output;
    const issue = result.issues[0];
    const where = v.getDotPath(issue) ?? "the document";
    throw new RangesError(
        "ranges/schema",
        `${origin} is not in the format of AWS's ip-ranges.json: ${where}: ${issue.message}`,
        "name AWS's own address or a file in its format in routeros-s3:awsIpRanges",
    );
}

/** `createDate` as a date: `2026-11-20-21-13-04` is 21:13:04 UTC. */
export function dateOf(document: Pick<RangesDocument, "createDate">): Date {
    const [year, month, day, hour, minute, second] = document.createDate.split("-");
    return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
