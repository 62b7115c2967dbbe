/**
 * From any block of filter rules to any other, request by request, in a menu that does what it is told: every packet
 * meets what it met before or what it will meet afterwards, also after a stop on the way.
 */
import { contextOf } from "../../providers/routeros/runtime/engine/converge";
import { firewallRules } from "../../providers/routeros/runtime/kinds/firewall-rules";
import { firewallMenu } from "../../providers/routeros/runtime/kinds/firewall-rules/menu";
import type { Values } from "../../providers/routeros/runtime/rows/fields";
import type { CommonInputs, State } from "../../providers/routeros/runtime/rows/inputs";
import type { Operation } from "../../providers/routeros/runtime/rows/reconcile";
import { readRow } from "../../providers/routeros/runtime/rows/row";
import { fc } from "../../testing/random";
import { applied } from "./menu-rows";

const runs = 400;
const packets = "01234567";
const menu = firewallMenu("filter", "ipv4");

interface Rule {
    key: string;
    action: string;
    /** The packets that it matches. */
    content: string;
    chain: string;
    disabled: boolean;
}

const rule = (key: string) =>
    fc.record({
        key: fc.constant(key),
        action: fc.constantFrom("accept", "accept", "drop", "reject", "passthrough"),
        content: fc.subarray([...packets], { minLength: 1 }).map((all) => all.join("")),
        chain: fc.constantFrom("input", "input", "input", "own"),
        disabled: fc.nat(9).map((n) => n === 0),
    });

/** Two or three blocks that have some rules in common, in any order. */
const blocks = fc
    .tuple(
        fc.tuple(...["a", "b", "c", "d", "e"].map(rule)),
        fc.tuple(...["a", "b", "c", "d", "e"].map(rule)),
        fc.array(fc.array(fc.nat(2), { minLength: 5, maxLength: 5 }), { minLength: 3, maxLength: 3 }),
        fc.array(fc.shuffledSubarray([0, 1, 2, 3, 4]), { minLength: 3, maxLength: 3 }),
    )
    .map(([one, other, choices, orders]) =>
        orders.map((order, block) => order.map((n) => ((choices[block]?.[n] ?? 0) < 2 ? one : other)[n] as Rule)),
    );

const foreign = fc.array(
    fc.record({ action: fc.constantFrom("accept", "drop", "jump"), content: rule("f").map(({ content }) => content) }),
    { maxLength: 3 },
);

const inputsOf = (rules: readonly Rule[], position: string): CommonInputs => {
    const given = rules.map(({ disabled, ...one }) => ({ ...one, ...(disabled ? { disabled: "yes" } : {}) }));
    const { inputs, problems } = firewallRules.normalise({
        owner: "site/test/door",
        table: "filter",
        rules: given,
        position,
    });
    expect(problems).toEqual([]);
    return inputs;
};

/** What happens to each packet; where a jump leads, and what is behind the end of a chain, may be either. */
function verdicts(rows: readonly Values[], either: Record<string, string>): string[] {
    return ["input", "own"].flatMap((chain) =>
        [...packets].map((packet) => {
            const here = rows.filter((row) => row["chain"] === chain && row["disabled"] !== "true");
            const found = here.find(({ content = "", action }) => content.includes(packet) && action !== "passthrough");
            const action = found ? (found["action"] ?? "accept") : chain === "input" ? "accept" : "end";
            return either[action] ?? action;
        }),
    );
}

const ways = ["accept", "drop"].flatMap((jump) => ["accept", "drop"].map((end) => ({ jump, end, reject: "drop" })));

/** The menu, and what is recorded of it. */
interface Stand {
    rows: Values[];
    state: (CommonInputs & State) | undefined;
}

let nextId = 0;

/** Carries out what is planned, look by look; `requests` is after how many the run ends. */
function run(stand: Stand, inputs: CommonInputs, seen: (rows: Values[]) => void, requests = Infinity): Stand {
    let { rows } = stand;
    const olds = stand.state;
    const ids = new Map<string, string>();
    let left = requests;
    let known = { ...olds?.ids };
    for (let look = 0; look < 6; look += 1) {
        const ledger = { wrote: true, original: new Map<string, Values>(), ids };
        const job = { kind: firewallRules, inputs, ...(olds ? { olds } : {}) };
        const context = contextOf(
            job,
            { menu, queries: [] },
            rows.map((row) => readRow(menu, row)),
            ledger,
        );
        const operations: Operation[] = firewallRules.plan(context as Parameters<typeof firewallRules.plan>[0]);
        const present = [...context.matched.mine].map(([key, { id }]) => [key, id] as const);
        known = { ...known, ...Object.fromEntries(present), ...Object.fromEntries(ids) };
        if (operations.length === 0)
            return { rows, state: { ...inputs, ids: Object.fromEntries(present), former: {} } };
        for (const operation of operations) {
            if (left === 0)
                return { rows, state: { ...inputs, ids: { ...known, ...Object.fromEntries(ids) }, former: {} } };
            left -= 1;
            rows = applied(rows, [operation]).map((row) => {
                if (row[".id"] !== "*1001") return row;
                const id = `*n${(nextId += 1)}`;
                if (operation.kind === "add") ids.set(operation.key, id);
                return { ...row, ".id": id };
            });
            seen(rows);
        }
    }
    throw new Error("does not settle");
}

