/** FastTrack rules that a forwarded packet may come to, and the rules that let uploads past them. */
import type { BypassMatchers } from "../../providers/routeros/runtime/path";
import { bypassRules, fastTrackRules, isFastTrack } from "../../providers/routeros/runtime/path";
import { behind, reachableChains } from "../../providers/routeros/runtime/path/fasttrack";
import { readAs, type Rule } from "../../providers/routeros/runtime/path/rows";
import type { Values } from "../../providers/routeros/runtime/rows/fields";

/** Rules in their order, with ids `*1`, `*2` … */
const rules = (...rows: Values[]): Rule[] =>
    rows.map((row, index) => readAs("/ip/firewall/filter", { ".id": `*${index + 1}`, ...row }));
const fast = (chain: string, more: Values = {}): Values => ({ chain, action: "fasttrack-connection", ...more });
const jump = (chain: string, to: string, more: Values = {}): Values => ({
    chain,
    action: "jump",
    "jump-target": to,
    ...more,
});
const ids = (rows: readonly Rule[]): string[] => rows.map(({ id }) => id);

describe("FastTrack rules that a forwarded packet may come to", () => {
    test("are those of the chains that it starts in, and of those that jumps in use lead to, chain by chain", () => {
        const rows = rules(
            fast("deep"),
            fast("fast"),
            fast("input"),
            jump("forward", "fast"),
            fast("forward"),
            jump("forward", "off", { disabled: "true" }),
            fast("off"),
            jump("input", "local"),
            fast("local"),
            jump("fast", "deep"),
            { chain: "forward", action: "accept", "jump-target": "never" },
            fast("never"),
            fast("forward", { protocol: "udp" }),
        );
        expect(reachableChains(rows, "filter")).toEqual(["forward", "fast", "deep"]);
        expect(ids(fastTrackRules(rows, "filter"))).toEqual(["*5", "*13", "*2", "*1"]);
    });

    test("are in mangle those of three chains", () => {
        const rows = rules(fast("postrouting"), fast("forward"), fast("prerouting"), fast("output"));
        expect(reachableChains(rows, "mangle")).toEqual(["prerouting", "forward", "postrouting"]);
        expect(ids(fastTrackRules(rows, "mangle"))).toEqual(["*3", "*2", "*1"]);
    });

    test("are found once where chains jump to each other", () => {
        const rows = rules(jump("forward", "a"), jump("a", "b"), jump("b", "a"), fast("b"));
        expect(ids(fastTrackRules(rows, "filter"))).toEqual(["*4"]);
    });

    test("are in use, somebody's, and FastTrack", () => {
        const [inUse, off, own, other] = rules(
            fast("forward"),
            fast("forward", { disabled: "true" }),
            fast("forward", { dynamic: "true" }),
            { chain: "forward", action: "accept" },
        ) as [Rule, Rule, Rule, Rule];
        expect([inUse, off, own, other].map(isFastTrack)).toEqual([true, false, false, false]);
    });
});

describe("a FastTrack bypass", () => {
    const bypass = (matchers: BypassMatchers, ...more: Values[]) =>
        bypassRules(rules(...more.map((one) => fast("forward", one))), matchers);
    const mark = { connectionMark: "s3" };

    test.each<[string | undefined, string[]]>([
        [undefined, ["established,related"]],
        ["established,related,new", ["established,related"]],
        ["new,established", ["established"]],
        ["!invalid", ["established,related"]],
        ["!related", ["established"]],
        ["!related,new", ["established"]],
        ["new", []],
        ["!established,related", []],
    ])("beside a rule for %s accepts %j and nothing new", (state, accepted) => {
        const matchers: Values = state === undefined ? {} : { "connection-state": state };
        expect(bypass(mark, matchers).map(({ values }) => values["connection-state"])).toEqual(accepted);
    });

    test("is the rule's chain, its matchers but those that let only some packets through, and ours", () => {
        const some = {
            limit: "10,5:packet",
            "dst-limit": "1,1,dst-address",
            nth: "2,1",
            random: "50",
            "connection-limit": "5,32",
        };
        const rule = { "in-interface": "ether2", "connection-mark": "!other", comment: "defconf", ...some };
        expect(bypass(mark, rule)).toEqual([
            {
                key: "fasttrack-1",
                before: "*1",
                values: {
                    chain: "forward",
                    action: "accept",
                    "connection-state": "established,related",
                    "connection-mark": "s3",
                    "in-interface": "ether2",
                },
            },
        ]);
    });

    test.each<[string, Values, number]>([
        ["takes connections without a mark alone", { "connection-mark": "no-mark" }, 0],
        ["takes all connections but ours", { "connection-mark": "!s3" }, 0],
        ["takes another mark", { "connection-mark": "voip" }, 0],
        ["takes all but another mark", { "connection-mark": "!voip" }, 1],
        ["takes our mark alone", { "connection-mark": "s3" }, 1],
        ["is out of use", { disabled: "true" }, 0],
        ["is the router's own", { dynamic: "true" }, 0],
    ])("of a rule that %s: %j, %i rules", (_what, matchers, count) => {
        expect(bypass(mark, matchers)).toHaveLength(count);
    });

    test("is numbered by the rules that need one, each before its own", () => {
        const needs: Values[] = [
            {},
            { "connection-mark": "no-mark" },
            { "connection-state": "new" },
            { protocol: "udp" },
        ];
        const found = bypass(mark, ...needs).map(({ key, before, values }) => [key, before, values["protocol"]]);
        expect(found).toEqual([
            ["fasttrack-1", "*1", undefined],
            ["fasttrack-2", "*4", "udp"],
        ]);
    });

    test("by list has a rule for each direction, whatever mark the FastTrack rule takes", () => {
        const found = bypass({ dstAddressList: "L" }, { "connection-mark": "no-mark" }, {});
        const told = found.map(({ key, before, values }) => [
            key,
            before,
            values["dst-address-list"],
            values["src-address-list"],
        ]);
        expect(told).toEqual([
            ["fasttrack-1", "*1", "L", undefined],
            ["fasttrack-1-reply", "*1", undefined, "L"],
            ["fasttrack-2", "*2", "L", undefined],
            ["fasttrack-2-reply", "*2", undefined, "L"],
        ]);
        for (const { values } of found)
            expect(values).toMatchObject({ action: "accept", "connection-state": "established,related" });
    });

    test("by nothing is none", () => expect(bypass({}, {})).toEqual([]));
});

describe("rules that an accept would keep from packets", () => {
    const log = (chain: string, more: Values = {}): Values => ({ chain, action: "log", ...more });

    test("are those in use behind it in its chain, and behind each jump in use that leads there", () => {
        const rows = rules(
            log("forward"),
            jump("forward", "outer"),
            log("forward", { disabled: "true" }),
            log("forward"),
            log("outer"),
            jump("outer", "inner"),
            log("outer"),
            log("inner"),
            fast("inner"),
            log("inner"),
            log("inner", { disabled: "true" }),
            jump("input", "inner", { disabled: "true" }),
            log("input"),
            { ...log("postrouting"), "jump-target": "inner" },
            log("postrouting"),
        );
        const found = behind(rows, rows[8] as Rule);
        expect(ids(found).sort()).toEqual(["*10", "*4", "*7"].sort());
    });

    test("are found where chains jump to each other, those ahead of it in the next round included", () => {
        const rows = rules(log("a"), fast("a"), jump("a", "b"), jump("b", "a"), log("b"));
        expect(ids(behind(rows, rows[1] as Rule)).sort()).toEqual(["*3", "*5"]);
    });
});
