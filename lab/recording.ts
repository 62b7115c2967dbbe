import {
    type ConnectionCount,
    type Measured,
    type Packets,
    type PartsCount,
    stepMilliseconds,
} from "./traffic/protocol";

/** A stretch of time on the machine's monotonic clock, in ms. */
export interface Span {
    from: number;
    to: number;
}

/** One scenario's measurements, gathered from every traffic program. Pure: everything is worked out from them. */
export class Recording {
    constructor(private readonly recorded: readonly Measured[]) {}

    /** Payload of a flow that arrived in a span, in bit/s. */
    goodput(flow: string, span: Span): number {
        const { first, last } = stepsWithin(span);
        let bytes = 0;
        for (const { steps } of this.connections(flow))
            for (const [step, count] of steps) if (step >= first && step < last) bytes += count;
        const seconds = ((last - first) * stepMilliseconds) / 1000;
        return seconds > 0 ? (bytes * 8) / seconds : 0;
    }

    /** Goodput over time: one value for each `stride` ms of the span, in bit/s. */
    series(flow: string, span: Span, stride: number): number[] {
        const values: number[] = [];
        for (let from = span.from; from + stride <= span.to + 1; from += stride)
            values.push(this.goodput(flow, { from, to: from + stride }));
        return values;
    }

    /**
     * ms from `since` until the mean over `window` ms first is as wanted; none when it never is. Looks at windows that
     * end within `until`.
     */
    timeUntil(
        flow: string,
        since: number,
        until: number,
        window: number,
        wanted: (goodput: number) => boolean,
    ): number | undefined {
        for (let from = since; from + window <= until; from += stepMilliseconds)
            if (wanted(this.goodput(flow, { from, to: from + window }))) return from - since;
        return undefined;
    }

    /** Longest time in a span in which nothing arrived over one of the flow's connections, in ms, and how many there were. */
    longestSilence(flow: string, span: Span): { silence: number; connections: number } {
        const { first, last } = stepsWithin(span);
        let longest = 0;
        const connections = this.connections(flow);
        for (const { since, until, steps } of connections) {
            // Only while it stood: one that was cut and opened anew is two.
            let before = Math.max(first, Math.floor(since / stepMilliseconds));
            const end = until === undefined ? last : Math.min(last, Math.floor(until / stepMilliseconds));
            for (const [step] of steps) {
                if (step < first || step >= last) continue;
                longest = Math.max(longest, step - before);
                before = step + 1;
            }
            longest = Math.max(longest, end - before);
        }
        return { silence: longest * stepMilliseconds, connections: connections.length };
    }

    /** Over how many of the flow's connections anything arrived in a span. */
    moved(flow: string, span: Span): number {
        const { first, last } = stepsWithin(span);
        return this.connections(flow).filter(({ steps }) => steps.some(([step]) => step >= first && step < last))
            .length;
    }

    /** How long packets of a flow took, in ms, of those sent in the span. */
    delays(flow: string, span: Span): number[] {
        return this.packets(flow)
            .flatMap((packets) => packets.delays)
            .filter(([sent]) => sent >= span.from && sent < span.to)
            .map(([, took]) => took);
    }

    /** Share of the packets sent in the span (by `sender`) that never came (to `receiver`), 0 to 1. */
    loss(sender: string, receiver: string, span: Span): number {
        const sent = this.packets(sender)
            .flatMap((packets) => packets.sent)
            .filter((at) => at >= span.from && at < span.to).length;
        return sent === 0 ? 0 : Math.max(0, 1 - this.delays(receiver, span).length / sent);
    }

    /** How long short transfers took, in ms, of those begun in the span. */
    transfers(flow: string, span: Span): number[] {
        return this.recorded
            .flatMap((part) => part.transfers)
            .filter((transfer) => transfer.flow === flow)
            .flatMap((transfer) => transfer.times)
            .filter(([began]) => began >= span.from && began < span.to)
            .map(([, took]) => took);
    }

    /**
     * How an upload in parts went until a time, from both of its ends together: parts that were cut, parts given up, and
     * bytes that were stored or are on their way, of bytes that were sent.
     */
    parts(flow: string, until: number): { cut: number; abandoned: number; stored: number; sent: number } {
        const counts = this.recorded.flatMap((part) => part.parts).filter((one) => one.flow === flow);
        const sum = (value: (one: PartsCount) => number): number => counts.reduce((all, one) => all + value(one), 0);
        const losses = counts.flatMap((one) => one.losses).filter(([at]) => at < until);
        const stored = sum(({ received }) => received) - losses.reduce((all, [, bytes]) => all + bytes, 0);
        return {
            cut: sum(({ cut }) => cut),
            abandoned: sum(({ abandoned }) => abandoned),
            stored,
            sent: stored + sum(({ wasted }) => wasted),
        };
    }

    private connections(flow: string): ConnectionCount[] {
        return this.recorded.flatMap((part) => part.counts).filter((count) => count.flow === flow);
    }

    private packets(flow: string): Packets[] {
        return this.recorded.flatMap((part) => part.packets).filter((packets) => packets.flow === flow);
    }
}

/** Whole counting steps inside a span: the first, and the one behind the last. */
function stepsWithin(span: Span): { first: number; last: number } {
    return { first: Math.round(span.from / stepMilliseconds), last: Math.round(span.to / stepMilliseconds) };
}

/** The value below which a share `q` (0 to 1) of the values lie; the nearest rank. NaN for none. */
export function quantile(values: readonly number[], q: number): number {
    if (values.length === 0) return Number.NaN;
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
    return quantile(values, 0.5);
}
