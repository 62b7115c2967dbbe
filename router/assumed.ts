import type { Behaviour } from "./api";

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
        execute: "works",
        executePolicy: "policy",
        scriptBytes: 32 * 1024,
        scriptCommands: 0,
        maxBodyBytes: 1024 * 1024,
    };
}

/** The switches given, checked: a name or a kind of value that is none of them is an error. */
export function checkedBehaviour(given: object, known: Behaviour): Partial<Behaviour> {
    const choices: Partial<Record<keyof Behaviour, readonly unknown[]>> = {
        absentVerbStatus: [406, 400],
        unknownPlaceBefore: ["refuse", "append"],
        execute: ["works", "unknown", "device-mode", "garbled", "silent"],
        executePolicy: ["policy", "test", "write"],
    };
    for (const [name, value] of Object.entries(given) as [keyof Behaviour, unknown][]) {
        if (!(name in known)) throw new Error(`${name} is no switch; there are ${Object.keys(known).join(", ")}`);
        const wanted = choices[name];
        const fits = wanted ? wanted.includes(value) : typeof value === typeof known[name];
        if (!fits) throw new Error(`${name} takes ${wanted?.join(" or ") ?? `a ${typeof known[name]}`}`);
    }
    return given;
}

export interface Assumption {
    /** What the code says where it makes the choice: `assumed(key)`. */
    key: string;
    about: string;
    choice: string;
    switch?: keyof Behaviour;
}

/**
 * The choices, one sentence each, by what they are about. Those with a switch name it.
 */
