import * as v from "valibot";

import type { QueueNames, ShapingNames } from "../shaping/profiles";
import { profileTraits } from "../shaping/profiles";
import { type SiteKey, type SiteKeyName, siteKeys, type SiteValues } from "./keys";

/** A site's configuration, whole and valid: every name and default filled in. */
export type Site = Omit<SiteValues, keyof ShapingNames> &
    ShapingNames & {
        /** AWS region of the bucket and of the S3 prefixes. */
        region: string;
    };

/** One mistake, as a line for a person. */
export type Problem = string;

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
    { namespace = "routeros-s3", isSecret }: { namespace?: string; isSecret?: (key: string) => boolean } = {},
): Site {
    const prefix = `${namespace}:`;
    const given: Record<string, unknown> = {};
    const problems: Problem[] = [];
    for (const [name, text] of Object.entries(config)) {
        if (!name.startsWith(prefix)) continue;
        const key = name.slice(prefix.length);
        if (Object.hasOwn(siteKeys, key)) given[key] = fromText(siteKeys[key as SiteKeyName], text);
        else problems.push(unknownKey(prefix, key));
    }
    const region = config["aws:region"] ?? "";
    if (!/^[a-z]{2,5}(-[a-z]+){1,3}-\d$/.test(region)) {
        problems.push(`aws:region ${holds(region)}; it should hold an AWS region, such as ap-southeast-2`);
    }
    const read = readValues(given, { prefix, isSecret });
    problems.push(...read.problems);
    if (problems.length > 0 || !read.values) throw new SiteProblems(problems);
    return { ...resolveNames(read.values), region };
}

export interface ReadOptions {
    /** Written before a key's name in a message. */
    prefix?: string;
    isSecret?: (key: string) => boolean;
    /** Read only these keys. @default all */
    only?: readonly SiteKeyName[];
}

/** Checks values key by key, then the rules between keys. Keys that are not given have their default. */
export function readValues(
    given: Readonly<Record<string, unknown>>,
    { prefix = "", isSecret = () => false, only }: ReadOptions = {},
): { values?: SiteValues; problems: Problem[] } {
    const problems: Problem[] = [];
    const values: Record<string, unknown> = {};
    for (const name of Object.keys(siteKeys) as SiteKeyName[]) {
        const key: SiteKey = siteKeys[name];
        const value = given[name] ?? key.default;
        const result = v.safeParse(key.schema, value);
        if (result.success) values[name] = result.output;
        else if (!only || only.includes(name)) {
            const shown = isSecret(`${prefix}${name}`) ? "holds a secret" : holds(offending(value, result.issues));
            problems.push(`${prefix}${name} ${shown}; it should hold ${key.expected}`);
        }
    }
    problems.push(...between(values, prefix));
    return problems.length === 0 ? { values: values as SiteValues, problems } : { problems };
}

/** Names the user chose, and the profile's for the others. */
export function resolveNames<V extends SiteValues>(values: V): Omit<V, keyof ShapingNames> & ShapingNames {
    const { names } = profileTraits(values.profile);
    const chosen = (name: keyof QueueNames): string => values.queueNames[name] ?? names.queueNames[name];
    return {
        ...values,
        listName: values.listName ?? names.listName,
        comment: values.comment ?? names.comment,
        connectionMark: values.connectionMark ?? names.connectionMark,
        packetMark: values.packetMark ?? names.packetMark,
        queueNames: { parent: chosen("parent"), rest: chosen("rest"), s3: chosen("s3") },
    };
}

/** Rules that take more than one key. A key that is wrong by itself is absent here. */
function between(values: Partial<SiteValues>, prefix: string): Problem[] {
    const problems: Problem[] = [];
    const { wanInterface, wanInterface6, addressFamilies, sourceAddresses, profile, packetMark, restMarks } = values;
    const families = addressFamilies ?? [];
    if (families.includes("ipv6") && wanInterface6 !== undefined && wanInterface6 !== wanInterface) {
        problems.push(
            `${prefix}wanInterface6 holds "${wanInterface6}", which is not ${prefix}wanInterface: one queue tree has one ` +
                `parent, so IPv6 cannot be shaped there; set ${prefix}addressFamilies to ["ipv4"]`,
        );
    }
    if (sourceAddresses && sourceAddresses.length > 0) {
        for (const family of families) {
            if (sourceAddresses.some((source) => source.kind === family || source.kind === "mac")) continue;
            problems.push(
                `${prefix}sourceAddresses holds no address of ${family}, which ${prefix}addressFamilies asks for; add the ` +
                    `hosts' MAC addresses, which serve both, or take ${family} out of ${prefix}addressFamilies`,
            );
        }
    }
    if (profile === "seed-2018") {
        for (const name of ["leafQueue", "headroomPercent"] as const) {
            const value = values[name];
            if (value === undefined || value === siteKeys[name].default) continue;
            problems.push(
                `${prefix}${name} holds ${JSON.stringify(value)}, but ${prefix}profile seed-2018 has its own; take it out, or use ` +
                    "the profile scavenger",
            );
        }
    }
    if (profile && values.queueNames && restMarks)
        problems.push(...sameNames(values as SiteValues, packetMark, prefix));
    return problems;
}

function sameNames(values: SiteValues, packetMark: string | undefined, prefix: string): Problem[] {
    const problems: Problem[] = [];
    const resolved = resolveNames(values);
    const { parent, rest, s3 } = resolved.queueNames;
    const queues = values.parentQueue === undefined ? [parent, rest, s3] : [values.parentQueue, rest, s3];
    if (new Set(queues).size < queues.length) {
        problems.push(
            `${prefix}queueNames give ${queues.map((name) => `"${name}"`).join(", ")}; each queue needs a name of its own`,
        );
    }
    const mark = packetMark ?? resolved.packetMark;
    if (values.restMarks.includes(mark)) {
        problems.push(`${prefix}restMarks holds "${mark}", the packet mark of uploads to S3; take it out`);
    }
    return problems;
}

/** Configuration reaches a program as text; lists and objects as JSON. What cannot be read stays text, to be shown. */
function fromText(key: SiteKey, text: string): unknown {
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

/** The part of a value that is wrong: the entry of a list, or the whole. */
function offending(value: unknown, issues: readonly v.BaseIssue<unknown>[]): unknown {
    if (!Array.isArray(value)) return value;
    const wrong = issues.map((issue) => v.getDotPath(issue)).filter((path) => path !== null);
    const entries = wrong.map((path) => (value as unknown[])[Number(path.split(".")[0])]);
    return entries.length === 0 ? value : entries.length === 1 ? entries[0] : entries;
}

function holds(value: unknown): string {
    return value === undefined || value === "" ? "is not set" : `holds ${JSON.stringify(value)}`;
}

function unknownKey(prefix: string, key: string): Problem {
    const near = Object.keys(siteKeys).find((known) => distance(known.toLowerCase(), key.toLowerCase()) <= 2);
    const advice = near === undefined ? "docs/configuration.md lists the keys" : `did you mean ${prefix}${near}?`;
    return `${prefix}${key} is not a key of this program; ${advice}`;
}

/** Edits between two short words (Levenshtein). */
function distance(a: string, b: string): number {
    let row = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++) {
            const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
            next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
        }
        row = next;
    }
    return row[b.length] ?? 0;
}
