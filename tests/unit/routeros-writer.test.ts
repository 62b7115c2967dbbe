/** One series of operations on one menu: what is sent, what is believed, and what is known after it. */
import { Writer } from "../../providers/routeros/runtime/engine/writer";
import { listQuery } from "../../providers/routeros/runtime/kinds/address-list/menu";
import { queueTreeMenu } from "../../providers/routeros/runtime/kinds/queue-tree/menu";
import { queueTypeMenu } from "../../providers/routeros/runtime/kinds/queue-type/menu";
import type { Menu, Values } from "../../providers/routeros/runtime/rows/fields";
import type { Operation } from "../../providers/routeros/runtime/rows/reconcile";
import {
    add,
    at,
    comments,
    entry,
    failure,
    filter,
    list,
    look,
    mangle,
    marked,
    on,
    optionsOf,
    remove,
    rule,
    sent,
    set,
    useRouter,
    write,
} from "./one-series";

useRouter();

describe("a row that is added", () => {
    test("is known with its id, and nothing need be read again", async () => {
        const { rows, verify, done } = await write(list, [add("10.0.0.1"), add("10.0.0.2")]);
        const standing = on.router.rows(list.path).map((row) => row[".id"]);
        expect([verify, done, on.written.wrote]).toEqual([false, 2, true]);
        expect(rows.map(({ id }) => id)).toEqual(standing);
        expect([...(on.written.ids ?? [])]).toEqual([
            ["10.0.0.1", standing[0]],
            ["10.0.0.2", standing[1]],
        ]);
        expect(on.written.gone).toBeUndefined();
        expect(sent("GET")).toEqual([]);
        expect(sent("PUT").map(({ body }) => body)).toEqual([entry("10.0.0.1"), entry("10.0.0.2")]);
    });

    test("before another stands there, and the rows are to be read again", async () => {
        const first = on.router.add(filter.path, rule("first"));
        const { verify } = await write(filter, [
            { kind: "add", key: "a", values: rule(marked("a")), before: first },
            { kind: "add", key: "b", values: rule(marked("b")) },
        ]);
        expect(verify).toBe(true);
        const all = comments(filter);
        expect(all.indexOf(marked("a"))).toBe(all.indexOf("first") - 1);
        expect(all.at(-1)).toBe(marked("b"));
    });

    test("whose comment the router cut short goes again, and is named", async () => {
        const send = on.session.client.request.bind(on.session.client);
        jest.spyOn(on.session.client, "request").mockImplementation(async (method, path, options) => {
            const answer = (await send(method, path, options)) as Values;
            return method === "PUT" ? { ...answer, comment: "[pulumi:si" } : answer;
        });
        const error = await failure(write(list, [add("10.0.0.1")]));
        expect(error.message).toMatch(
            /^list "L" on http.*: the row for 10\.0\.0\.1 reads back with comment "\[pulumi:si"\. .*\[ownership\/marker-not-kept\]$/,
        );
        expect(on.router.rows(list.path)).toEqual([]);
    });

    test("without a comment is not looked at for one", async () => {
        await write(queueTypeMenu, [{ kind: "add", key: "t", values: { name: "t", kind: "pfifo" } }]);
        expect(on.router.rows(queueTypeMenu.path).map(({ name }) => name)).toContain("t");
    });

    test("is told from another request's answer by what it is called, and by its marker", async () => {
        const options = optionsOf("PUT");
        await write(list, [add("10.0.0.1")]);
        const judge = options().expect as (answer: unknown) => string | undefined;
        const row = on.router.rows(list.path)[0] as Values;
        expect(judge(row)).toBeUndefined();
        expect(judge({ ...row, comment: "cut" })).toBeUndefined();
        expect(judge({ ...row, address: "10.0.0.2" })).toBe("another address");
        expect(judge({ ...row, list: "M" })).toBe("another list");
        expect(judge({ ...row, comment: marked("10.0.0.2") })).toBe("another row of ours");
        for (const none of [undefined, null, "*1", [], { ...row, ".id": 1 }, { ret: "*1" }])
            expect(judge(none)).toBe("no row");
        // A default that was not sent, and one that reads in another form, are no other row.
        await write(mangle, [{ kind: "add", key: "a", values: { chain: "forward", comment: marked("a") } }]);
        const [rule] = on.router.rows(mangle.path).filter(({ comment }) => comment === marked("a"));
        expect(options().expect?.(rule)).toBeUndefined();
        expect(options().expect?.({ ...rule, chain: "input" })).toBe("another chain");
    });

    test("without a marker is noted before its answer comes: what was lost may stand, what was refused does not", async () => {
        const type: Operation = { kind: "add", key: "t", values: { name: "t", kind: "pfifo" } };
        on.router.addFault({ kind: "reset", when: "after", methods: ["PUT"] });
        await failure(write(queueTypeMenu, [type], { unmarked: true }));
        expect([...(on.written.ids ?? [])]).toEqual([["t", ""]]);
        expect((await failure(write(queueTypeMenu, [type], { unmarked: true }))).code).toBe("router/duplicate");
        expect([...(on.written.ids ?? [])]).toEqual([]);
        // With a marker it is told by that.
        on.router.addFault({ kind: "reset", when: "after", methods: ["PUT"] });
        on.written = { wrote: false };
        await failure(write(list, [add("10.0.0.1")]));
        expect([...(on.written.ids ?? [])]).toEqual([]);
    });
});

