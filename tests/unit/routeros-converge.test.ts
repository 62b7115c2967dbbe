/** The flow behind create, update and delete, against an embedded router: when it looks again, goes on, or gives up. */
import { contextOf, converge, type Job, type Ledger } from "../../providers/routeros/runtime/engine/converge";
import { addressList } from "../../providers/routeros/runtime/kinds/address-list";
import { listQuery } from "../../providers/routeros/runtime/kinds/address-list/menu";
import type { CommonInputs, Kind, Properties } from "../../providers/routeros/runtime/kinds/kind";
import type { RouterError } from "../../providers/routeros/runtime/router/errors";
import { markedComment } from "../../providers/routeros/runtime/rows/ownership";
import { at, failure, list, look, on, open, sent, useRouter } from "./one-series";

useRouter();

const owner = "site/test/l";
const kind = addressList as Kind;
const inputsOf = (addresses: string[], more: Properties = {}): CommonInputs => {
    const { inputs, problems } = kind.normalise({ owner, list: "L", addresses, ...more });
    expect(problems).toEqual([]);
    return inputs;
};
const ledger = (): Ledger => ({ wrote: false, original: new Map() });
const run = (addresses: string[], more: Partial<Job> = {}, known = ledger()) =>
    converge({ kind, session: on.session, inputs: inputsOf(addresses), ...more }, known);
const standing = (name = "L"): string[] =>
    on.router
        .rows(list.path)
        .filter((row) => row["list"] === name)
        .map((row) => row["address"] ?? "")
        .sort();
const marked = (key: string): string => markedComment("", { owner, key, adopted: false });
const looks = (): number => sent("GET").filter(({ path }) => path === list.path).length;

/** Does something after every request of a method. */
const after = (method: string, work: (count: number) => void) => {
    let count = 0;
    return on.router.onRequest((request) => {
        if (request.method !== method || request.when !== "after") return;
        count += 1;
        work(count);
    });
};
/** How long was waited before a new attempt, in place of waiting: the attempt, and what for. */
function pauses(): [number, string][] {
    const all: [number, string][] = [];
    jest.spyOn(on.session.client, "pause").mockImplementation((attempt, error) => {
        all.push([attempt, (error as RouterError).code]);
        return Promise.resolve();
    });
    return all;
}

