/** Too much of this would go: what comes from elsewhere may come empty, cut short, or older than what stands. Pure. */

/** Rows by key, and where they come from. */
export interface Sourced {
    keys: readonly string[];
    /** What was asked for there. Another choice is a change of mind and no loss. */
    choice: string;
    /** Seconds since 1970, as text; one that is no number is never older. */
    token: string;
}

export type Loss = { why: "empty" } | { why: "older" } | { why: "shrunk"; percent: number };

/** Why what is desired may not take the place of what was applied. `lost` says how many percent of one the other lacks. */
export function lossOf(
    applied: Sourced | undefined,
    desired: Sourced,
    limit: number,
    lost: (before: readonly string[], after: readonly string[]) => number,
): Loss | undefined {
    if (applied !== undefined && applied.choice !== desired.choice) return undefined;
    if (desired.keys.length === 0 && (applied === undefined || applied.keys.length > 0)) return { why: "empty" };
    if (applied === undefined || applied.keys.length === 0) return undefined;
    const percent = lost(applied.keys, desired.keys);
    const differs = percent > 0 || lost(desired.keys, applied.keys) > 0;
    if (isOlder(desired.token, applied.token) && differs) return { why: "older" };
    return percent > limit ? { why: "shrunk", percent } : undefined;
}

/** Tokens are seconds since 1970; one that is no number is never older. */
export function isOlder(token: string, than: string): boolean {
    const isNumber = (text: string) => /^\d+$/.test(text);
    return isNumber(token) && isNumber(than) && Number(token) < Number(than);
}
