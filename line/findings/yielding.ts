/** Whether an upload goes through its leaf and gives way, from what the router counted. Pure. */
import type { Finding, GivingWay, Rates, Verification } from "../output";
import { quantile, wireShare } from "./rate";

/** From when to when on the clock of the rates, milliseconds. */
export interface Span {
    from: number;
    to: number;
}

const medianOf = (rates: readonly Rates[], { from, to }: Span, of: "s3" | "rest"): number =>
    quantile(
        rates.filter(({ at }) => at > from && at <= to).map((one) => one[of]),
        0.5,
    );

/** The first seconds after a load began or ended are no steady state. */
const settling = 3000;

/** @param alone before the load. @param load from its begin to its end. @param after from its end on */
export function givingWay(rates: readonly Rates[], alone: Span, load: Span, after: Span): GivingWay {
    const late = (span: Span): Span => ({ ...span, from: Math.min(span.from + settling, (span.from + span.to) / 2) });
    const before = medianOf(rates, late(alone), "s3");
    const beside = medianOf(rates, late(load), "s3");
    const first = (span: Span, fits: (rate: number) => boolean): number | undefined => {
        const found = rates.find(({ at, s3 }) => at > span.from && at <= span.to && fits(s3));
        return found && (found.at - span.from) / 1000;
    };
    // Half of the way there is a change that the steps of a TCP connection do not make.
    const middle = (before + beside) / 2;
    const gaveWayIn = beside < before * 0.9 ? first(load, (rate) => rate <= middle) : undefined;
    const cameBackIn = first(after, (rate) => rate >= before * 0.8);
    return {
        before,
        beside,
        after: medianOf(rates, late(after), "s3"),
        load: medianOf(rates, late(load), "rest"),
        ...(gaveWayIn !== undefined && { gaveWayIn }),
        ...(cameBackIn !== undefined && { cameBackIn }),
    };
}

/** What was sent and what the router counted of it, bytes; what is sent is without the headers of packets. */
export interface Carried {
    sent: number;
    leaf: number;
}

/** Share of the uploaded bytes that went through the leaf for uploads, 0 to 1. Others' uploads count in the leaf too. */
export function shareOf({ sent, leaf }: Carried): number {
    return sent === 0 ? 0 : Math.min(1, leaf / (sent * wireShare));
}

/** Below it an upload is no proof, bytes. */
const leastSent = 500_000;
/** Requests and their answers go another way: small packets are no uploads. */
const leastShare = 0.9;
/** An upload that keeps more than this of its rate beside a load that takes all it can get has not given way. */
const mostKept = 0.35;

/**
 * @param greedy the other load takes all that the line gives, so that the upload should keep next to nothing
 * @param findings of the doctor, by weight, for the reason
 */
export function judge(
    carried: Carried,
    giving: GivingWay | undefined,
    greedy: boolean,
    findings: readonly Finding[],
): Pick<Verification, "verdict" | "because"> {
    if (carried.sent < leastSent) return { verdict: "undecided", because: "too little could be sent" };
    if (shareOf(carried) < leastShare) return { verdict: "not-shaped", because: reasonOf(findings) };
    const tookAll = giving !== undefined && giving.load > giving.before / 2;
    if (greedy && tookAll && giving.beside > giving.before * mostKept) {
        return { verdict: "not-shaped", because: "the upload kept its rate beside another load" };
    }
    return { verdict: "shaped", because: "" };
}

/** What was seen of connections says more than what follows from rules. */
function reasonOf(findings: readonly Finding[]): string {
    const reasons = findings.filter(({ effect }) => effect === "not-shaped");
    const isFastTrack = reasons.some(({ code }) => code === "proof/fasttracked" || code.startsWith("path/fasttrack"));
    if (isFastTrack) return "FastTrack";
    return reasons[0]?.seen ?? "the upload goes another way, and the doctor knows no reason";
}
