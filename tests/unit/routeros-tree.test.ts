import { type QueueInputs, queueTree } from "../../providers/routeros/runtime/kinds/queue-tree";
import { queueTreeMenu } from "../../providers/routeros/runtime/kinds/queue-tree/menu";
import { planTree } from "../../providers/routeros/runtime/kinds/queue-tree/order";
import { renamedQueues } from "../../providers/routeros/runtime/kinds/queue-tree/renamed";
import type { Values } from "../../providers/routeros/runtime/rows/fields";
import { readComment } from "../../providers/routeros/runtime/rows/ownership";
import type { Claim, Desired, Operation } from "../../providers/routeros/runtime/rows/reconcile";
import { match } from "../../providers/routeros/runtime/rows/reconcile";
import { readRow } from "../../providers/routeros/runtime/rows/row";
import { harm } from "../../testing/fail-open";
import { fc } from "../../testing/random";

const owner = "site/test/queues";
const wan = "ether1";

interface Profile {
    root: string;
    rest: string;
    s3: string;
    ceiling: number;
    restShare: number;
    s3Share: number;
    disabled: boolean;
    mark: string;
}

function queuesOf(profile: Profile): QueueInputs[] {
    const rate = (share: number): string => String(Math.floor((profile.ceiling * share) / 100));
    const { inputs, problems } = queueTree.normalise({
        owner,
        queues: [
            { name: profile.root, parent: wan, maxLimit: String(profile.ceiling), disabled: profile.disabled },
            {
                name: profile.rest,
                parent: profile.root,
                packetMarks: ["no-mark"],
                priority: 1,
                limitAt: rate(profile.restShare),
                maxLimit: String(profile.ceiling),
            },
            {
                name: profile.s3,
                parent: profile.root,
                packetMarks: [profile.mark],
                limitAt: rate(profile.s3Share),
                maxLimit: String(profile.ceiling),
            },
        ],
    });
    expect(problems).toEqual([]);
    return inputs.queues;
}

const wantedOf = (queues: QueueInputs[]): Desired[] =>
    queueTree.desired({ owner, queues, adopt: false, disabled: [], duplicates: [] });

function plan(rows: readonly Values[], wanted: readonly Desired[]): Operation[] {
    const claim: Claim = {
        table: queueTreeMenu.table,
        owners: [owner],
        ids: new Map(),
        same: ({ values }, key) => values["name"] === key,
        adopt: false,
        original: new Map(),
    };
    const read = rows.map((row) => readRow(queueTreeMenu, row));
    const matched = match(read, wanted, claim, ({ values }, one) => values["name"] === one.key);
    return planTree({ matched, desired: wanted, owner, table: queueTreeMenu.table });
}

/** What the router fills in. */
const defaults: Values = {
    disabled: "false",
    "packet-mark": "",
    priority: "8",
    "limit-at": "0",
    "max-limit": "0",
    queue: "default-small",
};

let next = 0;
function step(rows: Values[], operation: Operation): Values[] {
    if (operation.kind === "add") return [...rows, { ".id": `*${(next += 1)}`, ...defaults, ...operation.values }];
    if (operation.kind === "remove") return rows.filter((row) => row[".id"] !== operation.id);
    if (operation.kind !== "change") throw new Error("a tree has no order");
    const { set, clear } = operation.difference;
    expect(clear).toEqual([]);
    const renamed = rows.find((row) => row[".id"] === operation.id)?.["name"];
    return rows.map((row) => {
        if (row[".id"] === operation.id) return { ...row, ...set };
        // The router keeps references by id: a child follows its parent's new name.
        return set["name"] !== undefined && row["parent"] === renamed ? { ...row, parent: set["name"] } : row;
    });
}

/** Carries out one plan after the other until nothing is left, and looks after every single operation. */
function settle(
    rows: Values[],
    wanted: readonly Desired[],
    look: (rows: Values[]) => void,
): { rows: Values[]; writes: number } {
    let writes = 0;
    for (let round = 0; round < 5; round += 1) {
        const operations = plan(rows, wanted);
        if (operations.length === 0) return { rows, writes };
        for (const operation of operations) {
            rows = step(rows, operation);
            writes += 1;
            look(rows);
        }
    }
    throw new Error("does not settle");
}

const profile: fc.Arbitrary<Profile> = fc.record({
    root: fc.constantFrom("uplink", "Queue parent"),
    rest: fc.constantFrom("rest", "Everything else"),
    s3: fc.constantFrom("s3", "Amazon S3"),
    ceiling: fc.constantFrom(5_000_000, 10_000_000, 19_000_000, 100_000_000),
    restShare: fc.constantFrom(50, 90, 95),
    s3Share: fc.constantFrom(1, 5),
    disabled: fc.boolean(),
    mark: fc.constantFrom("s3", "bulk"),
});

const guarantee = (one: Profile): number => Math.floor((one.ceiling * one.restShare) / 100);

function unharmed(limit: number, least: number) {
    return (rows: Values[]): void => {
        const standing = { rows: (menu: string) => (menu === "/queue/tree" ? rows : []) };
        // Between raising the parent and its leaf, the leaf may use what it could before.
        const found = harm(standing, { wan, guarantee: limit }).filter((text) => {
            const ceiling = /^unmarked traffic may use (\d+) of/.exec(text)?.[1];
            return ceiling === undefined || Number(ceiling) < least;
        });
        expect(found).toEqual([]);
        // What is promised to children is never more than their parent has.
        for (const parent of rows.filter((row) => row["disabled"] !== "true" && row["parent"] === wan)) {
            const children = rows.filter((row) => row["parent"] === parent["name"]);
            const promised = children.reduce((sum, row) => sum + Number(row["limit-at"] ?? 0), 0);
            expect(promised).toBeLessThanOrEqual(Number(parent["max-limit"]));
        }
    };
}