export const assumptions: readonly Assumption[] = [
    {
        key: "json-body",
        about: "protocol",
        choice: "A body that is no JSON, or no object, is 400 with a detail of our own.",
    },
    {
        key: "empty-body",
        about: "protocol",
        choice: "An empty body is an object without members, also for PUT and PATCH.",
    },
    {
        key: "content-type",
        about: "protocol",
        choice: "A body without Content-Type is read; one of another type than JSON is 415.",
        switch: "refuseForeignContentType",
    },
    {
        key: "execute",
        about: "commands",
        choice: "/rest/execute works in every version and device-mode; the words of its refusals are our own.",
        switch: "execute",
    },
    {
        key: "execute-policy",
        about: "commands",
        choice: "/rest/execute asks for the policy `policy` beside `write`.",
        switch: "executePolicy",
    },
    {
        key: "script-size",
        about: "commands",
        choice: "A script of more than 32 KiB is refused by /rest/execute; what a script puts is not limited.",
        switch: "scriptBytes",
    },
    {
        key: "script-speed",
        about: "commands",
        choice: "A hEX takes 10 ms for a command of a script, an RB5009 2 ms; nobody else is answered meanwhile.",
    },
    {
        key: "script-alone",
        about: "commands",
        choice: "A script goes on to its end when its client goes away; a restart ends it where it is.",
    },
    { key: "body-size", about: "protocol", choice: "A body over 1 MiB is 413.", switch: "maxBodyBytes" },
    {
        key: "unauthorized-header",
        about: "protocol",
        choice: "401 carries no WWW-Authenticate; max-sessions is not enforced.",
    },
    { key: "encoded-star", about: "protocol", choice: "`%2A` in a path is decoded.", switch: "decodeStar" },
    {
        key: "proplist-id",
        about: "protocol",
        choice: "GET with .proplist adds .id in every version.",
        switch: "proplistAddsId",
    },
    {
        key: "other-methods",
        about: "protocol",
        choice: "Any other method than GET, PUT, PATCH, DELETE and POST is 501, as HEAD is.",
    },
    {
        key: "absent-verb",
        about: "protocol",
        choice: "A method that the menu lacks is 406 in every version.",
        switch: "absentVerbStatus",
    },
    {
        key: "unknown-name",
        about: "protocol",
        choice: "The name of no row, in a menu with names, is 404; PUT on a row is a bad identifier.",
    },
    {
        key: "slow-write",
        about: "protocol",
        choice: "A write that takes longer than 60 s is carried out all the same.",
        switch: "sessionSeconds",
    },
    {
        key: "id-reuse",
        about: "ids",
        choice: "A freed id goes to the next new row of its menu, the latest freed first.",
        switch: "reuseIds",
    },
    { key: "id-forms", about: "ids", choice: "An id is also read with leading zeros and in lower case." },
    { key: "ids-over-restart", about: "ids", choice: "Ids stay over a restart, unless it is told to renumber." },
    {
        key: "builtin-ids",
        about: "ids",
        choice: "Which builtin queue type has which of the high ids; the dummy rule's id is an ordinary one.",
    },
    {
        key: "several-numbers",
        about: "commands",
        choice: "set, remove and move of several numbers do all or nothing (but set in /user).",
    },
    {
        key: "unknown-place-before",
        about: "commands",
        choice: "place-before with an unknown id is 404 and adds nothing.",
        switch: "unknownPlaceBefore",
    },
    {
        key: "clearing",
        about: "commands",
        choice: "`!name` clears what unset clears, and comments; menus without unset do not know it.",
    },
    { key: "unset-words", about: "commands", choice: "unset with value-name all, static or dynamic does nothing." },
    { key: "reset", about: "commands", choice: "reset puts the named properties back to their defaults." },
    { key: "list-order", about: "values", choice: "Lists keep the order in which they are written." },
    {
        key: "address-forms",
        about: "values",
        choice: "Prefixes lose their host bits; IPv6 is compressed, in lower case, and single ones read /128 in matchers too.",
    },
    { key: "rates", about: "values", choice: "Rates take k, M and G in either case, no fractions." },
    {
        key: "empty-strings",
        about: "values",
        choice: "An empty string stays as such in ports, text matchers and sets of words (connection states, address types, TCP flags), and what such a rule matches is not decided; other typed values refuse it.",
    },
    {
        key: "empty-mandatory",
        about: "values",
        choice: "What a row must have cannot be empty, nor a name be emptied; an object is no value.",
    },
    {
        key: "untold-types",
        about: "values",
        choice: "Arguments whose type the dumps do not tell are kept as they are written.",
    },
    {
        key: "dns-names",
        about: "address lists",
        choice: "A text that can be a DNS name is one; a last label of digits makes it a bad address.",
    },
    {
        key: "timeout-on-static",
        about: "address lists",
        choice: "A timeout set on a static entry makes it dynamic; timeout=0s and dynamic=no make it static.",
    },
    {
        key: "disabled-duplicate",
        about: "address lists",
        choice: "Enabling a disabled duplicate is refused; a name's children do not count as duplicates.",
    },
    {
        key: "children-of-names",
        about: "address lists",
        choice: "A name's child can be removed, and comes back at the next restart; it cannot be changed.",
    },
    {
        key: "order-of-entries",
        about: "address lists",
        choice: "Entries are listed in the order in which they were made.",
    },
    {
        key: "marks-of-actions",
        about: "firewall",
        choice: "A mark action without its new mark is refused; a new mark beside another action is kept.",
    },
    {
        key: "flags-shown",
        about: "firewall",
        choice: "disabled, log and log-prefix are always shown before 7.21, from then on only when written.",
        switch: "flagsAlways",
    },
    {
        key: "dummy-rules",
        about: "firewall",
        choice: "FastTrack's dummy rules come with an enabled FastTrack rule; the dummy cannot be changed or removed.",
    },
    {
        key: "hw-offload",
        about: "firewall",
        choice: "hw-offload is refused from 7.21 on, as on hardware without Prestera.",
    },
    {
        key: "tree-references",
        about: "queues",
        choice: "In the tree: duplicate names, unknown parents and types are refused as in simple queues.",
    },
    {
        key: "tree-limits",
        about: "queues",
        choice: "In the tree: max-limit below limit-at (0 exempt), loops and more than 7 levels are refused.",
    },
    {
        key: "dangling-parents",
        about: "queues",
        choice: "A parent with children or a type in use can be removed; the children then read its raw id and are invalid.",
    },
    {
        key: "disabled-parents",
        about: "queues",
        choice: "A disabled parent or an undefined mark makes no queue invalid; below a disabled queue nothing is carried.",
    },
    {
        key: "type-arguments",
        about: "queues",
        choice: "A queue type shows only the arguments of its own kind; builtin types cannot be removed.",
    },
    { key: "networks", about: "values", choice: "The network of an address is filled in where it is not given." },
    {
        key: "memory-limits",
        about: "queues",
        choice: "fq-codel-memlimit and cake-memlimit are written `32.0MiB` or in bytes, and read as bytes over REST; cake-bandwidth reads in bit/s.",
    },
    {
        key: "flow-counts",
        about: "queues",
        choice: "fq-codel-flows may be up to 65536, as in Linux.",
    },
    {
        key: "untracked-marks",
        about: "firewall",
        choice: "A packet that raw took out of connection tracking has no connection, so no connection mark is set.",
    },
    {
        key: "fasttrack-marks",
        about: "FastTrack",
        choice: "FastTracked packets carry no packet mark, so they meet only no-mark leaves of an interface's tree.",
    },
    {
        key: "first-leaf",
        about: "FastTrack",
        choice: "Of several leaves with a packet's mark the first one made takes it.",
    },
    {
        key: "simple-targets",
        about: "queues",
        choice: "A simple queue's target is kept as text: a renamed interface is not followed.",
    },
    {
        key: "list-members",
        about: "menus",
        choice: "An interface is in a list once.",
    },
    {
        key: "sessions",
        about: "menus",
        choice: "Each user and address leaves two rows in /user/active until the router restarts.",
    },
    {
        key: "service-connections",
        about: "menus",
        choice: "A live connection in /ip/service shows its ends; only its flags are recorded.",
    },
    {
        key: "shown-hardware",
        about: "menus",
        choice: "Ports, bridges, sensors, log and board read as those of a hEX at rest.",
    },
    {
        key: "texts",
        about: "protocol",
        choice: "The words of some refusals are our own; errors.ts marks them.",
    },
    {
        key: "menus-by-hand",
        about: "menus",
        choice: "/system/routerboard is a table written by hand; jobs of the scheduler never run, a DHCP client never gets an address.",
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
