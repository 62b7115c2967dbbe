/** Address arithmetic of matchers: is what a rule names all, part or nothing of what a packet may have. Pure. */
import { parseCidr } from "cidr-tools";
import * as ipaddr from "ipaddr.js";

export type Answer = "yes" | "no" | "maybe";

export const not = (answer: Answer): Answer => (answer === "yes" ? "no" : answer === "no" ? "yes" : "maybe");

interface Span {
    start: bigint;
    end: bigint;
    first: string;
    last: string;
}

function spanOf(text: string): Span | undefined {
    const [from = "", to] = text.split(/-(?=[\d.:a-f]+$)/i);
    try {
        const low = parseCidr(from);
        const high = to === undefined ? low : parseCidr(to);
        const bare = from.split("/")[0] ?? "";
        return { start: low.start, end: high.end, first: bare, last: to ?? bare };
    } catch {
        return undefined;
    }
}

/** Whether addresses of `networks` are among those a matcher names. */
export function within(matcher: string, networks: readonly string[]): Answer {
    const wanted = spanOf(matcher);
    const known = networks.map(spanOf);
    if (!wanted || known.length === 0) return "maybe";
    const answers = known.map((span): Answer => {
        if (!span) return "maybe";
        if (wanted.start <= span.start && span.end <= wanted.end) return "yes";
        return wanted.end < span.start || span.end < wanted.start ? "no" : "maybe";
    });
    const first = answers[0] ?? "maybe";
    return answers.every((answer) => answer === first) ? first : "maybe";
}

/** Whether an address of S3 is among those a matcher names: never one of a private or reserved network, nor one of `own`. */
export function isPublic(matcher: string, own: readonly string[]): Answer {
    const wanted = spanOf(matcher);
    if (!wanted) return "maybe";
    if (/\/0$/.test(matcher)) return "yes";
    if (own.some((network) => within(network, [matcher]) === "yes")) return "no";
    const special = (text: string): boolean => ipaddr.parse(text).range() !== "unicast";
    return special(wanted.first) && special(wanted.last) ? "no" : "maybe";
}
