/** Whose a row is, which desired row it stands for, and what is done about it: one case at a time, without a router. */
import { firewallMenu } from "../../providers/routeros/runtime/kinds/firewall-rules/menu";
import type { Values } from "../../providers/routeros/runtime/rows/fields";
import { markedComment } from "../../providers/routeros/runtime/rows/ownership";
import type { Claim, Desired, Matched, Operation } from "../../providers/routeros/runtime/rows/reconcile";
import { match, planRows, planSet, present, removedIds } from "../../providers/routeros/runtime/rows/reconcile";
import { readRow, type Row } from "../../providers/routeros/runtime/rows/row";
import { claim, owner, read, table } from "./menu-rows";

const a = "10.0.0.1";
const b = "10.0.0.2";
const ours = (key: string, text = "", adopted = false): string => markedComment(text, { owner, key, adopted });
/** Rows of list L, with ids `*1`, `*2` … */
const rows = (...all: Values[]): Row[] =>
    read(all.map((row, index) => ({ ".id": `*${index + 1}`, list: "L", ...row })));
const want = (...keys: string[]): Desired[] =>
    keys.map((key) => ({ key, values: { list: "L", address: key }, text: "" }));
const address = ({ values }: Row): string | undefined => values["address"];
const job = (row: Row, { key }: Desired): boolean => address(row) === key;
const ids = (all: Iterable<Row>): string[] => [...all].map(({ id }) => id);

interface Found {
    matched: Matched;
    operations: Operation[];
    /** Ids by key. */
    mine: Record<string, string>;
    adopted: Record<string, string>;
}

function find(all: Row[], wanted: Desired[], more: Partial<Claim> = {}): Found {
    const matched = match(all, wanted, claim(more), job);
    const exclusive = more.exclusive === true;
    const byKey = (map: ReadonlyMap<string, Row>) => Object.fromEntries([...map].map(([key, { id }]) => [key, id]));
    return {
        matched,
        operations: planSet({ matched, desired: wanted, owner, table, exclusive }),
        mine: byKey(matched.mine),
        adopted: byKey(matched.adopted),
    };
}
const kinds = (operations: readonly Operation[]): string[] =>
    operations.map((one) => `${one.kind} ${"id" in one ? one.id : "key" in one ? one.key : ""}`);

describe("a row is ours", () => {
    test("by its marker, of the owner of now and of one recorded before", () => {
        const former = markedComment("", { owner: "site/old/list", key: b, adopted: false });
        const other = markedComment("", { owner: "site/other/list", key: "10.0.0.3", adopted: false });
        const all = rows(
            { address: a, comment: ours(a) },
            { address: b, comment: former },
            { address: "10.0.0.3", comment: other },
        );
        const found = find(all, want(a, b), { owners: [owner, "site/old/list"] });
        expect(found.mine).toEqual({ [a]: "*1", [b]: "*2" });
        expect(ids(found.matched.foreign)).toEqual(["*3"]);
        expect(kinds(found.operations)).toEqual(["change *2"]);
    });

    test("never where the router made it, whatever it says", () => {
        const all = rows({ address: a, comment: ours(a), dynamic: "true" });
        const found = find(all, want(a), { ids: new Map([[a, "*1"]]) });
        expect(found.mine).toEqual({});
        expect([...found.matched.passing].map(([key, { id }]) => [key, id])).toEqual([[a, "*1"]]);
        // It counts while it lasts, and is no row of anybody.
        expect([found.operations, ids(found.matched.foreign), found.matched.conflicts]).toEqual([[], [], []]);
    });

    test("by its recorded id where it does the same job and its comment is empty or quotes our marker", () => {
        const recorded = { ids: new Map([[a, "*1"]]) };
        const mine = (row: Values): string[] => Object.keys(find(rows(row), want(a), recorded).mine);
        expect(mine({ address: a })).toEqual([a]);
        expect(mine({ address: a, comment: `${ours(a)} x` })).toEqual([a]);
        expect(mine({ address: a, comment: "x" })).toEqual([]);
        expect(mine({ address: b })).toEqual([]);
        expect(Object.keys(find(rows({ address: a }), want(a)).mine)).toEqual([]);
    });

    test("by its name in a menu without comments, and then by no id", () => {
        const named = (row: Row): string | undefined => (address(row) === a ? "type" : undefined);
        const found = find(rows({ address: b }, { address: a }), want("type"), {
            named,
            ids: new Map([["type", "*1"]]),
        });
        expect(found.mine).toEqual({ type: "*2" });
    });

    test("for the key that it is by its address, whatever its marker says", () => {
        const natural = address;
        const found = find(rows({ address: b, comment: ours(a) }), want(a, b), { natural });
        expect(found.mine).toEqual({ [b]: "*1" });
        expect(find(rows({ address: b, comment: ours(a) }), want(a)).mine).toEqual({ [a]: "*1" });
    });

    test("for its new key where it is renamed, unless another row has that already", () => {
        const renamed = { [a]: b };
        const natural = (row: Row) => (address(row) === b ? b : undefined);
        expect(find(rows({ address: a, comment: ours(a) }), want(b), { renamed }).mine).toEqual({ [b]: "*1" });
        const both = rows({ address: a, comment: ours(a) }, { address: b, comment: "x" });
        expect(find(both, want(b), { renamed, natural }).mine).toEqual({ [a]: "*1" });
    });
});

