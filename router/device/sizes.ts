/**
 * Amounts as the console writes them and as REST shows them. Both ways, so that an export says `50KiB`, `20M`, `24.5Mbps`
 * where REST says `50`, `20000000`, `24500000`.
 */
const binary: Record<string, number> = { "": 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `50KiB`, `2MiB` or a bare number of KiB, as a number of KiB (recorded for what is read). Undefined when it is none. */
export function parseKibibytes(input: string): string | undefined {
    const match = /^(\d+(?:\.\d+)?)(KiB|MiB|GiB)?$/.exec(input);
    if (!match) return undefined;
    const kibibytes = (Number(match[1]) * binary[match[2] ?? "KiB"]!) / 1024;
    return Number.isInteger(kibibytes) ? String(kibibytes) : undefined;
}

/** `32.0MiB`, `195.3KiB` or a bare number of bytes, as bytes: assumed(memory-limits). Undefined when it is none. */
export function parseBytes(input: string): string | undefined {
    const match = /^(\d+(?:\.\d+)?)(KiB|MiB|GiB)?$/.exec(input);
    if (!match || (match[2] === undefined && input.includes("."))) return undefined;
    return String(Math.round(Number(match[1]) * binary[match[2] ?? ""]!));
}

/** `4096.0KiB`, `32.0MiB`: one decimal, MiB from some 10 MiB on, as public exports show it. */
export function showBytes(bytes: string): string {
    const amount = Number(bytes);
    if (amount < 1024) return bytes;
    const unit = amount < 10_000 * 1024 ? "KiB" : "MiB";
    return `${(amount / binary[unit]!).toFixed(1)}${unit}`;
}

/** `24.5Mbps`, `10M` or bare bits per second, as those. Undefined when it is none. */
export function parseBandwidth(input: string): string | undefined {
    const match = /^(\d+(?:\.\d+)?)([kKmMgG]?)(bps)?$/.exec(input);
    if (!match) return undefined;
    const factor = { "": 1, k: 1e3, m: 1e6, g: 1e9 }[match[2]!.toLowerCase()]!;
    const bits = Number(match[1]) * factor;
    return Math.abs(bits - Math.round(bits)) < 1e-6 ? String(Math.round(bits)) : undefined;
}

/** `24.5Mbps`: one decimal and the unit. */
export function showBandwidth(bits: string): string {
    const amount = Number(bits);
    if (amount < 1000) return bits;
    const [unit, size] = amount < 1e6 ? ["kbps", 1e3] : amount < 1e9 ? ["Mbps", 1e6] : ["Gbps", 1e9];
    const scaled = amount / Number(size);
    return Number(scaled.toFixed(1)) === scaled ? `${scaled.toFixed(1)}${unit}` : bits;
}

/** `20M`, `5200k`, `1G`, `64`: the largest unit that leaves a whole number. */
export function showRate(bits: string): string {
    if (!/^[1-9]\d*$/.test(bits)) return bits;
    const zeros = /0*$/.exec(bits)![0].length;
    const [unit, digits] = zeros >= 9 ? ["G", 9] : zeros >= 6 ? ["M", 6] : zeros >= 3 ? ["k", 3] : ["", 0];
    return digits === 0 ? bits : bits.slice(0, -Number(digits)) + String(unit);
}