describe("a tree on a live router", () => {
    test("is made, changed into another and taken away without harm to other people's traffic at any instant", () => {
        fc.assert(
            fc.property(profile, profile, (first, second) => {
                const made = settle([], wantedOf(queuesOf(first)), unharmed(guarantee(first), first.ceiling));
                expect(made.rows).toHaveLength(3);
                const least = Math.min(guarantee(first), guarantee(second));
                const changed = settle(
                    made.rows,
                    wantedOf(queuesOf(second)),
                    unharmed(least, Math.min(first.ceiling, second.ceiling)),
                );
                expect(changed.rows.map((row) => row["name"]).sort()).toEqual(
                    [second.root, second.rest, second.s3].sort(),
                );
                const root = changed.rows.find((row) => row["name"] === second.root);
                expect(root?.["disabled"] ?? "false").toBe(String(second.disabled));
                const gone = settle(changed.rows, [], unharmed(guarantee(second), second.ceiling));
                expect(gone.rows).toEqual([]);
                expect(gone.writes).toBe(second.disabled ? 3 : 4);
            }),
            { numRuns: 300 },
        );
    });

    test("whatever a hand did to it, one pass brings it back", () => {
        const edit = fc.record({
            at: fc.nat({ max: 2 }),
            what: fc.constantFrom(
                "disabled",
                "max-limit",
                "limit-at",
                "priority",
                "packet-mark",
                "remove",
                "name",
                "comment",
                "queue",
            ),
        });
        fc.assert(
            fc.property(profile, fc.array(edit, { maxLength: 4 }), (one, edits) => {
                const wanted = wantedOf(queuesOf(one));
                let { rows } = settle([], wanted, () => undefined);
                for (const { at, what } of edits) {
                    const row = rows[at % Math.max(rows.length, 1)];
                    if (!row) break;
                    if (what === "remove") rows = rows.filter((other) => other !== row);
                    else if (what === "name") {
                        if (rows.every((other) => other["name"] !== "renamed")) {
                            rows = step(rows, {
                                kind: "change",
                                key: "",
                                id: row[".id"] ?? "",
                                difference: { set: { name: "renamed" }, clear: [] },
                            });
                        }
                    } else {
                        const value =
                            {
                                disabled: "true",
                                "packet-mark": "odd",
                                queue: "default",
                                comment: "edited " + row["comment"],
                            }[what as string] ?? "7";
                        rows = rows.map((other) => (other === row ? { ...row, [what]: value } : other));
                    }
                }
                const back = settle(rows, wanted, () => undefined);
                const text = (all: Values[]): string[] =>
                    all.map((row) => JSON.stringify(Object.entries({ ...defaults, ...row, ".id": "" }).sort())).sort();
                expect(text(back.rows)).toEqual(text(settle([], wanted, () => undefined).rows));
            }),
            { numRuns: 250 },
        );
    });

    test("a parent is raised before its children and lowered after them, both limits in one write", () => {
        const small: Profile = {
            root: "up",
            rest: "rest",
            s3: "s3",
            ceiling: 10_000_000,
            restShare: 90,
            s3Share: 1,
            disabled: false,
            mark: "s3",
        };
        const large = { ...small, ceiling: 20_000_000 };
        const names = (from: Profile, to: Profile): string[] => {
            const { rows } = settle([], wantedOf(queuesOf(from)), () => undefined);
            return plan(rows, wantedOf(queuesOf(to))).map((operation) => ("key" in operation ? operation.key : ""));
        };
        expect(names(small, large)).toEqual(["up", "rest", "s3"]);
        expect(names(large, small)).toEqual(["rest", "s3", "up"]);
    });

    test("rows of other people are not looked at", () => {
        const foreign: Values = { ".id": "*F", name: "downloads", parent: "bridge" };
        const { rows } = settle(
            [foreign],
            wantedOf(
                queuesOf({
                    root: "up",
                    rest: "rest",
                    s3: "s3",
                    ceiling: 10_000_000,
                    restShare: 90,
                    s3Share: 1,
                    disabled: false,
                    mark: "s3",
                }),
            ),
            () => undefined,
        );
        expect(settle(rows, [], () => undefined).rows).toEqual([foreign]);
        expect(rows.filter((row) => readComment(row["comment"]).marker)).toHaveLength(3);
    });
});

describe("a queue with another name in the same place", () => {
    const queue = (name: string, parent: string, ...packetMarks: string[]) => ({ name, parent, packetMarks });
    const before = [queue("line", wan), queue("games", "line", "no-mark"), queue("nas", "line", "s3")];

    it("is the same queue: root, leaf of the rest, and leaf", () => {
        const after = [queue("up", wan), queue("rest", "up", "no-mark", "voip"), queue("bulk", "up", "upload")];
        expect(renamedQueues(before, after)).toEqual({ line: "up", games: "rest", nas: "bulk" });
    });

    it("is another one where two go or two come, or where the place is another", () => {
        expect(
            renamedQueues(before, [...before.slice(0, 2), queue("a", "line", "x"), queue("b", "line", "y")]),
        ).toEqual({});
        expect(renamedQueues([...before, queue("more", "line", "y")], before)).toEqual({});
        expect(renamedQueues(before, [...before.slice(0, 2), queue("deep", "games", "s3")])).toEqual({});
    });
});