describe("of several rows with one key", () => {
    test.each<[string, Values, Values, string]>([
        ["does the job", { address: b }, { address: a, disabled: "true" }, "*2"],
        ["is in use", { address: a, disabled: "true" }, { address: a }, "*2"],
        ["stands first", { address: a }, { address: a }, "*1"],
    ])("the one that %s is it", (_what, first, second, id) => {
        const all = rows({ comment: ours(a), ...first }, { comment: ours(a), ...second });
        expect(find(all, want(a), { ids: new Map([[a, "*2"]]) }).mine).toEqual({ [a]: id });
    });

    test("the recorded one is it among rows that stood before, or that lost their marker", () => {
        const recorded = { ids: new Map([[a, "*2"]]) };
        const adopted = { address: a, comment: ours(a, "", true) };
        expect(find(rows(adopted, adopted), want(a), recorded).mine).toEqual({ [a]: "*2" });
        expect(find(rows(adopted, adopted), want(a)).mine).toEqual({ [a]: "*1" });
        const wiped = rows({ address: a, comment: ours(a) }, { address: a });
        expect(find(wiped, want(a), recorded).mine).toEqual({ [a]: "*2" });
    });

    test("those that do the job or are recorded go, but for what this run made; a copy that does another job stays", () => {
        const all = rows(
            { address: a, comment: ours(a) },
            { address: a, comment: ours(a, "twice") },
            { address: b, comment: ours(a, "recorded") },
            { address: "10.0.0.9", comment: ours(a, "copy") },
        );
        const found = find(all, want(a), { ids: new Map([["x", "*3"]]) });
        expect([ids(found.matched.duplicates), ids(found.matched.copies), ids(found.matched.foreign)]).toEqual([
            ["*2", "*3"],
            ["*4"],
            ["*4"],
        ]);
        expect(kinds(found.operations)).toEqual(["remove *2", "remove *3"]);
        expect(find(all, want(a), { duplicates: ["*4"] }).operations.map((one) => "id" in one && one.id)).toEqual([
            "*2",
            "*4",
        ]);
        const made = find(all, want(a), { made: new Set([a]), ids: new Map([["x", "*3"]]) });
        expect([ids(made.matched.spared), made.operations]).toEqual([["*2", "*3"], []]);
        expect(ids(find(all, want(a), { made: new Set([b]) }).matched.spared)).toEqual([]);
    });
});

