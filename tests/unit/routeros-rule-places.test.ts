/** Where a block of rules is put, one case at a time: letters are ours, in their order; others' rules are digits. */
import { firewallMenu } from "../../providers/routeros/runtime/kinds/firewall-rules/menu";
import type { Segment } from "../../providers/routeros/runtime/kinds/firewall-rules/order";
import { planOrder } from "../../providers/routeros/runtime/kinds/firewall-rules/order";
import type { Values } from "../../providers/routeros/runtime/rows/fields";
import { markerText } from "../../providers/routeros/runtime/rows/ownership";
import { readRow } from "../../providers/routeros/runtime/rows/row";

const menu = firewallMenu("filter", "ipv4");

interface Case extends Partial<Segment> {
    /** @default abc */
    block?: string;
    /** Rules of ours that are no part of the block. */
    leaving?: string;
    /** Rows of ours in other segments of the chain. */
    elsewhere?: string;
    /** What others' rules are, by digit. */
    others?: Record<string, Values>;
}

/** What is done, first to last: `+a<1` adds rule a before rule 1, `ab<` moves two to the end. */
function plan(
    standing: string,
    { block = "abc", leaving = "", elsewhere = "", others = {}, place = "last", ...more }: Case = {},
): string[] {
    const id = (name: string): string => `*${name}`;
    const operations = planOrder({
        rows: [...standing].map((name) => readRow(menu, { ".id": id(name), chain: "forward", ...others[name] })),
        segment: { keys: [...block], place, ...more },
        ids: new Map([...block, ...elsewhere].filter((key) => standing.includes(key)).map((key) => [key, id(key)])),
        leaving: new Set([...leaving].map(id)),
        values: new Map([...block].map((key) => [key, { comment: key }])),
    });
    return operations.map((one) => {
        const before = "before" in one ? (one.before ?? "").slice(1) : "";
        if (one.kind === "move") return `${one.ids.map((each) => each.slice(1)).join("")}<${before}`;
        if (one.kind !== "add") throw new Error(one.kind);
        expect(one.values).toEqual({ comment: one.key });
        return `+${one.key}<${before}`;
    });
}
const before = (id: string, adjacent?: boolean): Partial<Segment> => ({
    anchor: { side: "before", id: `*${id}`, ...(adjacent === undefined ? {} : { adjacent }) },
});
const behind = (id: string): Partial<Segment> => ({ anchor: { side: "after", id: `*${id}` } });

describe("a block that is made", () => {
    test.each<[string, Case, string[]]>([
        ["", {}, ["+a<", "+b<", "+c<"]],
        ["12", {}, ["+a<", "+b<", "+c<"]],
        ["12", { place: "first" }, ["+a<1", "+b<1", "+c<1"]],
        ["12", before("2"), ["+a<2", "+b<2", "+c<2"]],
        ["12", before("1"), ["+a<1", "+b<1", "+c<1"]],
        ["123", behind("1"), ["+a<2", "+b<2", "+c<2"]],
        ["12", behind("2"), ["+a<", "+b<", "+c<"]],
        ["12", behind("9"), ["+a<1", "+b<1", "+c<1"]],
        ["12", before("9"), ["+a<", "+b<", "+c<"]],
    ])("beside %p, %j: %j", (standing, where, done) => expect(plan(standing, where)).toEqual(done));
});

describe("a block that stands", () => {
    test.each<[string, Case]>([
        ["abc", {}],
        ["1abc2", {}],
        ["1abc2", { place: "first" }],
        ["1abc2", before("2")],
        ["abc12", before("2")],
        ["1abc2", before("2", true)],
        ["1abc2", behind("1")],
        ["12abc", behind("1")],
        ["1abxc2", { leaving: "x" }],
        ["1abc23", {}],
        ["1abcx2", { elsewhere: "x", ...before("x") }],
        ["", { block: "" }],
    ])("%p stays as it is: %j", (standing, where) => expect(plan(standing, where)).toEqual([]));

    test.each<[string, Case, string[]]>([
        ["gets what is missing before the next that stands", { block: "abcd" }, ["+b<c"]],
        ["or behind its last", { block: "acde" }, ["+e<2"]],
    ])("%s: %j", (_what, where, done) => expect(plan("1acd2", where)).toEqual(done));

    test.each<[string, string, Case, string[]]>([
        ["one rule is out of place", "1bca2", before("2"), ["abc<2"]],
        ["one stands apart", "a1bc2", before("2"), ["abc<2"]],
        ["all are out of order", "1cba2", before("2"), ["abc<2"]],
        ["one is missing, too", "1ca2", before("2"), ["ac<2", "+b<c"]],
        ["it is behind its anchor", "12abc", before("2"), ["abc<2"]],
        ["it is before its anchor", "abc12", behind("1"), ["abc<2"]],
        ["it may go nearest to its anchor", "a1b23", { block: "ab", ...before("3") }, ["ab<3"]],
        ["it may go nearest behind it", "1a2b3", { block: "ab", ...behind("1") }, ["ab<2"]],
        ["it goes to the end", "a1b2", { block: "ab" }, ["ab<"]],
        ["it goes to the beginning", "a1b2", { block: "ab", place: "first" }, ["ab<1"]],
    ])("is moved at once where %s: %p, %j", (_what, standing, where, done) =>
        expect(plan(standing, where)).toEqual(done),
    );
});

describe("right before its anchor", () => {
    const other = { comment: markerText({ owner: "other/stack/x", key: "k", adopted: false }) };
    const jump = { action: "jump", "jump-target": "fast" };

    test.each<[string, Record<string, Values>, string[]]>([
        ["nothing of a colleague may come between", { 2: { action: "log" } }, ["abc<3"]],
        ["but another owner's rules", { 2: other }, []],
        ["and a colleague's jump", { 2: jump }, []],
    ])("%s", (_what, others, done) => expect(plan("1abc23", { ...before("3", true), others })).toEqual(done));

    test("not even further up: what is past one that may not come between does not count", () => {
        expect(plan("abc123", { ...before("3", true), others: { 2: other } })).toEqual(["abc<3"]);
        expect(plan("abc12", { ...before("2", true), others: { 1: other } })).toEqual([]);
        expect(plan("abc123", { ...before("3", true), others: { 1: other, 2: jump } })).toEqual([]);
    });
});