describe("a row that is changed", () => {
    test("is known as the answer has it; where others refer to it, or a value was cleared, all are read again", async () => {
        const id = on.router.add(list.path, entry("10.0.0.1"));
        const disabled = await write(list, [set(id, { disabled: "true" })]);
        expect(disabled).toMatchObject({ verify: false, done: 1, rows: [{ id, disabled: true }] });
        expect((await write(list, [set(id, { address: "10.0.0.9" })])).verify).toBe(true);
        const queue = on.router.add(queueTreeMenu.path, { name: "up", parent: "ether5", comment: marked("up") });
        expect((await write(queueTreeMenu, [set(queue, { "max-limit": "5000000" })])).verify).toBe(false);
        expect((await write(queueTreeMenu, [set(queue, { name: "uplink" })])).verify).toBe(true);
        const first = on.router.add(mangle.path, { ...rule(marked("a")), "src-address": "10.0.0.1" });
        expect((await write(mangle, [set(first, {}, ["src-address"])])).verify).toBe(true);
        expect(sent("PATCH").at(-1)?.body).toEqual({ "!src-address": "" });
        expect(on.router.rows(mangle.path).at(-1)).not.toHaveProperty("src-address");
    });

    test("is told from another request's answer by its id and by what was sent", async () => {
        const id = on.router.add(queueTreeMenu.path, { name: "up", parent: "ether5", comment: marked("up") });
        const options = optionsOf("PATCH");
        await write(queueTreeMenu, [set(id, { "max-limit": "5000000", priority: "3" })]);
        const judge = options().expect as (answer: unknown) => string | undefined;
        const row = on.router.rows(queueTreeMenu.path)[0] as Values;
        expect(judge(row)).toBeUndefined();
        expect(judge({ ...row, "max-limit": "5M" })).toBeUndefined();
        expect(judge({ ...row, priority: "8" })).toBe("other values than were sent");
        expect(judge({ ...row, "max-limit": "6M" })).toBe("other values than were sent");
        expect(judge({ ...row, ".id": "*99" })).toBe("another row");
        expect(judge([])).toBe("no row");
    });

    test.each<[string, (id: string) => void]>([
        ["address", (id) => on.router.set(list.path, id, { address: "10.0.0.7" })],
        ["list", (id) => on.router.set(list.path, id, { list: "M" })],
        ["marker", (id) => on.router.set(list.path, id, { comment: "mine" })],
    ])("and has another %s than was seen gets back what is known of it, and is named", async (_what, edit) => {
        const id = on.router.add(list.path, entry("10.0.0.1"));
        at("PATCH", "before", () => edit(id));
        const before = (): Values => on.router.rows(list.path)[0] as Values;
        const error = await failure(write(list, [set(id, { disabled: "true" })]));
        expect(error.code).toBe("ownership/another-row");
        expect(error.message).toMatch(
            /^list "L" on http\S+: 10\.0\.0\.1 .* became 10\.0\.0\.\d .*; what was sent is taken back, but what it had in disabled is not known/,
        );
        expect(before()["disabled"]).toBe("false");
    });

    test("into which our marker went is left without it", async () => {
        const id = on.router.add(list.path, { list: "L", address: "10.0.0.1" });
        at("PATCH", "before", () => on.router.set(list.path, id, { address: "10.0.0.7", comment: "theirs" }));
        const error = await failure(write(list, [set(id, { comment: marked("10.0.0.1") })]));
        expect(error.message).toContain("what it had in comment is not known");
        expect(on.router.rows(list.path).map(({ address, comment = "" }) => [address, comment])).toEqual([
            ["10.0.0.7", ""],
        ]);
    });

    test("and is the one that was seen, whatever the answer said, gets nothing taken back", async () => {
        const id = on.router.add(list.path, entry("10.0.0.1"));
        const send = on.session.client.request.bind(on.session.client);
        jest.spyOn(on.session.client, "request").mockImplementation(async (method, path, options) => {
            const answer = (await send(method, path, options)) as Values;
            return method === "PATCH" ? { ...answer, address: "10.0.0.8" } : answer;
        });
        const error = await failure(write(list, [set(id, { disabled: "true" })]));
        expect(error.message).toMatch(
            new RegExp(`^PATCH /ip/firewall/address-list/\\${id} on http\\S+ was answered with another row\\.`),
        );
        expect(error.code).toBe("connection/wrong-answer");
        expect(on.router.rows(list.path)[0]?.["disabled"]).toBe("true");
    });

    test("and is gone when it is looked at gets nothing taken back", async () => {
        const id = on.router.add(list.path, entry("10.0.0.1"));
        at("PATCH", "before", () => on.router.set(list.path, id, { address: "10.0.0.7" }));
        at("GET", "before", () => on.router.remove(list.path, id));
        expect((await failure(write(list, [set(id, { disabled: "true" })]))).code).toBe("connection/wrong-answer");
        expect(sent("PATCH")).toHaveLength(1);
    });

    test("by address and comment at once is told by neither", async () => {
        const id = on.router.add(list.path, entry("10.0.0.1"));
        await write(list, [set(id, { address: "10.0.0.2", comment: marked("10.0.0.2") })]);
        expect(comments(list)).toEqual([marked("10.0.0.2")]);
    });
});

