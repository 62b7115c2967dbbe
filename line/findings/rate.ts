/** From parts that arrived to the rate of a line. Pure. Times are milliseconds of one monotonic clock. */
import type { Rate } from "../output";

/** A part of the upload that the far end has acknowledged. */
export interface Part {
    from: number;
    to: number;
    /** Of data. */
    bytes: number;
    /** Bytes beside it, of the request and of the connection that was opened for it. @default 0 */
    more?: number;
}

/**
 * What is on the wire for each byte that TLS is given: records of 16384 bytes with 22 more (RFC 8446, 5.2), in packets of 1500
 * bytes of IP and 14 of Ethernet that carry 1448.
 */
export const wireShare = (16_406 / 16_384) * (1514 / 1448);

/** Data in a stretch of time. A part's bytes are taken as spread evenly over the time it took. */
export function bytesWithin(parts: readonly Part[], from: number, to: number): number {
    return parts.reduce((sum, part) => {
        const overlap = Math.min(part.to, to) - Math.max(part.from, from);
        return overlap <= 0 ? sum : sum + (part.bytes * overlap) / Math.max(part.to - part.from, 1);
    }, 0);
}

/**
 * When the last part that was begun before a time has arrived: while there were fewer connections it went faster than its
 * own average tells. The time itself where less than half of the stretch would be left, as beside a connection that starves.
 */
export function steadyFrom(parts: readonly Part[], from: number, to: number): number {
    const begunBefore = parts.filter((part) => part.from < from);
    const steady = Math.max(from, ...begunBefore.map((part) => part.to));
    return (to - steady) * 2 >= to - from ? steady : from;
}

/** Seconds of a line that is full differ by less, with all that a connection may wait for its turn. */
const leastOfMost = 0.75;

/**
 * The rate of a stretch of time in which every connection was busy throughout; undefined where it is under a second. What held it
 * up for long may have made all of the stretch slow: whether it was steady is seen beside the fastest seconds of all parts.
 */
export function rateWithin(parts: readonly Part[], from: number, to: number): Rate | undefined {
    if (to - from < 1000) return undefined;
    const bits = (a: number, b: number, all = parts): number => (bytesWithin(all, a, b) * 8000) / (b - a);
    const seconds = (begin: number): number[] =>
        Array.from({ length: Math.floor((to - begin) / 1000) }, (_none, index) =>
            bits(begin + index * 1000, begin + (index + 1) * 1000),
        );
    const each = seconds(from);
    const [low, high] = [quantile(each, 0.1), quantile(each, 0.9)];
    const fast = quantile(seconds(Math.min(from, ...parts.map((part) => part.from))), 0.9);
    const sent = parts.map(({ bytes, more = 0, ...part }) => ({ ...part, bytes: bytes + more }));
    return {
        bitsPerSecond: bits(from, to),
        onTheWire: bits(from, to, sent) * wireShare,
        spread: [low, high],
        steady: low >= fast * leastOfMost,
    };
}

/** The smallest value that at least this share of the values does not exceed; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** What to put into `uplink`: three digits, rounded down, as a person writes it. @param rate bit/s */
export function uplinkText(rate: number): string {
    const digits = 10 ** Math.max(0, Math.floor(Math.log10(rate)) - 2);
    const bits = Math.floor(rate / digits) * digits;
    return bits >= 1e6 ? `${+(bits / 1e6).toFixed(3)}M` : `${Math.floor(bits / 1000)}k`;
}
