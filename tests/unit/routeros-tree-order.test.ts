/** The order of the operations on a queue tree, one case at a time: what is written of it, first to last. */
import { queueTreeMenu } from "../../providers/routeros/runtime/kinds/queue-tree/menu";
import { planTree } from "../../providers/routeros/runtime/kinds/queue-tree/order";
import type { Values } from "../../providers/routeros/runtime/rows/fields";
import { markedComment } from "../../providers/routeros/runtime/rows/ownership";
import type { Claim, Desired, Operation } from "../../providers/routeros/runtime/rows/reconcile";
import { match } from "../../providers/routeros/runtime/rows/reconcile";
import { readRow } from "../../providers/routeros/runtime/rows/row";

const owner = "site/test/queues";
const { table } = queueTreeMenu;

type Queue = [name: string, parent: string, more?: Values];
const rest = { "packet-mark": "no-mark" };
const off = { disabled: "true" };
const most = (limit: string, guarantee?: string): Values => ({
    "max-limit": limit,
    ...(guarantee === undefined ? {} : { "limit-at": guarantee }),
});

/** Rows of ours with ids `*1`, `*2` …; one with `key` has another name by now, one with `comment` is no more marked. */
const row = ([name, parent, { key = name, ...more } = {}]: Queue, index: number): Values => ({
    ".id": `*${index + 1}`,
    name,
    parent,
    comment: markedComment("", { owner, key, adopted: false }),
    ...more,
});
const want = ([name, parent, more]: Queue): Desired => ({
    key: name,
    values: { name, parent, ...more },
    text: "",
});

function plan(standing: Queue[], wanted: Queue[], more: Partial<Claim> = {}): string[] {
    const rows = standing.map(row).map((one) => readRow(queueTreeMenu, one));
    const desired = wanted.map(want);
    const claim: Claim = {
        table,
        owners: [owner],
        ids: new Map(rows.map(({ id, name }) => [name, id])),
        same: ({ values }, key) => values["name"] === key,
        adopt: false,
        original: new Map(),
        ...more,
    };
    const matched = match(rows, desired, claim, ({ values }, { key }) => values["name"] === key);
    return planTree({ matched, desired, owner, table }).map(told);
}

/** `+name`, `-name`, `name: what=value …`. */
function told(operation: Operation): string {
    if (operation.kind === "remove") return `-${operation.key.split(" ")[0]}`;
    if (operation.kind === "add") return `+${operation.key}${operation.values["disabled"] === "true" ? " off" : ""}`;
    if (operation.kind !== "change") throw new Error("a tree has no order");
    const { set, clear } = operation.difference;
    expect(clear).toEqual([]);
    return `${operation.key}: ${Object.entries(set)
        .map((pair) => pair.join("="))
        .join(" ")}`;
}

const site: Queue[] = [
    ["up", "ether1", most("100", "0")],
    ["s3", "up", { "packet-mark": "s3", ...most("100", "5") }],
    ["rest", "up", { ...rest, ...most("100", "90") }],
];
const tower: Queue[] = [
    ["up", "ether1", most("100")],
    ["mid", "up", most("90")],
    ["s3", "mid", most("80")],
    ["rest", "mid", { ...rest, ...most("80") }],
];
/** The same with some of them otherwise; `undefined` takes one away. */
const with_ = (
    all: Queue[],
    change: Record<string, Values | undefined>,
    parents: Record<string, string> = {},
): Queue[] =>
    all.flatMap(([name, parent, more]): Queue[] =>
        name in change && change[name] === undefined
            ? []
            : [[name, parents[name] ?? parent, { ...more, ...change[name] }]],
    );

