import { createHash } from "node:crypto";

import fc from "fast-check";

import { addressListMenus } from "../../providers/routeros/runtime/kinds/address-list/menu";
import { firewallMenu } from "../../providers/routeros/runtime/kinds/firewall-rules/menu";
import type { Segment } from "../../providers/routeros/runtime/kinds/firewall-rules/order";
import { planOrder } from "../../providers/routeros/runtime/kinds/firewall-rules/order";
import type { Values } from "../../providers/routeros/runtime/rows/fields";
import { patchBody } from "../../providers/routeros/runtime/rows/fields";
import { markedComment, markerText, ownsTypeName, readComment } from "../../providers/routeros/runtime/rows/ownership";
import type { Claim, Desired, Operation } from "../../providers/routeros/runtime/rows/reconcile";
import { match, planSet } from "../../providers/routeros/runtime/rows/reconcile";
import type { Row } from "../../providers/routeros/runtime/rows/row";
import { readRow } from "../../providers/routeros/runtime/rows/row";

const owner = "site/test/list";
const { table } = addressListMenus.ipv4;
const read = (rows: readonly Values[]): Row[] => rows.map((row) => readRow(addressListMenus.ipv4, row));

/** A menu that does what the operations say, as the router would. */
function applied(rows: readonly Values[], operations: readonly Operation[]): Values[] {
    let next = 1000;
    const all = rows.map((row) => ({ ...row }));
    const place = (id: string | undefined): number => {
        const at = all.findIndex((row) => row[".id"] === id);
        return at < 0 ? all.length : at;
    };
    for (const operation of operations) {
        if (operation.kind === "add") {
            all.splice(place(operation.before), 0, { ".id": `*${(next += 1)}`, ...operation.values });
        } else if (operation.kind === "change") {
            const row = all[place(operation.id)];
            if (!row) throw new Error(`no row ${operation.id}`);
            for (const [name, value] of Object.entries(patchBody(operation.difference))) {
                if (name.startsWith("!")) delete row[name.slice(1)];
                else row[name] = value;
            }
        } else if (operation.kind === "remove") {
            if (place(operation.id) === all.length) throw new Error(`no row ${operation.id}`);
            all.splice(place(operation.id), 1);
        } else {
            const moved = operation.ids.map((id) => all[place(id)]).filter((row) => row !== undefined);
            for (const row of moved) all.splice(all.indexOf(row), 1);
            all.splice(place(operation.before), 0, ...moved);
        }
    }
    return all;
}

function claim(more: Partial<Claim> = {}): Claim {
    return {
        table,
        owners: [owner],
        ids: new Map(),
        same: ({ values }, key) => values["address"] === key,
        adopt: false,
        original: new Map(),
        ...more,
    };
}

const wantedOf = (addresses: string[], text = ""): Desired[] =>
    addresses.map((address) => ({ key: address, values: { list: "L", address }, text }));

function planFor(rows: Values[], wanted: Desired[], more: Partial<Claim> = {}, exclusive = false): Operation[] {
    const matched = match(
        read(rows),
        wanted,
        claim({ ...more, exclusive }),
        ({ values, disabled }, one) => values["address"] === one.key && !disabled,
    );
    return planSet({ matched, desired: wanted, owner, table, exclusive });
}

