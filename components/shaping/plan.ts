import type { Problem, ReadOptions, ValuesOf } from "../site/key";
import { readKeys } from "../site/key";
import { shapingKeys } from "./keys";
import type { QueueNames } from "./profiles";
import { profileTraits, rowComments } from "./profiles";
import type { ShapingPlan } from "./shaping-plan";

type ShapingValues = ValuesOf<typeof shapingKeys>;

/** Checks the values of {@link shapingKeys} one by one, then the rules between them: pure. Other values are passed over. */
export function readShaping(
    given: Readonly<Record<string, unknown>>,
    options: ReadOptions = {},
): { plan?: ShapingPlan; problems: Problem[] } {
    const { values, problems } = readKeys(shapingKeys, given, options);
    problems.unshift(...lineProblems(values, options.prefix ?? ""));
    problems.push(...between(values, options.prefix ?? ""));
    return problems.length === 0 ? { plan: resolveNames(values as ShapingValues), problems } : { problems };
}

/** Names the user chose, and the profile's for the others. */
function resolveNames(values: ShapingValues): ShapingPlan {
    const { names } = profileTraits(values.profile);
    const chosen = (name: keyof QueueNames): string => values.queueNames[name] ?? names.queueNames[name];
    const { wanInterface = "", uplink = 0, wanInterfaces } = values;
    return {
        ...values,
        comments: rowComments(values.profile, values.comment),
        lines: wanInterfaces ?? [{ interface: wanInterface, uplink }],
        listName: values.listName ?? names.listName,
        connectionMark: values.connectionMark ?? names.connectionMark,
        packetMark: values.packetMark ?? names.packetMark,
        queueNames: { parent: chosen("parent"), rest: chosen("rest"), s3: chosen("s3") },
    };
}

/** Rules that take more than one key. A key that is wrong by itself is absent here. */
function between(values: Partial<ShapingValues>, prefix: string): Problem[] {
    const problems: Problem[] = [];
    const { wanInterface, wanInterface6, addressFamilies, sourceAddresses, profile, packetMark, restMarks } = values;
    const families = addressFamilies ?? [];
    if (families.includes("ipv6") && wanInterface6 !== undefined && wanInterface6 !== wanInterface) {
        problems.push(
            `${prefix}wanInterface6 holds "${wanInterface6}", which is not ${prefix}wanInterface: one queue tree has one ` +
                `parent, so IPv6 cannot be shaped there; name both in ${prefix}wanInterfaces, or set ` +
                `${prefix}addressFamilies to ["ipv4"]`,
        );
    }
    if (sourceAddresses && sourceAddresses.length > 0) {
        for (const family of families) {
            if (sourceAddresses.some((source) => source.kind === family || source.kind === "mac")) continue;
            problems.push(
                `${prefix}sourceAddresses holds no address of ${family}, which ${prefix}addressFamilies asks for; add the ` +
                    `hosts' MAC addresses, which serve both, or take ${family} out of ${prefix}addressFamilies`,
            );
        }
    }
    if (profile === "join" && values.parentQueue !== undefined) {
        problems.push(
            `${prefix}parentQueue holds "${values.parentQueue}", but ${prefix}profile join queues nothing; take it out`,
        );
    }
    if (profile === "seed-2018") {
        for (const name of ["leafQueue", "headroomPercent"] as const) {
            const value = values[name];
            if (value === undefined || value === shapingKeys[name].default) continue;
            problems.push(
                `${prefix}${name} holds ${JSON.stringify(value)}, but ${prefix}profile seed-2018 has its own; take it out, or use ` +
                    "the profile scavenger",
            );
        }
    }
    if (profile && values.queueNames && restMarks)
        problems.push(...sameNames(values as ShapingValues, packetMark, prefix));
    return problems;
}

/** One line by its two keys, or several in a list. A key that is wrong by itself was named already. */
function lineProblems(values: Partial<ShapingValues>, prefix: string): Problem[] {
    const { wanInterfaces, parentQueue } = values;
    const single = ["wanInterface", "uplink"] as const;
    if (wanInterfaces !== undefined) {
        const both = (["wanInterface", "wanInterface6", "uplink"] as const).filter(
            (name) => values[name] !== undefined,
        );
        const problems = both.map(
            (name) =>
                `${prefix}${name} holds ${JSON.stringify(values[name])} beside ${prefix}wanInterfaces, which takes its place; take one of the two out`,
        );
        if (parentQueue !== undefined && wanInterfaces.length > 1) {
            problems.push(
                `${prefix}parentQueue holds "${parentQueue}" beside several lines; a queue hangs on one of them, so take it out`,
            );
        }
        return problems;
    }
    return single
        .filter((name) => name in values && values[name] === undefined)
        .map((name) => `${prefix}${name} is not set; it should hold ${shapingKeys[name].expected}`);
}

function sameNames(values: ShapingValues, packetMark: string | undefined, prefix: string): Problem[] {
    const problems: Problem[] = [];
    const resolved = resolveNames(values);
    const { parent, rest, s3 } = resolved.queueNames;
    const queues = values.parentQueue === undefined ? [parent, rest, s3] : [values.parentQueue, rest, s3];
    if (new Set(queues).size < queues.length) {
        problems.push(
            `${prefix}queueNames give ${queues.map((name) => `"${name}"`).join(", ")}; each queue needs a name of its own`,
        );
    }
    const mark = packetMark ?? resolved.packetMark;
    if (values.restMarks.includes(mark)) {
        problems.push(`${prefix}restMarks holds "${mark}", the packet mark of uploads to S3; take it out`);
    }
    return problems;
}
