const unitSeconds: Record<string, number> = { w: 604800, d: 86400, h: 3600, m: 60, s: 1 };

/**
 * `1w2d3h4m5s`, `00:10:00`, `1d 00:10:00` or plain seconds, to RouterOS's form. Undefined when it is none of them.
 */
export function parseDuration(input: string): string | undefined {
    const milliseconds = durationMilliseconds(input);
    return milliseconds === undefined ? undefined : formatDuration(milliseconds);
}

export function durationMilliseconds(input: string): number | undefined {
    if (/^\d+(\.\d+)?$/.test(input)) return Math.round(Number(input) * 1000);
    const clock = /^(?:(\d+)w)?(?:(\d+)d)?\s*(\d+):(\d\d)(?::(\d\d(?:\.\d+)?))?$/.exec(input);
    if (clock) {
        const [weeks, days, hours, minutes, seconds] = clock.slice(1).map((part) => Number(part ?? 0));
        return Math.round((weeks! * 604800 + days! * 86400 + hours! * 3600 + minutes! * 60 + seconds!) * 1000);
    }
    if (!/^(\d+(\.\d+)?(w|d|h|ms|us|ns|m|s))+$/.test(input)) return undefined;
    let total = 0;
    for (const [, amount, unit] of input.matchAll(/(\d+(?:\.\d+)?)(ms|us|ns|[wdhms])/g)) {
        total +=
            Number(amount) *
            (unit === "ms" ? 1 : unit === "us" ? 1e-3 : unit === "ns" ? 1e-6 : unitSeconds[unit!]! * 1000);
    }
    return Math.round(total);
}

/** `0s`, `24m26s`, `1w2d3h4m5s`, `5ms`. */
export function formatDuration(milliseconds: number): string {
    let seconds = Math.floor(milliseconds / 1000);
    const rest = milliseconds % 1000;
    let text = "";
    for (const [unit, size] of Object.entries(unitSeconds)) {
        const amount = Math.floor(seconds / size);
        if (amount > 0) text += `${amount}${unit}`;
        seconds -= amount * size;
    }
    if (rest > 0) text += `${rest}ms`;
    return text === "" ? "0s" : text;
}

/** `2026-11-24 08:30:00`, in UTC, as RouterOS 7.10 and later show times. */
export function formatTimestamp(milliseconds: number): string {
    return new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
}
