/** From parts that arrived to the rate of a line. Pure. Times are milliseconds of one monotonic clock. */

/** A part of the upload that the far end has acknowledged. */
export interface Part {
    from: number;
    to: number;
    bytes: number;
}

export interface Rate {
    /** Data that arrived, bit/s. */
    bitsPerSecond: number;
    /** The same as the router counts it: with the headers of TCP, IP and Ethernet. */
    onTheWire: number;
    /** The tenth and the ninetieth percentile of the rate in single seconds, bit/s. */
    spread: [number, number];
}

/** A full packet on the wire and the data in it: 1500 bytes of IP and 14 of Ethernet for 1448 bytes of TLS records. */
export const wireShare = 1514 / 1448;

/** Data in a stretch of time. A part's bytes are taken as spread evenly over the time it took. */
export function bytesWithin(parts: readonly Part[], from: number, to: number): number {
    return parts.reduce((sum, part) => {
        const overlap = Math.min(part.to, to) - Math.max(part.from, from);
        return overlap <= 0 ? sum : sum + (part.bytes * overlap) / Math.max(part.to - part.from, 1);
    }, 0);
}

/** The rate of a stretch of time in which every connection was busy throughout; undefined where it is under a second. */
export function rateWithin(parts: readonly Part[], from: number, to: number): Rate | undefined {
    if (to - from < 1000) return undefined;
    const bits = (a: number, b: number): number => (bytesWithin(parts, a, b) * 8000) / (b - a);
    const seconds = Math.floor((to - from) / 1000);
    const each = Array.from({ length: seconds }, (_, index) => bits(from + index * 1000, from + (index + 1) * 1000));
    const bitsPerSecond = bits(from, to);
    return {
        bitsPerSecond,
        onTheWire: bitsPerSecond * wireShare,
        spread: [quantile(each, 0.1), quantile(each, 0.9)],
    };
}

/** The smallest value that at least this share of the values does not exceed; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** What to put into `uplink`: two digits or three, rounded down, as a person writes it. */
export function uplinkText({ onTheWire }: Rate): string {
    const digits = 10 ** Math.max(0, Math.floor(Math.log10(onTheWire)) - 2);
    const bits = Math.floor(onTheWire / digits) * digits;
    return bits >= 1e6 ? `${+(bits / 1e6).toFixed(3)}M` : `${Math.floor(bits / 1000)}k`;
}