describe("a tree that is made", () => {
    test("has its root out of use until the leaves stand, parents from the top, the leaf of the rest first", () => {
        expect(plan([], site)).toEqual(["+up off", "+rest", "+s3"]);
        expect(plan([], [...tower].reverse())).toEqual(["+up off", "+mid", "+rest", "+s3"]);
        expect(plan(with_(site, { up: off }), site)).toEqual(["up: disabled=false"]);
        expect(plan([], with_(site, { up: off }))).toEqual(["+up off", "+rest", "+s3"]);
    });

    test("without leaves, or under a queue that stands, is in use at once", () => {
        expect(plan([], [["alone", "ether1"]])).toEqual(["+alone"]);
        expect(
            plan(
                [],
                [
                    ["s3", "theirs"],
                    ["rest", "theirs", rest],
                ],
            ),
        ).toEqual(["+rest", "+s3"]);
    });

    test("over leaves that stand already goes first, and they hang under it in use", () => {
        const before: Queue[] = [["s3", "ether1", { "packet-mark": "s3" }]];
        const after: Queue[] = [
            ["up", "ether1"],
            ["s3", "up", { "packet-mark": "s3" }],
        ];
        expect(plan(before, after)).toEqual(["+up off", "s3: parent=up"]);
    });
});

describe("limits", () => {
    test("are raised from the top down, and lowered from the leaves up", () => {
        const higher = with_(tower, { up: most("200"), mid: most("190"), s3: most("180"), rest: most("180") });
        expect(plan(tower, higher).map((text) => text.split(":")[0])).toEqual(["up", "mid", "s3", "rest"]);
        expect(plan(higher, tower).map((text) => text.split(":")[0])).toEqual(["s3", "rest", "mid", "up"]);
    });

    test("are lowered at a leaf before they are raised at another, and before another one comes", () => {
        const after = with_(site, { s3: most("100", "50"), rest: most("100", "50") });
        expect(plan(site, after)).toEqual(["rest: limit-at=50", "s3: limit-at=50"]);
        const third: Queue[] = [...after, ["more", "up"]];
        expect(plan(site, third)).toEqual(["rest: limit-at=50", "s3: limit-at=50", "+more"]);
    });

    test.each<[string, Values, Values, "lowered" | "raised"]>([
        ["a lower ceiling", most("100", "5"), most("90", "5"), "lowered"],
        ["a higher ceiling", most("100", "5"), most("110", "5"), "raised"],
        ["a lower guarantee", most("100", "5"), most("100", "4"), "lowered"],
        ["a higher guarantee", most("100", "5"), most("100", "6"), "raised"],
        ["a higher ceiling and a lower guarantee", most("100", "5"), most("110", "4"), "raised"],
        ["a lower ceiling and a higher guarantee", most("100", "5"), most("90", "6"), "lowered"],
        ["no ceiling any more", most("100", "5"), most("0", "5"), "raised"],
        ["a ceiling where there was none", most("0", "5"), most("90", "5"), "lowered"],
        ["no guarantee any more", most("100", "5"), most("100", "0"), "lowered"],
        ["another priority", most("100", "5"), { ...most("100", "5"), priority: "3" }, "raised"],
    ])("%s: %j, then %j, is %s", (_what, before, after, is) => {
        // The inner queue goes before its leaf where it is raised, and after it where it is lowered.
        const changed = plan(with_(tower, { mid: before }), with_(tower, { mid: after, s3: { priority: "2" } }));
        expect(changed.map((text) => text.split(":")[0])).toEqual(is === "raised" ? ["mid", "s3"] : ["s3", "mid"]);
    });
});

describe("a tree that is taken away", () => {
    test("is out of use first, and goes from the leaves up, the leaf of the rest last of its level", () => {
        expect(plan(site, [])).toEqual(["up: disabled=true", "-s3", "-rest", "-up"]);
        expect(plan(tower, [])).toEqual(["up: disabled=true", "-s3", "-rest", "-mid", "-up"]);
        expect(plan(with_(site, { up: off }), [])).toEqual(["-s3", "-rest", "-up"]);
    });

    test("without a leaf of the rest is out of use first, too", () => {
        expect(plan(site.slice(0, 2), [])).toEqual(["up: disabled=true", "-s3", "-up"]);
    });

    test("without leaves just goes", () => expect(plan([["alone", "ether1"]], [])).toEqual(["-alone"]));

    test("and stood before us is given back: leaves first, and its root stays in use", () => {
        const adopted = (name: string) => ({ comment: markedComment("", { owner, key: name, adopted: true }) });
        const taken = with_(site, { up: adopted("up"), s3: adopted("s3"), rest: adopted("rest") });
        const was = (name: string, parent: string, more: Values): [string, Values] => [
            name,
            { name, parent, comment: "", ...more },
        ];
        const original = new Map([
            was("up", "ether1", most("50")),
            was("s3", "up", most("40")),
            was("rest", "up", { ...rest, ...most("40") }),
        ]);
        expect(plan(taken, [], { original }).map((text) => text.split(/[: ]/)[0])).toEqual(["s3", "rest", "up"]);
        // The leaf that works until then is no leaf that goes.
        expect(
            plan(taken, with_(site, { rest: undefined, up: adopted("up"), s3: adopted("s3") }), { original })[0],
        ).not.toBe("up: disabled=true");
    });
});