describe("a set of rows", () => {
    const address = fc.integer({ min: 0, max: 11 }).map((number) => `10.0.${number}.0/24`);
    const foreign = fc.record({
        address,
        disabled: fc.constantFrom("true", "false"),
        comment: fc.constantFrom("", "by hand", markerText({ owner: "other/stack/x", key: "k", adopted: false })),
    });
    const ours = fc.record({
        address,
        key: address,
        disabled: fc.constantFrom("true", "false"),
        text: fc.constantFrom("", "S3", "edited"),
    });

    const menu = fc
        .tuple(fc.array(foreign, { maxLength: 6 }), fc.array(ours, { maxLength: 6 }))
        .map(([others, mine]) => {
            const rows: Values[] = [];
            // The router keeps an address once among enabled rows.
            const free = (address: string): boolean => !rows.some((row) => row["address"] === address);
            for (const { address, disabled, comment } of others) {
                if (free(address)) rows.push({ list: "L", address, disabled, ...(comment ? { comment } : {}) });
            }
            for (const { address, key, disabled, text } of mine) {
                if (free(address))
                    rows.push({
                        list: "L",
                        address,
                        disabled,
                        comment: markedComment(text, { owner, key, adopted: false }),
                    });
            }
            return rows.map((row, index): Values => ({ ".id": `*${index + 1}`, ...row }));
        });

    test("the operations bring the rows to what is wanted, and a second comparison finds nothing", () => {
        fc.assert(
            fc.property(menu, fc.uniqueArray(address), fc.constantFrom("", "S3"), (rows, addresses, text) => {
                const isForeign = (row: Values): boolean => readComment(row["comment"]).marker?.owner !== owner;
                const taken = rows
                    .filter((row) => isForeign(row) && row["disabled"] !== "true")
                    .map((row) => row["address"]);
                const wanted = wantedOf(
                    addresses.filter((one) => !taken.includes(one)),
                    text,
                );
                // What stands with our marker is recorded, whatever it was made into.
                const duplicates = rows.filter((row) => !isForeign(row)).map((row) => row[".id"] ?? "");
                const after = applied(rows, planFor(rows, wanted, { duplicates }));
                expect(planFor(after, wanted, { duplicates })).toEqual([]);
                const mine = after.filter((row) => !isForeign(row));
                expect(mine.map((row) => row["address"]).sort()).toEqual(wanted.map(({ key }) => key).sort());
                expect(after.filter(isForeign)).toEqual(rows.filter(isForeign));
            }),
            { numRuns: 500 },
        );
    });

    test("no more writes than rows that differ", () => {
        fc.assert(
            fc.property(menu, fc.uniqueArray(address), (rows, addresses) => {
                const wanted = wantedOf(addresses);
                const operations = planFor(rows, wanted);
                const touched = operations.flatMap((operation) => ("id" in operation ? [operation.id] : []));
                expect(new Set(touched).size).toBe(touched.length);
                const added = operations
                    .filter(({ kind }) => kind === "add")
                    .map((operation) => "key" in operation && operation.key);
                expect(new Set(added).size).toBe(added.length);
            }),
        );
    });

    test("adds before it removes", () => {
        const rows: Values[] = [
            {
                ".id": "*1",
                list: "L",
                address: "10.0.0.0/24",
                comment: markedComment("", { owner, key: "10.0.0.0/24", adopted: false }),
            },
        ];
        expect(planFor(rows, wantedOf(["10.0.1.0/24"])).map(({ kind }) => kind)).toEqual(["add", "remove"]);
    });

    test("a comment wiped by hand is one change", () => {
        const rows: Values[] = [{ ".id": "*1", list: "L", address: "10.0.0.0/24" }];
        const operations = planFor(rows, wantedOf(["10.0.0.0/24"], "S3"), { ids: new Map([["10.0.0.0/24", "*1"]]) });
        expect(operations).toEqual([
            {
                kind: "change",
                key: "10.0.0.0/24",
                id: "*1",
                difference: { set: { comment: "S3 [pulumi:site/test/list#10.0.0.0/24]" }, clear: [] },
            },
        ]);
    });

    test("an id that was used again for another row is not ours", () => {
        const rows: Values[] = [{ ".id": "*1", list: "L", address: "10.9.9.0/24", comment: "by hand" }];
        const operations = planFor(rows, wantedOf(["10.0.0.0/24"]), { ids: new Map([["10.0.0.0/24", "*1"]]) });
        expect(operations.map(({ kind }) => kind)).toEqual(["add"]);
    });

    test.each(["mine now", "see [pulumi:site/other/list#k]"])(
        "a recorded row with the comment %p is another person's, and in the way",
        (comment) => {
            const rows: Values[] = [{ ".id": "*1", list: "L", address: "10.0.0.0/24", comment }];
            const ids = new Map([["10.0.0.0/24", "*1"]]);
            const job = ({ values }: Row, one: Desired): boolean => values["address"] === one.key;
            const matched = match(read(rows), wantedOf(["10.0.0.0/24"]), claim({ ids }), job);
            expect(matched.mine.size).toBe(0);
            expect(matched.conflicts.map(({ relabelled }) => relabelled)).toEqual([true]);
            // At destroy it stays.
            const gone = match(read(rows), [], claim({ ids }), job);
            expect(planSet({ matched: gone, desired: [], owner, table })).toEqual([]);
        },
    );

    test("a copy of ours that does another job is left; one that does the same, or is recorded, goes", () => {
        const marker = markedComment("", { owner, key: "10.0.0.0/24", adopted: false });
        const row = (id: string, address: string): Values => ({ ".id": id, list: "L", address, comment: marker });
        const rows = [
            row("*1", "10.0.0.0/24"),
            row("*2", "10.7.0.0/24"),
            row("*3", "10.0.0.0/24"),
            row("*4", "10.8.0.0/24"),
        ];
        const operations = planFor(rows, wantedOf(["10.0.0.0/24"]), {
            ids: new Map([["10.0.0.0/24", "*1"]]),
            duplicates: ["*4"],
        });
        expect(operations.map((operation) => "id" in operation && operation.id)).toEqual(["*3", "*4"]);
    });

    test("keys may be called as every object's own are", () => {
        for (const key of ["constructor", "__proto__", "toString"]) {
            const wanted: Desired[] = [{ key, values: { list: "L", address: "10.0.0.0/24" }, text: "" }];
            const matched = match([], wanted, claim(), () => false);
            const [operation] = planSet({ matched, desired: wanted, owner, table });
            expect(operation).toMatchObject({ kind: "add", key, values: { comment: `[pulumi:${owner}#${key}]` } });
        }
    });

    test("the work grows with the rows, not with their product", () => {
        const looks = (count: number): number => {
            let asked = 0;
            const foreign = Array.from({ length: 10 * count }, (_, index): Values => ({
                ".id": `*${index}`,
                list: "L",
                address: `172.16.${index >> 8}.${index & 255}`,
            }));
            const wanted = wantedOf(Array.from({ length: count }, (_, index) => `10.0.${index >> 8}.${index & 255}`));
            const place = ({ values }: Row): string | undefined => (asked++, values["address"]);
            match(read(foreign), wanted, claim({ place }), () => (asked++, false));
            return asked;
        };
        expect(looks(200)).toBeLessThanOrEqual(2 * looks(100));
    });

    test("an adopted row is given back as it was, not removed", () => {
        const before: Values = { ".id": "*1", list: "L", address: "10.0.0.0/24", comment: "mine", disabled: "true" };
        const wanted = wantedOf(["10.0.0.0/24"], "S3");
        const job = ({ values }: Row, one: Desired): boolean => values["address"] === one.key;
        const first = match(read([before]), wanted, claim({ adopt: true }), job);
        const adopted = applied([before], planSet({ matched: first, desired: wanted, owner, table }));
        expect(adopted).toEqual([
            { ...before, comment: "S3 [pulumi:site/test/list#10.0.0.0/24,adopted]", disabled: "false" },
        ]);
        const second = match(read(adopted), [], claim({ adopt: true, original: first.original }), job);
        expect(applied(adopted, planSet({ matched: second, desired: [], owner, table }))).toEqual([before]);
    });

    test("without leave to adopt, what stands there is a conflict and nothing else", () => {
        const rows: Values[] = [{ ".id": "*1", list: "L", address: "10.0.0.0/24" }];
        const matched = match(
            read(rows),
            wantedOf(["10.0.0.0/24"]),
            claim(),
            ({ values }, one) => values["address"] === one.key,
        );
        expect(matched.conflicts.map(({ row }) => row.id)).toEqual(["*1"]);
    });

    test("a list that is ours alone loses foreign rows and takes over those it wants", () => {
        const rows: Values[] = [
            { ".id": "*1", list: "L", address: "10.0.0.0/24" },
            { ".id": "*2", list: "L", address: "10.0.1.0/24", comment: "by hand" },
        ];
        const after = applied(rows, planFor(rows, wantedOf(["10.0.0.0/24"]), {}, true));
        expect(after.map((row) => [row[".id"], row["comment"]])).toEqual([
            ["*1", "[pulumi:site/test/list#10.0.0.0/24]"],
        ]);
    });
});

