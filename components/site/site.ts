import { nearest } from "../../providers/routeros/runtime/rows/text";
import { type ArchiveValues, readArchive, uploaderKeys } from "../archive/keys";
import { readShaping } from "../shaping/plan";
import type { ShapingPlan } from "../shaping/shaping-plan";
import { type Key, type Problem, readKeys, type ReadOptions, type ValuesOf } from "./key";
import { feedKeys, regionKey, siteKeys } from "./keys";

/** A site's configuration, whole and valid, by what it is for. */
export interface Site extends ValuesOf<typeof uploaderKeys> {
    /** AWS region of the bucket and of the S3 prefixes. */
    region: string;
    shaping: ShapingPlan;
    archive: ArchiveValues;
    feed: ValuesOf<typeof feedKeys>;
}

/** Everything that is wrong with a site, at once. */
export class SiteProblems extends Error {
    constructor(readonly problems: readonly Problem[]) {
        const count = problems.length === 1 ? "a mistake" : `${problems.length} mistakes`;
        super(`the configuration has ${count}:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
        this.name = "SiteProblems";
    }
}

/**
 * Reads a site from a stack's configuration.
 *
 * @param config every key of the stack with its namespace, objects as JSON text, as the engine hands it to a program
 * @throws SiteProblems naming each key, what it holds and what it should hold
 */
export function readSite(
    config: Readonly<Record<string, string>>,
    { namespace = "routeros-s3", isSecret }: { namespace?: string; isSecret?: ReadOptions["isSecret"] } = {},
): Site {
    const prefix = `${namespace}:`;
    const options = { prefix, isSecret };
    const given: Record<string, unknown> = {};
    const unknown: Problem[] = [];
    for (const [name, text] of Object.entries(config)) {
        if (!name.startsWith(prefix)) continue;
        const key = name.slice(prefix.length);
        if (Object.hasOwn(siteKeys, key)) given[key] = fromText(siteKeys[key as keyof typeof siteKeys], text);
        else unknown.push(unknownKey(prefix, key));
    }
    const region = readKeys(regionKey, { region: config["aws:region"] }, { prefix: "aws:", isSecret });
    const shaping = readShaping(given, options);
    const archive = readArchive(given, options);
    const identities = readKeys(uploaderKeys, given, options);
    const feed = readKeys(feedKeys, given, options);
    const problems = [unknown, ...[region, shaping, archive, identities, feed].map((part) => part.problems)].flat();
    if (problems.length > 0) throw new SiteProblems(problems);
    return {
        ...region.values,
        shaping: shaping.plan,
        archive: archive.values,
        ...identities.values,
        feed: feed.values,
    } as Site;
}

/** Configuration reaches a program as text; lists and objects as JSON. What cannot be read stays text, to be shown. */
function fromText(key: Key, text: string): unknown {
    if (key.type === "string") return text;
    if (key.type === "integer") return /^-?\d+$/.test(text) ? Number(text) : text;
    if (key.type === "boolean") return text === "true" ? true : text === "false" ? false : text;
    if (!/^\s*[[{]/.test(text)) return text;
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}

function unknownKey(prefix: string, key: string): Problem {
    const near = nearest(key, Object.keys(siteKeys));
    const advice = near === undefined ? "docs/configuration.md lists the keys" : `did you mean ${prefix}${near}?`;
    return `${prefix}${key} is not a key of this program; ${advice}`;
}