describe("a row that is removed", () => {
    test("is known to be gone, also where it was gone already", async () => {
        const [one, two, three] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((each) =>
            on.router.add(list.path, entry(each)),
        ) as [string, string, string];
        at("DELETE", "after", () => on.router.remove(list.path, two));
        const { rows, verify } = await write(list, [remove(one), remove(two)]);
        expect([verify, rows.map(({ id }) => id), [...(on.written.gone ?? [])]]).toEqual([false, [three], [one, two]]);
        expect(sent("GET")).toEqual([]);
    });

    test("and that the router keeps is an error in its words", async () => {
        const parent = on.router.add(queueTreeMenu.path, { name: "up", parent: "ether5" });
        on.router.addFault({ kind: "500", methods: ["DELETE"] });
        expect((await failure(write(queueTreeMenu, [remove(parent)]))).code).toBe("router/failed");
        expect(on.written.gone).toBeUndefined();
    });

    test("is told from another request's answer: a removal has none", async () => {
        const id = on.router.add(list.path, entry("10.0.0.1"));
        const options = optionsOf("DELETE");
        await write(list, [remove(id)]);
        const judge = options().expect as (answer: unknown) => string | undefined;
        expect([undefined, [], { ".id": "*1" }].map(judge)).toEqual([undefined, undefined, "a row"]);
    });

    test("and keeps others out is looked for, and nothing goes before it is gone", async () => {
        const drop = rule(marked("drop"), { action: "drop" });
        const id = on.router.add(filter.path, drop);
        const accept = on.router.add(filter.path, rule(marked("accept")));
        on.router.addFault({ kind: "foreign-answer", when: "before", methods: ["DELETE"], at: 2 });
        await write(filter, [remove(accept)]);
        expect(sent("GET")).toEqual([]);
        const error = await failure(write(filter, [remove(id)]));
        expect(error.message).toMatch(/^DELETE \/ip\/firewall\/filter\/\*\w+ on http\S+ was answered as done, and the/);
        expect(error.code).toBe("connection/wrong-answer");
        expect([...(on.written.gone ?? [])]).toEqual([accept]);
        // A colleague's new row that got its id is no sign of that.
        at("DELETE", "after", () => on.router.add(filter.path, { ...drop, comment: "theirs" }));
        await write(filter, [remove(id)]);
        expect(comments(filter)).toContain("theirs");
        expect([...(on.written.gone ?? [])]).toEqual([accept, id]);
    });
});

describe("rows that are moved", () => {
    test("stand together before the one that was named, or at the end", async () => {
        const ids = ["a", "b", "c"].map((each) => on.router.add(mangle.path, rule(each))) as [string, string, string];
        const one = await write(mangle, [{ kind: "move", ids: [ids[1], ids[2]], before: ids[0] }]);
        expect([one.verify, comments(mangle).slice(-3)]).toEqual([true, ["b", "c", "a"]]);
        await write(mangle, [{ kind: "move", ids: [ids[1]] }]);
        expect(comments(mangle).slice(-3)).toEqual(["c", "a", "b"]);
        expect(sent("POST").map(({ body }) => body)).toEqual([
            { numbers: `${ids[1]},${ids[2]}`, destination: ids[0] },
            { numbers: ids[1] },
        ]);
    });
});

