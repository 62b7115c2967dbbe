/** What a live look shows on a terminal: lines that fit, drawn over the ones before. Pure. */
import type { Watched } from "../output";
import type { Seen } from "../watch";

const blocks = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** A block for each value, the newest last, the highest of `most` full. */
export function sparkline(values: readonly number[], most: number, width: number): string {
    return values
        .slice(-width)
        .map((value) => blocks[Math.min(7, Math.floor((value / Math.max(most, 1)) * 8))] ?? "▁")
        .join("");
}

/** With `profile: join` it is a CAKE that drops. */
const notCounted = "not counted: RouterOS tells nothing of a CAKE's classes";

/** @param where router and time, for the first line. @param width columns of the terminal */
export function screenLines(seen: Seen, where: string, width: number): string[] {
    const { rates, dropped, connections, latency, problem } = seen;
    const last = rates.at(-1);
    const most = Math.max(1, ...rates.map(({ s3, rest }) => Math.max(s3, rest)));
    const flow = (of: "s3" | "rest"): string => {
        const values = rates.map((one) => one[of]);
        return `${megabits(last?.[of] ?? 0).padStart(14)}  ${sparkline(values, most, Math.max(0, width - 36))}`;
    };
    const total = (last?.s3 ?? 0) + (last?.rest ?? 0);
    const share =
        total > 0
            ? `${Math.round(((last?.s3 ?? 0) / total) * 100)} % of ${megabits(total)} outward`
            : "nothing goes out";
    const rows: [string, string][] = [
        ["uploads to S3", flow("s3")],
        ["other traffic", flow("rest")],
        ["share of uploads", share],
        [
            "dropped",
            last && dropped === undefined
                ? notCounted
                : `${last?.dropped ?? 0} packets since the last look, ${dropped ?? 0} in all; ${bytes(last?.queued ?? 0)} wait`,
        ],
        ["connections", connections ? `${connections.marked} marked, ${connections.fastTracked} FastTracked` : "…"],
        ["round trips", latency ? `${latency.median.toFixed(1)} ms, 95 % within ${latency.p95.toFixed(1)} ms` : "…"],
        ...(problem === undefined ? [] : ([["router", problem]] as [string, string][])),
    ];
    const head = `${where}${" ".repeat(Math.max(2, width - where.length - 6))}q ends`;
    return [head, "", ...rows.map(([what, value]) => `${what.padEnd(18)}${value}`)].map((line) => fitted(line, width));
}

/** The same in one line, where there is no terminal. */
export function plainLine({ rates, dropped, connections, latency, problem }: Seen): string {
    const { s3 = 0, rest = 0 } = rates.at(-1) ?? {};
    return [
        `uploads ${megabits(s3)}`,
        `other ${megabits(rest)}`,
        ...(dropped === undefined ? [] : [`dropped ${dropped}`]),
        ...(connections ? [`connections ${connections.marked}`, `FastTracked ${connections.fastTracked}`] : []),
        ...(latency ? [`round trip ${latency.median.toFixed(1)} ms`] : []),
        ...(problem === undefined ? [] : [problem]),
    ].join(", ");
}

/** The same as data. @param at when, in UTC */
export function watched({ rates, dropped, connections, latency, problem }: Seen, at: string): Watched {
    const last = problem === undefined ? rates.at(-1) : undefined;
    return {
        at,
        ...(last && { s3: last.s3, rest: last.rest }),
        ...(last?.queued !== undefined && { queued: last.queued }),
        ...(dropped !== undefined && { dropped }),
        ...(connections && { connections }),
        ...(latency && { latency }),
        ...(problem !== undefined && { problem }),
    };
}

/** One frame: from the top left over what stands there, nothing cleared before it is drawn over. */
export function frame(lines: readonly string[]): string {
    return `\u001b[H${lines.map((line) => `${line}\u001b[K`).join("\r\n")}\u001b[J`;
}

const fitted = (line: string, width: number): string =>
    [...line].length <= width ? line : `${[...line].slice(0, width - 1).join("")}…`;

const megabits = (bits: number): string => `${(bits / 1e6).toFixed(2)} Mbit/s`;

function bytes(count: number): string {
    return count >= 1e6 ? `${(count / 1e6).toFixed(1)} MB` : `${Math.round(count / 1000)} kB`;
}
