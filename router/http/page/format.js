/** `19000000` as `19 Mbit/s`; RouterOS counts in powers of 1000. */
export function rate(bits, unlimited = "no limit") {
    const value = Number(bits);
    if (!value) return unlimited;
    return `${scaled(value)}bit/s`;
}

export function bytes(count) {
    return `${scaled(Number(count) || 0)}B`;
}

function scaled(value) {
    const units = ["", "k", "M", "G", "T"];
    let index = 0;
    while (value >= 1000 && index < units.length - 1) {
        value /= 1000;
        index++;
    }
    return `${Number(value.toFixed(value < 10 ? 2 : 1))} ${units[index]}`;
}

export function duration(seconds) {
    const parts = [
        [86400, "d"],
        [3600, "h"],
        [60, "m"],
        [1, "s"],
    ];
    const shown = [];
    for (const [size, unit] of parts) {
        const count = Math.floor(seconds / size);
        if (count > 0) shown.push(`${count}${unit}`);
        seconds -= count * size;
    }
    return shown.slice(0, 2).join(" ") || "0s";
}

export function number(count) {
    return new Intl.NumberFormat("en").format(Number(count) || 0);
}