describe("a root rests meanwhile", () => {
    const rests = (before: Queue[], after: Queue[], more: Partial<Claim> = {}): boolean => {
        const all = plan(before, after, more);
        const down = all[0] === "up: disabled=true";
        // It is in use again by the last operation.
        if (down) expect(all.at(-1)).toMatch(/^up: .*disabled=false/);
        return down;
    };

    test("where a leaf is exchanged for another, and not where one only goes or comes", () => {
        expect(rests(site, [...with_(site, { s3: undefined }), ["bulk", "up"]])).toBe(true);
        expect(rests(site, with_(site, { s3: undefined, rest: { priority: "2" } }))).toBe(true);
        expect(rests(site, [...site, ["bulk", "up"]])).toBe(false);
        expect(rests(site, with_(site, { s3: undefined }))).toBe(false);
        expect(rests(site, with_(site, { rest: { priority: "2" } }))).toBe(false);
    });

    test("where the leaf of the rest is taken away, or becomes another, or hangs elsewhere, or is out of use", () => {
        expect(rests(site, with_(site, { rest: undefined }))).toBe(true);
        expect(rests(site, with_(site, { rest: { "packet-mark": "voip" } }))).toBe(true);
        expect(rests(site, with_(site, { rest: off }))).toBe(true);
        const level: Queue[] = [...site, ["mid", "up"], ["deep", "mid"]];
        expect(rests(level, with_(level, {}, { rest: "mid" }))).toBe(true);
        // A leaf that does not work, or of other traffic, is none of that.
        expect(rests(with_(site, { rest: off }), with_(site, { rest: { ...off, "packet-mark": "voip" } }))).toBe(false);
        expect(rests(level, with_(level, {}, { s3: "mid" }))).toBe(false);
        expect(rests(site, with_(site, { s3: off }))).toBe(false);
    });

    test("where one of two leaves of the rest is taken away, or the only one while another leaf is given back", () => {
        const two: Queue[] = [...site, ["rest2", "up", rest]];
        expect(rests(two, site)).toBe(true);
        const adopted = { comment: markedComment("", { owner, key: "s3", adopted: true }) };
        const original = new Map([["s3", { name: "s3", parent: "up", comment: "" }]]);
        const voip: Queue = ["voip", "up", { "packet-mark": "voip" }];
        expect(rests([...with_(site, { s3: adopted }), voip], [...site.slice(0, 1), voip], { original })).toBe(true);
    });

    test("also where it stood before us and is wanted still", () => {
        const adopted = { comment: markedComment("", { owner, key: "up", adopted: true }) };
        const original = new Map([["up", { name: "up", parent: "ether1", comment: "" }]]);
        const after: Queue[] = [...with_(site, { s3: undefined }), ["bulk", "up"]];
        expect(rests(with_(site, { up: adopted }), after, { original })).toBe(true);
    });

    test("where a second leaf of the rest comes, and not where the first one does", () => {
        expect(rests(site, [...site, ["rest2", "up", rest]])).toBe(true);
        expect(rests(site, with_(site, { s3: rest }))).toBe(true);
        const none = with_(site, { rest: undefined });
        expect(rests(none, site)).toBe(false);
        expect(rests(none, with_(none, { s3: rest }))).toBe(false);
    });

    test("with what else changes on it, in one write with its being in use again", () => {
        const after = [...with_(site, { s3: undefined, up: most("200", "0") }), ["bulk", "up"] as Queue];
        expect(plan(site, after)).toEqual(["up: disabled=true", "+bulk", "-s3", "up: max-limit=200 disabled=false"]);
    });

    test("and stays so where it shall be out of use", () => {
        expect(plan(site, with_(site, { up: off }))).toEqual(["up: disabled=true"]);
        expect(plan(site, with_(site, { up: { ...off, ...most("200", "0") } }))).toEqual([
            "up: disabled=true",
            "up: max-limit=200",
        ]);
    });

    test("where another root takes its place, and is gone before the other is in use", () => {
        const other: Queue[] = [
            ["line", "ether1"],
            ["s3", "line", { "packet-mark": "s3", ...most("100", "5") }],
            ["rest", "line", { ...rest, ...most("100", "90") }],
        ];
        expect(plan(site, other)).toEqual([
            "up: disabled=true",
            "+line off",
            "s3: parent=line",
            "rest: parent=line",
            "-up",
        ]);
        // Beside one that stays as it is, another comes without that.
        const second: Queue[] = [...site, ["line", "ether2"], ["slow", "line"]];
        expect(plan(site, second)).toEqual(["+line off", "+slow"]);
    });
});