describe("a foreign row where one of ours would stand", () => {
    const standing = rows({ address: a, comment: "theirs" });

    test("is in the way without leave to take it over, and was ours where its id is recorded", () => {
        const told = (more: Partial<Claim>) =>
            find(standing, want(a), more).matched.conflicts.map(({ desired, row, relabelled, obstacle }) => [
                desired.key,
                row.id,
                relabelled,
                obstacle,
            ]);
        expect(told({})).toEqual([[a, "*1", false, "leave"]]);
        expect(told({ ids: new Map([[a, "*1"]]) })).toEqual([[a, "*1", true, "leave"]]);
        expect(told({ ids: new Map([[b, "*1"]]) })).toEqual([[a, "*1", false, "leave"]]);
        expect(told({ adopt: true })).toEqual([]);
        expect(told({ exclusive: true })).toEqual([]);
    });

    test("is not taken over where another stack manages it", () => {
        const other = markedComment("", { owner: "other/stack/x", key: a, adopted: false });
        const managed = rows({ address: a, comment: other });
        const found = find(managed, want(a), { adopt: true });
        expect(found.matched.conflicts.map(({ obstacle }) => obstacle)).toEqual(["leave"]);
        expect(find(managed, want(a), { adopt: true, exclusive: true }).adopted).toEqual({ [a]: "*1" });
    });

    test("is not taken over where it does another job under that name, unless it was ours or has another's marker", () => {
        const obstacles = (more: Partial<Claim>, all = standing) =>
            find(all, want(a), { adopt: true, otherJob: () => "hangs elsewhere", ...more }).matched.conflicts.map(
                (one) => one.obstacle,
            );
        expect(obstacles({})).toEqual(["another-job"]);
        expect(obstacles({ otherJob: () => undefined })).toEqual([]);
        expect(obstacles({ adopt: false })).toEqual(["another-job"]);
        expect(obstacles({ ids: new Map([[a, "*1"]]) })).toEqual([]);
        expect(obstacles({ exclusive: true, adopt: false })).toEqual([]);
        const other = markedComment("", { owner: "other/stack/x", key: a, adopted: false });
        expect(obstacles({}, rows({ address: a, comment: other }))).toEqual(["leave"]);
    });

    test("is not taken over where its comment could not be given back", () => {
        const bytes = rows({ address: a, comment: "caf\ufffd" });
        const obstacles = (more: Partial<Claim>) =>
            find(bytes, want(a), more).matched.conflicts.map((one) => one.obstacle);
        expect(obstacles({ adopt: true })).toEqual(["bytes"]);
        expect(obstacles({ adopt: true, exclusive: true })).toEqual(["bytes"]);
        expect(obstacles({ exclusive: true })).toEqual([]);
        expect(obstacles({})).toEqual(["leave"]);
    });

    test("stands for one desired row alone", () => {
        const twice: Desired[] = [...want(a), { key: "twice", values: { list: "L", address: a }, text: "" }];
        const matched = match(standing, twice, claim({ adopt: true }), ({ values }) => values["address"] === a);
        expect([...matched.adopted.keys()]).toEqual([a]);
    });

    test("is only looked for in its place, where its key says where that is", () => {
        const everywhere = (): boolean => true;
        const found = match(standing, want(b), claim({ place: address }), everywhere);
        expect([found.conflicts, ids(found.foreign)]).toEqual([[], ["*1"]]);
        expect(match(standing, want(b), claim(), everywhere).conflicts).toHaveLength(1);
        const two = rows({ address: a }, { address: a, comment: "second" });
        const second = (row: Row): boolean => row.comment === "second";
        expect(ids(match(two, want(a), claim({ place: address }), second).conflicts.map(({ row }) => row))).toEqual([
            "*2",
        ]);
    });

    test("does not matter beside one of ours that is in use; of what is taken once, ours out of use gives way", () => {
        const mine = { address: a, comment: ours(a) };
        expect(find(rows({ address: a }, mine), want(a), { unique: true, adopt: true }).adopted).toEqual({});
        const off = rows({ address: a }, { ...mine, disabled: "true" });
        expect(find(off, want(a), { adopt: true }).adopted).toEqual({});
        const found = find(off, want(a), { adopt: true, unique: true });
        expect([found.adopted, found.mine, ids(found.matched.duplicates)]).toEqual([{ [a]: "*1" }, {}, ["*2"]]);
        expect(kinds(found.operations)).toEqual(["change *1", "remove *2"]);
        const both = rows({ address: a, disabled: "true" }, { ...mine, disabled: "true" });
        expect(find(both, want(a), { adopt: true, unique: true }).adopted).toEqual({});
    });

    test("takes the place of one of ours that has another name by now, which goes where it is recorded and is a copy else", () => {
        const all = rows({ address: a, comment: "theirs" }, { address: b, comment: ours(a) });
        const more = { adopt: true, place: address, same: (row: Row) => address(row) === b };
        const found = find(all, want(a), { ...more, ids: new Map([[a, "*2"]]) });
        expect([found.adopted, found.mine, ids(found.matched.duplicates)]).toEqual([{ [a]: "*1" }, {}, ["*2"]]);
        const copy = find(all, want(a), more);
        expect([
            copy.adopted,
            ids(copy.matched.duplicates),
            ids(copy.matched.copies),
            ids(copy.matched.foreign),
        ]).toEqual([{ [a]: "*1" }, [], ["*2"], ["*2"]]);
    });
});

