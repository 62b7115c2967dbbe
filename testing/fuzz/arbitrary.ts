/** Cases at random. */
import fc from "fast-check";

import { type Case, type Edit, editKinds, nameOf, operations, type Program, type Round } from "./case";
import { addresses, buckets, comments, marks, queueNames, queueTypes, rates, rules } from "./pool";

const index = (all: readonly unknown[]) => fc.nat(all.length - 1);
const comment = index(comments);
const often = (weight: number) => fc.nat(weight).map((n) => n === weight);

const slot = fc.constantFrom(0 as const, 1 as const);

const list = fc.constantFrom("ipv4" as const, "ipv6" as const).chain((family) =>
    fc.record({
        kind: fc.constant("list" as const),
        slot,
        list: fc.nat(1),
        family: fc.constant(family),
        entries: fc.uniqueArray(fc.record({ address: index(addresses[family]), form: fc.nat(2) }), {
            maxLength: 5,
            selector: ({ address }) => address,
        }),
        comment,
        exclusive: often(3),
        adopt: often(1),
    }),
);

const ruleBlock = fc.constantFrom("mangle" as const, "filter" as const).chain((table) =>
    fc.record({
        kind: fc.constant("rules" as const),
        slot,
        table: fc.constant(table),
        rules: fc.uniqueArray(
            fc.record({ key: fc.constantFrom("k0", "k1", "k2", "k3", "k4"), rule: index(rules[table]), comment }),
            { maxLength: 5, selector: ({ key }) => key },
        ),
        position: fc.constantFrom("last" as const, "first" as const, "before" as const, "after" as const),
        adopt: often(1),
    }),
);

const tree = fc.record({
    kind: fc.constant("tree" as const),
    queues: fc.uniqueArray(
        fc
            .record({
                name: fc.constantFrom(...queueNames),
                under: fc.nat(7),
                marks: index(marks),
                limit: index(rates),
                guarantee: index(rates),
                priority: fc.integer({ min: 1, max: 8 }),
                queue: index(queueTypes),
                bucket: index(buckets),
                disabled: often(7),
                comment,
            })
            .map((queue) => ({
                ...queue,
                guarantee: queue.limit === 0 ? queue.guarantee : Math.min(queue.guarantee, queue.limit),
            })),
        { maxLength: 5, selector: ({ name }) => name },
    ),
    adopt: often(1),
});

const type = fc.record({
    kind: fc.constant("type" as const),
    parameters: fc.record(
        { fqCodelLimit: fc.nat(1), fqCodelTarget: fc.nat(1), fqCodelEcn: fc.nat(1) },
        { requiredKeys: [] },
    ),
});

const bypass = fc.record({ kind: fc.constant("bypass" as const), comment });

const site: fc.Arbitrary<Program> = fc.uniqueArray(
    fc.oneof(list, ruleBlock, { weight: 2, arbitrary: tree }, type, bypass),
    {
        minLength: 1,
        maxLength: 3,
        selector: nameOf,
    },
);

const edit: fc.Arbitrary<Edit> = fc.record({
    kind: fc.oneof(
        { weight: 24, arbitrary: fc.constantFrom(...editKinds.slice(0, -2)) },
        { weight: 1, arbitrary: fc.constantFrom(...editKinds.slice(-2)) },
    ),
    menu: fc.nat(5),
    row: fc.nat(20),
    value: fc.nat(60),
});

const round: fc.Arbitrary<Round> = fc.record({
    edits: fc.array(edit, { maxLength: 3 }),
    operation: fc.oneof(
        { weight: 6, arbitrary: fc.constant("up" as const) },
        { weight: 3, arbitrary: fc.constantFrom(...operations) },
    ),
    site: fc.nat(1),
});

export const anyCase: fc.Arbitrary<Case> = fc.record({
    sites: fc.tuple(site, site),
    rounds: fc.array(round, { minLength: 1, maxLength: 3 }),
});