describe("queues that hang elsewhere", () => {
    test("go under one that is made in the same run once it stands", () => {
        const after: Queue[] = [...with_(tower, {}, { mid: "level" }), ["level", "up"]];
        expect(plan(tower, after)).toEqual(["+level", "mid: parent=level"]);
    });

    test("and become a root are out of use until their leaves stand", () => {
        const before: Queue[] = [
            ["up", "ether1"],
            ["mid", "up"],
            ["s3", "mid"],
        ];
        const after: Queue[] = [
            ["mid", "ether2"],
            ["s3", "mid"],
            ["up", "ether1"],
        ];
        expect(plan(before, after)).toEqual(["mid: parent=ether2 disabled=true"]);
    });

    test("in a circle are hung anew from the top, with the tree out of use", () => {
        const before: Queue[] = [
            ["a", "ether1"],
            ["b", "a"],
            ["c", "b"],
        ];
        const after: Queue[] = [
            ["c", "ether1"],
            ["b", "c"],
            ["a", "b"],
        ];
        expect(plan(before, after)).toEqual([
            "a: disabled=true",
            "c: parent=ether1 disabled=true",
            "b: parent=c",
            "a: parent=b",
        ]);
        // One that is out of use already is not put so again.
        expect(plan(with_(before, { a: off }), with_(after, { a: off }))[0]).toBe("c: parent=ether1 disabled=true");
        // Whatever order they are named in; one that stays where it is is left alone.
        const more: Queue[] = [...before, ["d", "c"]];
        expect(plan(more, [["d", "c"], ...[...after].reverse()])).toEqual([
            "a: disabled=true",
            "c: parent=ether1 disabled=true",
            "b: parent=c",
            "a: parent=b",
        ]);
        // Under one that does not stand yet, it waits at the interface.
        const deeper: Queue[] = [
            ["new", "ether1"],
            ["newer", "new"],
            ["c", "newer"],
            ["b", "c"],
            ["a", "b"],
        ];
        expect(plan(before, deeper)).toEqual([
            "a: disabled=true",
            "c: parent=ether1 disabled=true",
            "b: parent=c",
            "a: parent=b",
        ]);
    });
});

describe("a queue renamed by hand", () => {
    test("gets its name back before anything else", () => {
        const before = with_(site, {});
        before[0] = ["theirs", "ether1", { key: "up" }];
        before[1] = ["s3", "theirs", { "packet-mark": "s3" }];
        expect(plan(before, with_(site, { rest: most("50") }), { same: () => true })).toEqual(["up: name=up"]);
    });

    test("gets its marker with it, where that is gone", () => {
        const before: Queue[] = [["theirs", "ether1", { comment: "" }]];
        const found = plan(before, [["up", "ether1"]], { ids: new Map([["up", "*1"]]), same: () => true });
        expect(found).toEqual([`up: name=up comment=[pulumi:${owner}#up]`]);
    });
});
