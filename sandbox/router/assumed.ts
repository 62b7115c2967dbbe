/**
 * Where nothing recorded or documented says what RouterOS does, a choice had to be made. All of them are listed here, so
 * that the docs can name them and a recording can correct them. Where tests should see both sides, the choice is a
 * switch of {@link Behaviour}.
 */
export interface Behaviour {
    /** A freed id is given to the next new row of that menu (claimed, not shown in a log). @default true */
    reuseIds: boolean;
    /** GET with `.proplist` returns `.id` also when it was not asked for (recorded on 7.23.7; the manual shows it without). @default true */
    proplistAddsId: boolean;
    /**
     * Firewall rules always show `disabled`, `log` and `log-prefix` (captures of 2022/23), or only when written (recorded
     * on 7.23.7). The version of the change is not known. @default true before 7.21, false from 7.21 on (assumed)
     */
    flagsAlways: boolean;
    /** An id sent as `%2A1` is taken as `*1`; otherwise 400 `missing or invalid resource identifier`. @default true */
    decodeStar: boolean;
    /** A method that the menu lacks answers 406 (documented) or 400. @default 406 */
    absentVerbStatus: 406 | 400;
    /** `place-before` with an unknown id is refused with 404, or the rule goes to the end. @default "refuse" (assumed) */
    unknownPlaceBefore: "refuse" | "append";
    /** A body whose Content-Type is not JSON is refused with 415 (assumed); without the header it is always read. @default true */
    refuseForeignContentType: boolean;
    /** A command that takes longer is ended with `Session closed` (documented: 60). @default 60 */
    sessionSeconds: number;
    /** Largest body in bytes; more is 413 (assumed). @default 1048576 */
    maxBodyBytes: number;
}

export function defaultBehaviour(version: string): Behaviour {
    return {
        reuseIds: true,
        proplistAddsId: true,
        flagsAlways: compareVersions(version, "7.21") < 0,
        decodeStar: true,
        absentVerbStatus: 406,
        unknownPlaceBefore: "refuse",
        refuseForeignContentType: true,
        sessionSeconds: 60,
        maxBodyBytes: 1024 * 1024,
    };
}

/** Negative when `a` is older than `b`; each a dotted number such as `7.20.8`. */
export function compareVersions(a: string, b: string): number {
    const [left, right] = [a, b].map((version) => version.split(".").map(Number));
    for (let index = 0; index < Math.max(left!.length, right!.length); index++) {
        const difference = (left![index] ?? 0) - (right![index] ?? 0);
        if (difference !== 0) return difference;
    }
    return 0;
}
