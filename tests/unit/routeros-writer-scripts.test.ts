/** One series of operations on one menu that goes by scripts: what is sent together, and what is known after it. */
import { Writer } from "../../providers/routeros/runtime/engine/writer";
import { queueTypeMenu } from "../../providers/routeros/runtime/kinds/queue-type/menu";
import type { Menu } from "../../providers/routeros/runtime/rows/fields";
import type { Addition, Operation } from "../../providers/routeros/runtime/rows/reconcile";
import { start } from "../../router";
import {
    add,
    comments,
    entry,
    failure,
    filter,
    list,
    look,
    mangle,
    marked,
    on,
    open,
    remove,
    rule,
    sent,
    useRouter,
    write,
} from "./one-series";

useRouter();

describe("a series by scripts", () => {
    const all = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"];
    const rules = all.map((key): Addition => ({ kind: "add", key, values: rule(marked(key)) }));
    const scripts = () => on.router.log.filter(({ path }) => path === "/execute").length;
    const writerOf = (menu: Menu) => new Writer(on.session, { menu, queries: [{}] }, "rows", false);
    beforeEach(() => open("auto"));

    test("is one row, which is looked at, and then the rest; each is known by its id, and all are read again", async () => {
        const { done, verify } = await write(
            list,
            all.map((each) => add(each)),
        );
        expect([done, verify, scripts(), sent("GET").length, sent("PUT").length]).toEqual([4, true, 2, 1, 0]);
        const standing = on.router.rows(list.path).map((row) => row[".id"] ?? "");
        expect([...(on.written.ids ?? [])]).toEqual(all.map((key, index) => [key, standing[index]]));
        const gone = await write(list, standing.slice(1).map(remove));
        expect([gone.done, gone.rows.map(({ id }) => id)]).toEqual([3, [standing[0]]]);
        expect([...(on.written.gone ?? [])]).toEqual(standing.slice(1));
        expect(on.router.rows(list.path)).toHaveLength(1);
        expect(sent("DELETE")).toEqual([]);
    });

    test("notes the rows that it adds before its answer comes", async () => {
        on.router.addFault({ kind: "reset", when: "after", path: "/execute" });
        await failure(
            write(
                list,
                all.map((each) => add(each)),
            ),
        );
        expect([...(on.written.ids ?? [])]).toEqual([["10.0.0.1", ""]]);
    });

    test("goes on singly where the first row does not stand as it was meant", async () => {
        const writer = writerOf(list);
        jest.spyOn(on.session.client, "row").mockResolvedValueOnce(undefined);
        const first = await writer.all(
            all.map((each) => add(each)),
            look(list),
            on.written,
        );
        expect([first.done, first.verify, scripts()]).toEqual([0, true, 1]);
        const rest = await writer.all(
            all.slice(1).map((each) => add(each)),
            look(list),
            on.written,
        );
        expect([rest.done, rest.verify, scripts()]).toEqual([3, false, 1]);
        expect(on.router.rows(list.path).map(({ address }) => address)).toEqual(all);
    });

    test("of a set leaves out what fails, which is written singly afterwards, for the router's own words", async () => {
        on.router.add(list.path, entry("10.0.0.3"));
        const writer = writerOf(list);
        const { done, verify } = await writer.all(
            all.map((each) => add(each)),
            look(list),
            on.written,
        );
        expect([done, verify]).toEqual([3, true]);
        expect(on.written.ids?.get("10.0.0.3")).toBe("");
        expect(
            on.router
                .rows(list.path)
                .map(({ address }) => address)
                .sort(),
        ).toEqual(all);
        const again = writer.all([add("10.0.0.3"), add("10.0.0.5")], look(list), on.written);
        expect((await failure(again)).code).toBe("router/duplicate");
    });

    test("where order matters ends at what fails, and so does the series", async () => {
        const wrong = { ...rules[2], values: { ...rule(marked("wrong")), "in-interface": "nope" } } as Operation;
        const writer = writerOf(filter);
        const before = on.router.rows(filter.path).length;
        const some = [rules[0], rules[1], wrong, rules[3]] as Operation[];
        expect((await writer.all(some, look(filter), on.written)).done).toBe(2);
        expect(on.router.rows(filter.path)).toHaveLength(before + 2);
        expect((await failure(writer.all(some.slice(2), look(filter), on.written))).code).toBe(
            "router/missing-reference",
        );
        expect(on.router.rows(filter.path)).toHaveLength(before + 2);
    });

    test("where it was cut off goes on from there, the first step that was not told singly", async () => {
        await on.router.stop();
        on.router = await start({ behaviour: { scriptCommands: 3 } });
        open("auto");
        const writer = writerOf(mangle);
        const left = (): Operation[] => rules.filter(({ key }) => !comments(mangle).includes(marked(key)));
        expect((await writer.all(rules, look(mangle), on.written)).done).toBeLessThan(rules.length);
        while (left().length > 0) await writer.all(left(), look(mangle), on.written);
        expect(comments(mangle).slice(-4)).toEqual(all.map(marked));
    });

    test("that goes by where another row stands is not sent by a look older than two seconds", async () => {
        const id = on.router.add(mangle.path, rule("first"));
        await write(mangle, rules.slice(0, 2), { queries: [{}] });
        on.time = 0;
        const places = rules.slice(2).map((one) => ({ ...one, before: id }));
        const old = { ...look(mangle), at: -2001 };
        on.router.clearLog();
        expect(await writerOf(mangle).all(places, old, on.written)).toMatchObject({ done: 0, verify: true });
        expect(scripts()).toBe(0);
        expect((await writerOf(mangle).all(rules.slice(2), old, on.written)).done).toBe(2);
        expect(scripts()).toBe(1);
    });

    test("is none for rows without a marker, nor for what one request does", async () => {
        const types = all.map((key): Operation => ({ kind: "add", key, values: { name: key, kind: "pfifo" } }));
        await write(queueTypeMenu, types, { unmarked: true });
        await write(list, [add("10.0.0.1")]);
        expect([scripts(), sent("PUT").length]).toEqual([0, 5]);
    });
});
