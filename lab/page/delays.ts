import type { Played } from "../play";

/** The delays of a game beside an upload to S3, by profile, and on the idle line. */
export function gameDelays({ delays }: Played): { name: string; values: readonly number[] }[] {
    const idle = delays.find(({ name, family }) => name === "idle" && family === "ipv4");
    const beside = delays.filter(({ name, family }) => name === "beside S3" && family === "ipv4");
    return [
        ...(idle ? [{ name: "idle", values: idle.values }] : []),
        ...beside.map(({ profile, values }) => ({ name: profile, values })),
    ];
}