/** What is let in or kept out that was not and will not be. */
function harm(before: Values[], seen: readonly Values[][], after: Values[]): string[] {
    return ways.flatMap((way) => {
        const [was, becomes] = [verdicts(before, way), verdicts(after, way)];
        return seen.flatMap((rows, step) =>
            verdicts(rows, way).flatMap((now, packet) =>
                now === was[packet] || now === becomes[packet] ? [] : [`step ${step}: ${now} for packet ${packet}`],
            ),
        );
    });
}

const positions = fc.constantFrom("first", "last");

function stands(others: readonly { action: string; content: string }[]): Stand {
    const rows = others.map((one, index) => ({ ".id": `*F${index}`, chain: "input", ...one }));
    return { rows, state: undefined };
}

const markers = (rows: readonly Values[]): string[] =>
    rows.flatMap(({ comment = "" }) => /#(.*)\]$/.exec(comment)?.[1] ?? []);

/** A drop was added ahead of its accept that was put in use. */
const used = { chain: "input", disabled: false };
const onceWrong: Rule[][] = [
    [{ ...used, key: "b", action: "accept", content: "7", disabled: true }],
    [
        { ...used, key: "e", action: "accept", content: "0", disabled: true },
        { ...used, key: "b", action: "accept", content: "57" },
        { ...used, key: "c", action: "drop", content: "5" },
    ],
    [],
];

/** A rule was added behind one that goes to another chain, and so behind a drop that is not ours. */
const toAnotherChain: Rule[][] = [
    [],
    [
        { ...used, key: "e", action: "accept", content: "7", disabled: true },
        { ...used, key: "a", action: "accept", content: "7" },
    ],
    [
        { ...used, key: "e", action: "accept", content: "7", disabled: true },
        { ...used, key: "c", action: "accept", content: "7" },
        { ...used, key: "a", action: "accept", content: "4", chain: "own", disabled: true },
    ],
];
const dropped = [{ action: "drop", content: "7" }];

test("from one block to another, every packet meets on the way what one of them lets it meet", () => {
    let steps = 0;
    fc.assert(
        fc.property(blocks, foreign, positions, ([from = [], to = []], others, position) => {
            const before = run(stands(others), inputsOf(from, position), () => undefined);
            const seen: Values[][] = [];
            const after = run(before, inputsOf(to, position), (rows) => seen.push(rows));
            steps += seen.length;
            expect(harm(before.rows, seen, after.rows)).toEqual([]);
            for (const chain of ["input", "own"]) {
                const wanted = to.filter((one) => one.chain === chain).map(({ key }) => key);
                expect(markers(after.rows.filter((row) => row["chain"] === chain))).toEqual(wanted);
            }
        }),
        { numRuns: runs, examples: [[onceWrong, [], "first"]] },
    );
    process.stdout.write(`blocks: ${runs} changes, ${steps} requests\n`);
});

test("a run that is stopped is gone on with, to the same block or another, and harms nobody either", () => {
    fc.assert(
        fc.property(blocks, foreign, positions, fc.nat(12), fc.boolean(), fc.boolean(), (...given) => {
            const [[from = [], to = [], other = []], others, position, stop, elsewhere, forgotten] = given;
            const before = run(stands(others), inputsOf(from, position), () => undefined);
            const stopped = run(before, inputsOf(to, position), () => undefined, stop);
            const next = inputsOf(elsewhere ? other : to, position);
            const seen: Values[][] = [];
            // The engine may have been killed before it recorded what was made.
            const known = forgotten ? { ...stopped, state: before.state } : stopped;
            const after = run(known, next, (rows) => seen.push(rows));
            expect(harm(stopped.rows, seen, after.rows)).toEqual([]);
            expect(markers(after.rows).filter((key) => key.endsWith("~"))).toEqual([]);
        }),
        { numRuns: runs, examples: [[toAnotherChain, dropped, "first", 2, true, false]] },
    );
});
