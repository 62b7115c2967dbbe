import { firewallMenu } from "../../providers/routeros/runtime/kinds/firewall-rules/menu";
import type { Segment } from "../../providers/routeros/runtime/kinds/firewall-rules/order";
import { planOrder } from "../../providers/routeros/runtime/kinds/firewall-rules/order";
import type { Values } from "../../providers/routeros/runtime/rows/fields";
import { patchBody } from "../../providers/routeros/runtime/rows/fields";
import { markerText } from "../../providers/routeros/runtime/rows/ownership";
import type { Desired, Operation } from "../../providers/routeros/runtime/rows/reconcile";
import { match, planSet } from "../../providers/routeros/runtime/rows/reconcile";
import type { Row } from "../../providers/routeros/runtime/rows/row";
import { readRow } from "../../providers/routeros/runtime/rows/row";
import { fc } from "../../testing/random";
import { applied, claim, owner } from "./menu-rows";

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
