/** `20M`, `64k`, `1G` (powers of 1000, as the router counts) or plain bit/s. 0 is "no limit" to the router. */
export function bitsPerSecond(value: string | undefined): number {
    const match = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(value ?? "0");
    if (!match) throw new RangeError(`not a rate: ${value}`);
    const factor = { "": 1, k: 1e3, M: 1e6, G: 1e9 }[match[2] ?? ""] ?? 1;
    return Math.round(Number(match[1]) * factor);
}

/** `pcq-limit` as REST shows it, a number of KiB, with its unit; with a unit as it is. */
export function kibibytes(value: string): string {
    return /^\d+$/.test(value) ? `${value}KiB` : value;
}

/** `50KiB`, `32.0MiB`, `64000` as bytes. */
export function bytes(value: string): number {
    const match = /^(\d+(?:\.\d+)?)(KiB|MiB|k|M)?$/.exec(value);
    if (!match) throw new RangeError(`not a size: ${value}`);
    const factor = { "": 1, KiB: 1024, MiB: 1024 * 1024, k: 1000, M: 1e6 }[match[2] ?? ""] ?? 1;
    return Math.round(Number(match[1]) * factor);
}
