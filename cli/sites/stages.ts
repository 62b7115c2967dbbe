/** Runs a piece of work for each of many sites: some at a time, in stages, and no further than failures allow. */
import type { SiteResult } from "./result";
import { emptyResult, isFailure } from "./result";

export interface Stages {
    /** How many at a time. */
    parallel: number;
    /** Goes first and alone; when it fails nothing else begins. @default none */
    canary?: string;
    /** After the canary, so many are begun and waited for before the next. @default all */
    batch?: number;
    /** With more failures than this nothing else begins. @default no bound */
    maxFailures?: number;
    signal: AbortSignal;
}

/** Results in the order of `sites`; a site that was not begun is among them as `left`. */
export async function inStages<Site extends { name: string }>(
    sites: readonly Site[],
    work: (site: Site) => Promise<SiteResult>,
    { parallel, canary, batch = Infinity, maxFailures = Infinity, signal }: Stages,
    onResult: (result: SiteResult) => void = () => undefined,
): Promise<SiteResult[]> {
    const results = new Map<string, SiteResult>();
    let failures = 0;
    const mayBegin = () => !signal.aborted && failures <= maxFailures;
    const runAll = async (stage: readonly Site[]): Promise<void> => {
        const waiting = [...stage];
        const worker = async (): Promise<void> => {
            for (let site = waiting.shift(); site !== undefined && mayBegin(); site = waiting.shift()) {
                const result = await work(site);
                if (isFailure(result)) failures += 1;
                results.set(site.name, result);
                onResult(result);
            }
        };
        await Promise.all(Array.from({ length: Math.min(parallel, waiting.length) }, worker));
    };
    const first = sites.filter(({ name }) => name === canary);
    await runAll(first);
    const others = failures > 0 ? [] : sites.filter(({ name }) => name !== canary);
    const size = Math.min(batch, Math.max(others.length, 1));
    for (let at = 0; at < others.length && mayBegin(); at += size) await runAll(others.slice(at, at + size));
    return sites.map(({ name }) => results.get(name) ?? emptyResult(name, "left"));
}

/**
 * Memory of one site's commands at their peak, MB: `npm run bench:sites` printed 530 for one site and 1,058 for two at a
 * time, counting memory that processes share in each of them.
 */
export const megabytesMeasured = 540;

/** Assumed for AWS's own plugin, MB: it runs beside the router's wherever there is a bucket, and cannot be measured here. */
const megabytesOfAws = 400;

/** Commands at a time that a machine's cores and memory bear. */
export function parallelFor(cores: number, freeMegabytes: number): number {
    return Math.max(1, Math.min(cores * 2, Math.floor(freeMegabytes / (megabytesMeasured + megabytesOfAws))));
}