describe("what a row was", () => {
    const former = { address: a, disabled: "true", comment: "  theirs " };

    test("is noted when it is taken over: what is no default, its comment to the letter", () => {
        expect([...find(rows(former), want(a), { adopt: true }).matched.original]).toEqual([
            [a, { list: "L", address: a, disabled: "true", comment: "  theirs " }],
        ]);
        const marked = rows({ address: a, comment: ours(a, "text", true) });
        expect(find(marked, want(a)).matched.original.get(a)).toEqual({
            list: "L",
            address: a,
            disabled: "false",
            comment: "text",
        });
        expect(find(rows({ address: a, comment: ours(a) }), want(a)).matched.original.size).toBe(0);
    });

    test("is what was noted first, also for a row whose comment was wiped since", () => {
        const original = new Map([[a, { list: "L", address: a, comment: "first" }]]);
        const noted = (all: Row[], more: Partial<Claim> = {}) =>
            find(all, want(a), { adopt: true, original, ...more }).matched.original.get(a)?.["comment"];
        expect(noted(rows(former))).toBe("first");
        expect(noted(rows({ address: a, comment: ours(a, "text", true) }))).toBe("first");
        expect(noted(rows({ address: a }), { ids: new Map([[a, "*1"]]) })).toBe("first");
    });

    test("is not noted in a list that is ours alone, unless rows are to be taken over; nor of another stack's row", () => {
        expect(find(rows(former), want(a), { exclusive: true }).matched.original.size).toBe(0);
        expect(find(rows(former), want(a), { exclusive: true, adopt: true }).matched.original.size).toBe(1);
        const other = markedComment("", { owner: "other/stack/x", key: a, adopted: false });
        const managed = rows({ address: a, comment: other });
        expect(find(managed, want(a), { exclusive: true, adopt: true }).matched.original.size).toBe(0);
    });

    test("is what it is again where it is not wanted any more; where it is that already, it is its owner's", () => {
        const original = new Map([[a, { list: "L", address: a, disabled: "true", comment: " theirs" }]]);
        const taken = rows({ address: a, comment: ours(a, "S3", true) });
        const back = find(taken, [], { original });
        expect(back.operations).toEqual([
            {
                kind: "change",
                key: a,
                id: "*1",
                difference: { set: { disabled: "true", comment: " theirs" }, clear: [] },
            },
        ]);
        const restored = { address: a, disabled: "true", comment: "" };
        const wiped = new Map([[a, { list: "L", address: a, disabled: "true", comment: "" }]]);
        const found = find(rows(restored), [], { original: wiped, ids: new Map([[a, "*1"]]) });
        expect([found.mine, ids(found.matched.foreign), ids(found.matched.copies), found.operations]).toEqual([
            {},
            ["*1"],
            [],
            [],
        ]);
        // Not yet as it was: given back now.
        const half = find(rows({ ...restored, disabled: "false" }), [], { original: wiped, ids: new Map([[a, "*1"]]) });
        expect(kinds(half.operations)).toEqual(["change *1"]);
        // Wanted still: nothing is given back.
        expect(find(rows(restored), want(a), { original: wiped, ids: new Map([[a, "*1"]]) }).mine).toEqual({
            [a]: "*1",
        });
    });

    test("of a rule has its matchers, and clears what came later", () => {
        const menu = firewallMenu("mangle", "ipv4");
        const row = readRow(menu, {
            ".id": "*1",
            chain: "forward",
            action: "accept",
            "src-address": "10.0.0.9",
            comment: ours("r", "", true),
        });
        const original = new Map([["r", { chain: "forward", "dst-address": "10.0.0.8" }]]);
        const matched = match([row], [], claim({ table: menu.table, original, same: () => true }), () => false);
        expect(planRows({ matched, desired: [], owner, table: menu.table }).restores).toEqual([
            {
                kind: "change",
                key: "r",
                id: "*1",
                difference: { set: { "dst-address": "10.0.0.8", comment: "" }, clear: ["src-address"] },
            },
        ]);
    });
});