describe("the order of a block of rules", () => {
    const keys = ["a", "b", "c", "d", "e"];
    /** Rows by name: `a` to `e` are ours, `F…` foreign. */
    const rowsOf = (names: readonly string[]): Values[] =>
        names.map((name) => ({ ".id": `*${name}`, chain: "forward" }));

    const rules = (rows: readonly Values[]): Row[] => rows.map((row) => readRow(firewallMenu("mangle", "ipv4"), row));

    function plan(
        names: readonly string[],
        segment: Partial<Segment> = {},
        wanted: readonly string[] = keys,
    ): Operation[] {
        return planOrder({
            rows: rules(rowsOf(names)),
            segment: { keys: wanted, place: "last", ...segment },
            ids: new Map(wanted.filter((key) => names.includes(key)).map((key) => [key, `*${key}`])),
            leaving: new Set(),
            values: new Map(wanted.map((key) => [key, { chain: "forward", ".id": `*${key}` }])),
        });
    }

    const after = (names: readonly string[], operations: readonly Operation[]): string[] =>
        applied(rowsOf(names), operations).map((row) => (row[".id"] ?? "").slice(1));

    const standing = fc.tuple(fc.shuffledSubarray(keys), fc.integer({ min: 0, max: 4 })).chain(([mine, others]) => {
        const foreign = Array.from({ length: others }, (_, index) => `F${index}`);
        return fc
            .tuple(
                fc.constant(foreign),
                fc.array(fc.nat({ max: 9 }), { minLength: mine.length, maxLength: mine.length }),
            )
            .map(([all, places]) => {
                const result = [...all];
                mine.forEach((key, index) => result.splice((places[index] ?? 0) % (result.length + 1), 0, key));
                return result;
            });
    });

    const anchored = fc.constantFrom<Partial<Segment>>(
        {},
        { place: "first" },
        { anchor: { side: "before", id: "*F0" } },
        { anchor: { side: "after", id: "*F0" } },
        { anchor: { side: "before", id: "*F1", adjacent: true } },
    );

    test("ends with the block whole and in order, foreign rules in theirs, the anchor kept, and nothing left to do", () => {
        fc.assert(
            fc.property(standing, anchored, (names, segment) => {
                const result = after(names, plan(names, segment));
                const first = result.indexOf("a");
                expect(result.slice(first, first + keys.length)).toEqual(keys);
                expect(result.filter((name) => name.startsWith("F"))).toEqual(
                    names.filter((name) => name.startsWith("F")),
                );
                const anchor = result.indexOf((segment.anchor?.id ?? "*-").slice(1));
                if (anchor >= 0 && segment.anchor?.side === "before") expect(first).toBeLessThan(anchor);
                if (anchor >= 0 && segment.anchor?.side === "after") expect(first).toBeGreaterThan(anchor);
                if (anchor >= 0 && segment.anchor?.adjacent) expect(anchor - first).toBe(keys.length);
                expect(plan(result, segment)).toEqual([]);
            }),
            { numRuns: 2000 },
        );
    });

    /** Fewest block moves that bring the block together, found by trying. */
    function fewest(names: readonly string[]): number {
        const whole = (all: readonly string[]): boolean => {
            const first = all.indexOf("a");
            return keys.every((key, index) => all[first + index] === key);
        };
        let level: string[][] = [[...names]];
        const seen = new Set<string>();
        for (let moves = 0; moves < 6; moves += 1) {
            if (level.some(whole)) return moves;
            const next: string[][] = [];
            for (const all of level) {
                for (const run of runs()) {
                    const rest = all.filter((name) => !run.includes(name));
                    for (let at = 0; at <= rest.length; at += 1) {
                        const moved = [...rest.slice(0, at), ...run, ...rest.slice(at)];
                        const text = moved.join();
                        if (seen.has(text)) continue;
                        seen.add(text);
                        next.push(moved);
                    }
                }
            }
            level = next;
        }
        return Infinity;
    }
    const runs = (): string[][] =>
        keys.flatMap((_, from) => keys.slice(from).map((__, length) => keys.slice(from, from + length + 1)));

    test("takes the fewest moves there are", () => {
        fc.assert(
            fc.property(
                standing.filter((names) => keys.every((key) => names.includes(key))),
                (names) => {
                    expect(plan(names).filter(({ kind }) => kind === "move").length).toBe(fewest(names));
                },
            ),
            { numRuns: 60 },
        );
    });

    test("a block moved as a whole behind its anchor is one move back", () => {
        const names = ["F0", "F1", "a", "b", "c", "d", "e"];
        expect(plan(names, { anchor: { side: "before", id: "*F1" } })).toEqual([
            { kind: "move", ids: ["*a", "*b", "*c", "*d", "*e"], before: "*F1" },
        ]);
    });

    test("a rule that another stack manages may stand between ours and the anchor", () => {
        const rows: Values[] = [
            { ".id": "*a", chain: "forward" },
            {
                ".id": "*X",
                chain: "forward",
                comment: markerText({ owner: "other/stack/x", key: "k", adopted: false }),
            },
            { ".id": "*F1", chain: "forward" },
        ];
        const segment: Segment = { keys: ["a"], place: "first", anchor: { side: "before", id: "*F1", adjacent: true } };
        const input = {
            segment,
            ids: new Map([["a", "*a"]]),
            leaving: new Set<string>(),
            values: new Map<string, Values>(),
        };
        expect(planOrder({ ...input, rows: rules(rows) })).toEqual([]);
        const unmarked = rows.map((row) => ({ ".id": row[".id"] ?? "", chain: "forward" }));
        expect(planOrder({ ...input, rows: rules(unmarked) })).toHaveLength(1);
    });
});

