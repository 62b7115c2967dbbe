/** A folder and an archive side by side, both in S3's order, in memory that does not grow with them. */
import type { Judgement } from "../s3/checksum";
import type { Version } from "./bucket";
import { byKey } from "./bucket";
import type { LocalFile } from "./folder";

/**
 * `archived`: the newest version has the size and, as far as can be told, the content. `older`: not the newest, but a
 * version before it, or one before it was deleted. `different`: of other content. `missing`: of no version.
 */
export type Verdict = "archived" | "older" | "different" | "missing";

export interface Finding {
    file: LocalFile;
    key: string;
    verdict: Verdict;
    /** The version that it is the same as; of `different` the newest. */
    version?: Version;
    /** The content could not be told from the size. */
    bySize: boolean;
}

export interface CompareOptions {
    /** Written before a file's name, it is its key. */
    prefix: string;
    /** Whether a file has the content of a version of its size. */
    judge: (file: LocalFile, version: Version) => Promise<Judgement>;
    /** Told of every newest version. */
    seen: (version: Version, isLocal: boolean) => void;
}

export async function* compare(
    files: AsyncIterator<LocalFile>,
    versions: AsyncIterator<Version>,
    { prefix, judge, seen }: CompareOptions,
): AsyncGenerator<Finding> {
    let version = await versions.next();
    const pass = async (isLocal: boolean) => {
        if (version.done) return;
        if (version.value.newest && !version.value.deleted) seen(version.value, isLocal);
        version = await versions.next();
    };
    for (let file = await files.next(); !file.done; file = await files.next()) {
        const key = prefix + file.value.name;
        while (!version.done && byKey(version.value.key, key) < 0) await pass(false);
        let found: Finding = { file: file.value, key, verdict: "missing", bySize: false };
        for (; !version.done && version.value.key === key; await pass(true)) {
            if (found.verdict === "archived" || found.verdict === "older") continue;
            found = (await judged(found, version.value, judge)) ?? found;
        }
        yield found;
    }
    while (!version.done) await pass(false);
}

async function judged(found: Finding, version: Version, judge: CompareOptions["judge"]): Promise<Finding | undefined> {
    if (version.deleted) return undefined;
    const judgement = version.bytes === found.file.bytes ? await judge(found.file, version) : "different";
    if (judgement === "different") return version.newest ? { ...found, verdict: "different", version } : undefined;
    return { ...found, verdict: version.newest ? "archived" : "older", version, bySize: judgement === "undecided" };
}