describe("a series", () => {
    test.each<[string, Menu, (id: string) => Operation]>([
        ["removal", list, remove],
        ["change", list, (id) => set(id, { disabled: "true" })],
        ["move", mangle, (id) => ({ kind: "move", ids: [id] })],
        ["place", mangle, (id) => ({ kind: "add", key: "z", values: rule(marked("z")), before: id })],
    ])("stops before a %s by a look older than two seconds", async (_what, menu, operation) => {
        const values = menu === list ? entry("10.0.0.1") : rule(marked("a"));
        const id = on.router.add(menu.path, values);
        const standing = on.router.rows(menu.path);
        const next = menu === list ? add("10.0.0.2") : ({ kind: "add", key: "b", values: rule(marked("b")) } as const);
        at("PUT", "after", () => void (on.time += 2001));
        const { done, verify, rows } = await write(menu, [next, operation(id), operation(id)]);
        expect([done, verify, rows.length]).toEqual([1, true, standing.length + 1]);
        expect(on.router.rows(menu.path).slice(0, standing.length)).toEqual(standing);
    });

    test("goes on where the look is just two seconds old, or where nothing goes by it", async () => {
        const id = on.router.add(list.path, entry("10.0.0.1"));
        at("PUT", "after", () => void (on.time += 2000));
        expect(await write(list, [add("10.0.0.2"), remove(id)])).toMatchObject({ done: 2, verify: false });
        on.router.onRequest(() => void (on.time += 5000));
        expect(await write(list, [add("10.0.0.3"), add("10.0.0.4")])).toMatchObject({ done: 2, verify: false });
    });

    test("asks before each write whether the engine is there, and writes nothing more where it is not", async () => {
        let asked = 0;
        on.session.engine = {
            check: () => ((asked += 1) > 1 ? Promise.reject(new Error("gone")) : Promise.resolve()),
            close: () => undefined,
        };
        await expect(write(list, [add("10.0.0.1"), add("10.0.0.2")])).rejects.toThrow("gone");
        expect(on.router.rows(list.path)).toHaveLength(1);
        expect(on.written.wrote).toBe(true);
        on.written = { wrote: false };
        await expect(write(list, [add("10.0.0.3")])).rejects.toThrow("gone");
        expect(on.written.wrote).toBe(false);
    });

    test("ends at the first that is refused, which is the one under way", async () => {
        on.router.add(list.path, entry("10.0.0.2"));
        const writer = new Writer(on.session, { menu: list, queries: [listQuery("L")] }, 'list "L"', false);
        const all = [add("10.0.0.1"), add("10.0.0.2"), add("10.0.0.3")];
        expect((await failure(writer.all(all, look(list), on.written))).code).toBe("router/duplicate");
        expect(writer.current).toBe(all[1]);
        expect(on.router.rows(list.path).map(({ address }) => address)).toEqual(["10.0.0.2", "10.0.0.1"]);
    });

    test("makes what was read of its part forgotten, and of where its rows stood; other parts stay known", async () => {
        const moved = on.router.add(list.path, { ...entry("10.0.0.1"), list: "M" });
        for (const name of ["L", "M", "N"]) await on.session.snapshot.rows(list, listQuery(name));
        const writer = new Writer(on.session, { menu: list, queries: [listQuery("L")] }, 'list "L"', false);
        await writer.all([set(moved, { list: "L" })], look(list), on.written);
        on.router.clearLog();
        for (const name of ["L", "M", "N"]) await on.session.snapshot.rows(list, listQuery(name));
        expect(sent("GET").map(({ query }) => (query as Values)["list"])).toEqual(["L", "M"]);
        // Where rows are read whole, all of it.
        await on.session.snapshot.rows(mangle, {});
        await write(mangle, [{ kind: "add", key: "a", values: rule(marked("a")) }], { queries: [{}] });
        expect((await on.session.snapshot.rows(mangle, {})).map(({ comment }) => comment)).toContain(marked("a"));
    });

    test("that failed makes it forgotten, too: it may have been carried out", async () => {
        await on.session.snapshot.rows(list, listQuery("L"));
        on.router.addFault({ kind: "reset", when: "after", methods: ["PUT"] });
        await failure(write(list, [add("10.0.0.1")]));
        expect(await on.session.snapshot.rows(list, listQuery("L"))).toHaveLength(1);
    });
});