describe("differences of a rule", () => {
    test("what somebody added is cleared by name, defaults are sent as such, unknown names are left alone", () => {
        const menu = firewallMenu("mangle", "ipv4");
        const wanted: Desired[] = [
            { key: "a", values: { chain: "forward", action: "mark-packet", "new-packet-mark": "s3" }, text: "" },
        ];
        const row: Values = {
            ".id": "*1",
            chain: "forward",
            action: "mark-packet",
            "new-packet-mark": "s3",
            "dst-port": "",
            "src-address": "10.0.0.1",
            passthrough: "false",
            ".about": "a note",
            "later-property": "1",
            comment: markerText({ owner, key: "a", adopted: false }),
        };
        const matched = match([readRow(menu, row)], wanted, claim({ table: menu.table }), () => false);
        const [operation] = planSet({ matched, desired: wanted, owner, table: menu.table });
        expect(operation?.kind === "change" && patchBody(operation.difference)).toEqual({
            "!src-address": "",
            "!dst-port": "",
            passthrough: "true",
        });
    });
});

describe("markers", () => {
    test("come back from the end of a comment of any text, and from there alone", () => {
        fc.assert(
            fc.property(fc.string(), fc.string({ minLength: 1 }), fc.boolean(), (resource, key, adopted) => {
                const marker = { owner: `p/s/${resource}`, key, adopted };
                expect(readComment(markedComment("text", marker))).toEqual({ text: "text", marker });
                const quoted = `before ${markerText(marker)} after`;
                expect(readComment(quoted)).toEqual({ text: quoted });
                const both = `${markerText({ ...marker, key: "x" })} ${markerText(marker)}  `;
                expect(readComment(both).marker).toEqual(marker);
                expect(markerText(marker)).toMatch(/^[\x21-\x7e]+$/);
            }),
        );
    });

    test("a type is ours by its whole name: kind, stack and a hash of its resource's name or what it starts with", () => {
        const kind = "fq-codel";
        const hash = createHash("sha256").update("p/s/site").digest("hex").slice(0, 6);
        expect(ownsTypeName("p/s/site-leaf-fq-codel", { kind, name: `fq-codel-s-${hash}` })).toBe(true);
        for (const name of [
            `my-fq-codel-s-${hash}`,
            `fq-codel-t-${hash}`,
            `fq-codel-s-${hash}-2`,
            "fq-codel-s-000000",
            "x",
        ]) {
            expect(ownsTypeName("p/s/site-leaf-fq-codel", { kind, name })).toBe(false);
        }
        expect(ownsTypeName("p/s/site-leaf-fq-codel", { kind: "cake", name: `fq-codel-s-${hash}` })).toBe(false);
        expect(ownsTypeName("p/s/other", { kind, name: `fq-codel-s-${hash}` })).toBe(false);
    });
});