describe("of rows that are not wanted any more", () => {
    test("ours go, and a copy that only carries our marker stays", () => {
        const all = rows({ address: a, comment: ours(a) }, { address: b, comment: ours("gone") });
        const found = find(all, []);
        expect(kinds(found.operations)).toEqual(["remove *1"]);
        expect([ids(found.matched.copies), ids(found.matched.foreign)]).toEqual([["*2"], ["*2"]]);
        expect(kinds(find(all, [], { duplicates: ["*2"] }).operations)).toEqual(["remove *1", "remove *2"]);
        expect(kinds(find(all, [], { ids: new Map([["gone", "*2"]]) }).operations)).toEqual(["remove *1", "remove *2"]);
        // One that is wanted and only moved is changed, and no copy.
        expect(kinds(find(rows({ address: b, comment: ours(a) }), want(a)).operations)).toEqual(["change *1"]);
    });
});

describe("operations", () => {
    test("are additions, changes, what is given back, and removals, in that order; removals are named as people see them", () => {
        const original = new Map([["10.0.0.4", { list: "L", address: "10.0.0.4", comment: "" }]]);
        const all = rows(
            { address: "10.0.0.3", comment: ours("10.0.0.3") },
            { address: "10.0.0.4", comment: ours("10.0.0.4", "", true) },
            { address: b, comment: ours(b, "old") },
            { address: b, comment: ours(b, "twice") },
        );
        const found = find(all, want(a, b), { original });
        expect(kinds(found.operations)).toEqual([`add ${a}`, "change *3", "change *2", "remove *1", "remove *4"]);
        expect(found.operations.map((one) => "key" in one && one.key)).toEqual([
            a,
            b,
            "10.0.0.4",
            "10.0.0.3",
            '10.0.0.2 "twice" (*4)',
        ]);
        expect(removedIds(found.operations)).toEqual(new Set(["*1", "*4"]));
        expect([...present(found.matched).keys()].sort()).toEqual([b, "10.0.0.3", "10.0.0.4"].sort());
    });

    test("take others' rows away in a list that is ours alone, and nowhere else", () => {
        const all = rows({ address: b }, { address: "10.0.0.3", comment: "theirs" });
        expect(kinds(find(all, want(a), { exclusive: true }).operations)).toEqual([
            `add ${a}`,
            "remove *1",
            "remove *2",
        ]);
        expect(kinds(find(all, want(a)).operations)).toEqual([`add ${a}`]);
    });

    test("leave alone what is ignored, and mark a row that stood before as that", () => {
        const matched = match(rows({ address: a, disabled: "true" }), want(a), claim({ adopt: true }), job);
        expect(present(matched).get(a)?.id).toBe("*1");
        const { changes } = planRows({ matched, desired: want(a), owner, table, ignored: new Set(["disabled"]) });
        expect(changes.map(({ difference }) => difference)).toEqual([
            { set: { comment: ours(a, "", true) }, clear: [] },
        ]);
    });
});