describe("rows that shall stand", () => {
    test("are looked at once where they stand, and once where every answer told the whole row", async () => {
        await run(["10.0.0.1", "10.0.0.2"]);
        expect([standing(), looks()]).toEqual([["10.0.0.1", "10.0.0.2"], 1]);
        on.router.clearLog();
        const known = ledger();
        const context = await run(["10.0.0.1", "10.0.0.2"], {}, known);
        expect(on.router.log.filter(({ method }) => method !== "GET")).toEqual([]);
        expect([known.wrote, [...context.matched.mine.keys()], known.context]).toEqual([
            false,
            ["10.0.0.1", "10.0.0.2"],
            context,
        ]);
    });

    test("are looked at again after scripts, which tell no rows", async () => {
        open("auto");
        await run(["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
        expect([standing().length, looks()]).toEqual([3, 2]);
    });

    test("go where they were before, too", async () => {
        on.router.add(list.path, { list: "old", address: "10.0.0.9", comment: marked("10.0.0.9") });
        await run(["10.0.0.1"], { olds: inputsOf([], { list: "old" }) });
        expect([standing("old"), standing()]).toEqual([[], ["10.0.0.1"]]);
        on.router.clearLog();
        await run(["10.0.0.1"], { olds: inputsOf(["10.0.0.1"]) });
        expect(looks()).toBe(1);
    });

    test("are not written where another row is in the way", async () => {
        on.router.add(list.path, { list: "L", address: "10.0.0.1", comment: "theirs" });
        const known = ledger();
        const error = await failure(run(["10.0.0.1", "10.0.0.2"], {}, known));
        expect(error.code).toBe("ownership/exists");
        expect([known.wrote, known.context?.matched.conflicts.length, standing()]).toEqual([false, 1, ["10.0.0.1"]]);
    });

    test("are prepared for, with what is about to be done, and only where something is", async () => {
        const prepared: string[][] = [];
        const prepare: Kind["prepare"] = (_session, operations, { desired }) => {
            prepared.push([operations.map((one) => one.kind).join(), desired.map(({ key }) => key).join()]);
            return Promise.resolve();
        };
        await run(["10.0.0.1"], { kind: { ...kind, prepare } });
        await run(["10.0.0.1"], { kind: { ...kind, prepare } });
        expect(prepared).toEqual([["add", "10.0.0.1"]]);
    });

    test("are given back as what can be, where that is told", async () => {
        const restorable: Kind["restorable"] = () =>
            Promise.resolve(new Map([["10.0.0.1", { list: "L", address: "10.0.0.1", comment: "as it can be" }]]));
        on.router.add(list.path, {
            list: "L",
            address: "10.0.0.1",
            comment: markedComment("", { owner, key: "10.0.0.1", adopted: true }),
        });
        const known = ledger();
        await run(["10.0.0.1"], { kind: { ...kind, restorable }, remove: true }, known);
        expect(on.router.rows(list.path).map(({ comment }) => comment)).toEqual(["as it can be"]);
        expect(known.original.get("10.0.0.1")?.["comment"]).toBe("as it can be");
    });
});

describe("rows that shall go", () => {
    test("are looked at once they are gone: an answer may have been another request's", async () => {
        await run(["10.0.0.1", "10.0.0.2"]);
        on.router.clearLog();
        on.router.addFault({ kind: "foreign-answer", when: "before", methods: ["DELETE"], at: 2 });
        await run(["10.0.0.1", "10.0.0.2"], { remove: true });
        expect(standing()).toEqual([]);
        expect([sent("DELETE").length, looks()]).toEqual([3, 3]);
        on.router.clearLog();
        await run(["10.0.0.1"], { remove: true });
        // What was known is not believed: nothing may be left.
        expect(looks()).toBe(1);
    });

    test("go without what is demanded of the router before anything is written", async () => {
        await run(["10.0.0.1"]);
        let asked = 0;
        const again = (): Promise<void> => Promise.resolve(void (asked += 1));
        on.session.demands.set("one", { requires: {}, self: {} as never, again });
        await run(["10.0.0.1"], { remove: true });
        expect(asked).toBe(0);
        await run(["10.0.0.1"]);
        expect(asked).toBe(1);
    });
});

describe("a failure that may pass", () => {
    test("is waited for, longer each time, and then looked up", async () => {
        const waited = pauses();
        on.router.addFault({ kind: "reset", when: "after", methods: ["PUT"], times: 1 });
        on.router.addFault({ kind: "500", when: "before", methods: ["PUT"], at: 2, times: 3 });
        await run(["10.0.0.1", "10.0.0.2"]);
        expect(standing()).toEqual(["10.0.0.1", "10.0.0.2"]);
        expect(waited).toEqual([
            [1, "connection/reset"],
            [2, "router/failed"],
            [3, "router/failed"],
            [3, "router/failed"],
        ]);
    });

    test("is told in its own words once it has come six times", async () => {
        const waited = pauses();
        on.router.addFault({ kind: "500", methods: ["PUT"], times: 100 });
        expect((await failure(run(["10.0.0.1"]))).code).toBe("router/failed");
        expect([sent("PUT").length, waited.length]).toEqual([6, 5]);
    });

    test("is no failure of the router's refusal, which is told at once", async () => {
        const waited = pauses();
        const error = await failure(run(["10.0.0.1"], { kind: refused }));
        expect([error.code, sent("PUT").length, waited]).toEqual(["router/bad-value", 1, []]);
    });
    const refused: Kind = {
        ...kind,
        desired: () => [{ key: "x", values: { list: "L", address: "10.0.0.300" }, text: "" }],
    };
});

describe("somebody who writes at the same time", () => {
    test("and came first is looked up, without waiting", async () => {
        const waited = pauses();
        const stop = on.router.onRequest(({ method, when }) => {
            if (method !== "PUT" || when !== "before") return;
            stop();
            on.router.add(list.path, { list: "L", address: "10.0.0.1", comment: marked("10.0.0.1") });
        });
        await run(["10.0.0.1", "10.0.0.2"]);
        expect([standing(), waited]).toEqual([["10.0.0.1", "10.0.0.2"], []]);
    });

    test("and is in the way twice of the same write is told in the router's words", async () => {
        // The look does not show what the router refuses a second one for.
        const disabled = on.router.add(list.path, { list: "L", address: "10.0.0.1", disabled: "true" });
        on.router.onRequest(({ method, when }) => {
            if (method === "PUT") on.router.set(list.path, disabled, { disabled: String(when === "after") });
        });
        expect((await failure(run(["10.0.0.1"]))).code).toBe("router/duplicate");
        expect(sent("PUT")).toHaveLength(2);
    });

    test("and takes back every write is told so after six", async () => {
        await run(["10.0.0.1"]);
        on.router.clearLog();
        after("PATCH", () => {
            const [row] = on.router.rows(list.path);
            on.router.set(list.path, row?.[".id"] ?? "", { disabled: "true" });
            on.session.snapshot.drop(list);
        });
        on.router.set(list.path, on.router.rows(list.path)[0]?.[".id"] ?? "", { disabled: "true" });
        // What others refer to is read again after every change.
        const scope: Kind["scope"] = () => ({ menu: { ...list, label: ["disabled"] }, queries: [listQuery("L")] });
        const error = await failure(run(["10.0.0.1"], { kind: { ...kind, scope } }));
        expect(error.message).toMatch(/^list "L" \(ipv4\) on http\S+ differs again after every write\. /);
        expect([error.code, sent("PATCH").length]).toEqual(["router/not-settled", 6]);
    });
});

describe("a series that outlasts its look", () => {
    test("goes on by new ones as long as there is less and less to do, more often than six times", async () => {
        const all = Array.from({ length: 20 }, (_, index) => `10.0.0.${index + 1}`);
        await run(all);
        on.router.clearLog();
        after("DELETE", () => void (on.time += 2001));
        await run(all, { remove: true });
        expect(standing()).toEqual([]);
        expect(looks()).toBeGreaterThan(15);
    });

    test("and never gets anywhere ends after six", async () => {
        await run(["10.0.0.1", "10.0.0.2"]);
        on.router.clearLog();
        // Each look is too old by the time it is written by.
        const stop = on.router.onRequest(() => void (on.time += 3000));
        const engine = { check: () => Promise.resolve(void (on.time += 3000)), close: () => undefined };
        on.session.engine = engine;
        const error = await failure(run(["10.0.0.1", "10.0.0.2"], { remove: true }));
        stop();
        expect(error.code).toBe("router/not-settled");
        expect([standing().length, sent("DELETE").length]).toEqual([2, 0]);
    });

    test("is one resource's at a time", async () => {
        const other = inputsOf(["10.0.0.1", "10.0.0.2", "10.0.0.3"], { list: "M" });
        await Promise.all([run(["10.0.0.1", "10.0.0.2", "10.0.0.3"]), run([], { inputs: other })]);
        const order = sent("PUT").map(({ body }) => (body as Record<string, string>)["list"]);
        expect(order.join("")).toMatch(/^(L{3}M{3}|M{3}L{3})$/);
    });
});

describe("what is known of rows", () => {
    const theirs = { list: "L", address: "10.0.0.1", comment: "theirs" };
    const known = (more: Properties, job: { onlyRead?: boolean; olds?: CommonInputs } = {}, ledgers = ledger()) => {
        on.router.add(list.path, theirs);
        const inputs = inputsOf(["10.0.0.1"], more);
        return contextOf({ kind, inputs, ...job }, kind.scope(inputs, undefined), look(list).rows, ledgers);
    };

    test.each([{ adopt: true }, { exclusive: true }])("%j: takes nothing over where it is only looked at", (more) => {
        expect([...known(more, { onlyRead: true }).matched.adopted]).toEqual([]);
        on.router.remove(list.path, on.router.rows(list.path)[0]?.[".id"] ?? "");
        expect([...known(more).matched.adopted.keys()]).toEqual(["10.0.0.1"]);
    });

    test("is what the rows were by now and before, and the inputs that were recorded", () => {
        const ledgers: Ledger = { wrote: false, original: new Map([["10.0.0.9", { comment: "before" }]]) };
        const olds = inputsOf(["10.0.0.9"]);
        expect(known({ adopt: true }, { olds }, ledgers).olds).toBe(olds);
        expect([...ledgers.original.keys()]).toEqual(["10.0.0.9", "10.0.0.1"]);
    });

    test("outlives the process: what was taken over is given back as it was, by a note", async () => {
        on.router.add(list.path, { ...theirs, disabled: "true" });
        const inputs = inputsOf(["10.0.0.1"], { adopt: true });
        await run([], { inputs });
        expect(on.router.rows(list.path)[0]?.["disabled"]).toBe("false");
        await run([], { inputs, remove: true });
        expect(on.router.rows(list.path)).toMatchObject([{ ...theirs, disabled: "true" }]);
    });
});

describe("a recorded row that was moved by hand", () => {
    test.each([
        ["goes with the others", [], []],
        ["stays where another resource's rows stand", [{ menu: list.path, queries: [listQuery("M")] }], ["10.0.0.1"]],
    ])("%s", async (_what, spared, left) => {
        const id = on.router.add(list.path, { list: "M", address: "10.0.0.1", comment: marked("10.0.0.1") });
        const olds = { ...inputsOf(["10.0.0.1"]), ids: { "10.0.0.1": id } };
        await run([], { inputs: olds, olds, remove: true, spared });
        expect(standing("M")).toEqual(left);
    });

    test("is made anew where it is gone by the time of its change", async () => {
        const id = on.router.add(list.path, { list: "L", address: "10.0.0.1", comment: `x ${marked("10.0.0.1")}` });
        at("PATCH", "before", () => on.router.remove(list.path, id));
        await run(["10.0.0.1"]);
        expect([standing(), sent("PUT").length]).toEqual([["10.0.0.1"], 1]);
    });
});
