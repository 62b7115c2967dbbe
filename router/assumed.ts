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

/** The switches given, checked: a name or a kind of value that is none of them is an error. */
export function checkedBehaviour(given: object, known: Behaviour): Partial<Behaviour> {
    const choices: Partial<Record<keyof Behaviour, readonly unknown[]>> = {
        absentVerbStatus: [406, 400],
        unknownPlaceBefore: ["refuse", "append"],
    };
    for (const [name, value] of Object.entries(given) as [keyof Behaviour, unknown][]) {
        if (!(name in known)) throw new Error(`${name} is no switch; there are ${Object.keys(known).join(", ")}`);
        const wanted = choices[name];
        const fits = wanted ? wanted.includes(value) : typeof value === typeof known[name];
        if (!fits) throw new Error(`${name} takes ${wanted?.join(" or ") ?? `a ${typeof known[name]}`}`);
    }
    return given;
}

/**
 * The choices, one sentence each, by what they are about. Those with a switch name it.
 */
export const assumptions: readonly { about: string; choice: string; switch?: keyof Behaviour }[] = [
    { about: "protocol", choice: "A body that is no JSON, or no object, is 400 with a detail of our own." },
    { about: "protocol", choice: "An empty body is an object without members, also for PUT and PATCH." },
    {
        about: "protocol",
        choice: "A body without Content-Type is read; one of another type than JSON is 415.",
        switch: "refuseForeignContentType",
    },
    { about: "protocol", choice: "A body over 1 MiB is 413.", switch: "maxBodyBytes" },
    { about: "protocol", choice: "401 carries no WWW-Authenticate; max-sessions is not enforced." },
    { about: "protocol", choice: "`%2A` in a path is decoded.", switch: "decodeStar" },
    { about: "protocol", choice: "GET with .proplist adds .id in every version.", switch: "proplistAddsId" },
    { about: "protocol", choice: "Any other method than GET, PUT, PATCH, DELETE and POST is 501, as HEAD is." },
    { about: "protocol", choice: "A method that the menu lacks is 406 in every version.", switch: "absentVerbStatus" },
    {
        about: "protocol",
        choice: "The name of no row, in a menu with names, is 404; PUT on a row is a bad identifier.",
    },
    {
        about: "protocol",
        choice: "A write that takes longer than 60 s is carried out all the same.",
        switch: "sessionSeconds",
    },
    {
        about: "ids",
        choice: "A freed id goes to the next new row of its menu, the latest freed first.",
        switch: "reuseIds",
    },
    { about: "ids", choice: "Ids stay over a restart, unless it is told to renumber." },
    {
        about: "ids",
        choice: "Which builtin queue type has which of the high ids; the dummy rule's id is an ordinary one.",
    },
    { about: "commands", choice: "set, remove and move of several numbers do all or nothing (but set in /user)." },
    {
        about: "commands",
        choice: "place-before with an unknown id is 404 and adds nothing.",
        switch: "unknownPlaceBefore",
    },
    {
        about: "commands",
        choice: "`!name` clears what unset clears, and comments; menus without unset do not know it.",
    },
    { about: "commands", choice: "unset with value-name all, static or dynamic does nothing." },
    { about: "commands", choice: "reset puts the named properties back to their defaults." },
    { about: "values", choice: "Lists keep the order in which they are written." },
    {
        about: "values",
        choice: "Prefixes lose their host bits; IPv6 is compressed, in lower case, and single ones read /128 in matchers too.",
    },
    { about: "values", choice: "Rates take k, M and G in either case, no fractions." },
    {
        about: "values",
        choice: "An empty string stays as such in ports and in text matchers; other typed values refuse it.",
    },
    { about: "values", choice: "What a row must have cannot be empty, nor a name be emptied; an object is no value." },
    { about: "values", choice: "Arguments whose type the dumps do not tell are kept as they are written." },
    {
        about: "address lists",
        choice: "A text that can be a DNS name is one; a last label of digits makes it a bad address.",
    },
    {
        about: "address lists",
        choice: "A timeout set on a static entry makes it dynamic; timeout=0s and dynamic=no make it static.",
    },
    {
        about: "address lists",
        choice: "Enabling a disabled duplicate is refused; a name's children do not count as duplicates.",
    },
    {
        about: "address lists",
        choice: "A name's child can be removed, and comes back at the next restart; it cannot be changed.",
    },
    { about: "address lists", choice: "Entries are listed in the order in which they were made." },
    {
        about: "firewall",
        choice: "A mark action without its new mark is refused; a new mark beside another action is kept.",
    },
    {
        about: "firewall",
        choice: "disabled, log and log-prefix are always shown before 7.21, from then on only when written.",
        switch: "flagsAlways",
    },
    {
        about: "firewall",
        choice: "FastTrack's dummy rules come with an enabled FastTrack rule; the dummy cannot be changed or removed.",
    },
    { about: "firewall", choice: "hw-offload is refused from 7.21 on, as on hardware without Prestera." },
    {
        about: "queues",
        choice: "In the tree: duplicate names, unknown parents and types are refused as in simple queues.",
    },
    {
        about: "queues",
        choice: "In the tree: max-limit below limit-at (0 exempt), loops and more than 7 levels are refused.",
    },
    {
        about: "queues",
        choice: "A parent with children or a type in use can be removed; the children then read its raw id and are invalid.",
    },
    {
        about: "queues",
        choice: "A disabled parent or an undefined mark makes no queue invalid; below a disabled queue nothing is carried.",
    },
    {
        about: "queues",
        choice: "A queue type shows only the arguments of its own kind; builtin types cannot be removed.",
    },
    {
        about: "FastTrack",
        choice: "FastTracked packets carry no packet mark, so they meet only no-mark leaves of an interface's tree.",
    },
    { about: "FastTrack", choice: "Of several leaves with a packet's mark the first one made takes it." },
    {
        about: "menus",
        choice: "Addresses, routes, kinds of interfaces, clock, scheduler, users, groups, routerboard, licence and IPv6 connections are tables written by hand.",
    },
];

/** Negative when `a` is older than `b`; each a dotted number such as `7.20.8`. */
export function compareVersions(a: string, b: string): number {
    const [left, right] = [a, b].map((version) => version.split(".").map(Number));
    for (let index = 0; index < Math.max(left!.length, right!.length); index++) {
        const difference = (left![index] ?? 0) - (right![index] ?? 0);
        if (difference !== 0) return difference;
    }
    return 0;
}
