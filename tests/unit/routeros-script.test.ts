/** Operations as a script, by two readers of RouterOS's language that know nothing of each other. */
import { addressListMenus } from "../../providers/routeros/runtime/kinds/address-list/menu";
import { firewallMenu } from "../../providers/routeros/runtime/kinds/firewall-rules/menu";
import type { Operation } from "../../providers/routeros/runtime/rows/reconcile";
import type { Row } from "../../providers/routeros/runtime/rows/row";
import { readRow } from "../../providers/routeros/runtime/rows/row";
import { isAnswerOf, outcomesOf, quoted, scriptOf, stepOf } from "../../providers/routeros/runtime/rows/script";
import { type Call, withRouter } from "../../testing/embedded-router";
import { fc } from "../../testing/random";
import { readCommand } from "../../testing/script-reader";

const menu = addressListMenus.ipv4;
const path = menu.path;
const marked = "to S3 [pulumi:site/test/s3#10.0.0.0/8]";
const rowOf = (comment: string): Row => readRow(menu, { ".id": "*1", list: "S3", address: "10.0.0.0/8", comment });
const step = (operation: Operation, row?: Row) => stepOf(menu, operation, () => row);
const run = async (call: Call, script: string): Promise<string> =>
    ((await call("POST", "/execute", { script, "as-string": "" })).body as { ret: string }).ret;

/** Texts near what means something in a script, and texts of any characters. */
const anyText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
        .array(fc.constantFrom(..."ab0 ._:/,~+*@%#=()[]-$\\\"?{};!&|<>'`\n\té".split("")), { maxLength: 12 })
        .map((letters) => letters.join("")),
);

describe("a value in a script", () => {
    it("is what the manual's reader and the embedded router read, or is not put into one", () =>
        withRouter({}, async (call) => {
            await fc.assert(
                fc.asyncProperty(anyText, async (value) => {
                    const text = quoted(value);
                    if (text === undefined) {
                        expect(value).toMatch(/[^A-Za-z0-9 ._:/,~+*@%#=()[\]-]/);
                        return;
                    }
                    expect(readCommand(`/x/add comment=${text} list=a`).args).toEqual({ comment: value, list: "a" });
                    expect(await run(call, `:put (${text.startsWith('"') ? text : `"${text}"`}."|")`)).toBe(
                        `${value}|`,
                    );
                    const address = "192.0.2.7";
                    await run(call, `${path}/add list=a address=${address} comment=${text}`);
                    const [row] = (await call("GET", `${path}?list=a`)).body as Record<string, string>[];
                    expect(row?.["comment"] ?? "").toBe(value);
                    await call("DELETE", `${path}/${row?.[".id"]}`);
                }),
                { numRuns: 300 },
            );
        }));

    it("of plain characters is always put into one", () => {
        for (const value of ["", marked, "10.0.0.0/8", "2001:db8::/32", "established,related", "5% (a) #1 ~x"]) {
            expect(quoted(value)).toBeDefined();
        }
    });
});

describe("an operation", () => {
    it("goes singly where a value, or the comment of its row, is not plain, and where a property is cleared", () => {
        const add = (comment: string): Operation => ({
            kind: "add",
            key: "10.0.0.0/8",
            values: { list: "S3", address: "10.0.0.0/8", comment },
        });
        const change = (comment: string, clear: string[] = []): Operation => ({
            kind: "change",
            key: "10.0.0.0/8",
            id: "*1",
            difference: { set: { comment }, clear },
        });
        expect(step(add(marked))).toBeDefined();
        expect(step(add('say "hello"'))).toBeUndefined();
        expect(step(add("für S3"))).toBeUndefined();
        expect(step(change("new"), rowOf(marked))).toBeDefined();
        expect(step(change("new"), rowOf("für S3"))).toBeUndefined();
        expect(step(change("$new"), rowOf(marked))).toBeUndefined();
        expect(step(change("new", ["timeout"]), rowOf(marked))).toBeUndefined();
        expect(step(change("new"))).toBeUndefined();
        expect(step({ kind: "move", ids: ["*1"] }, rowOf(marked))).toBeUndefined();
    });

    it("says yes and no where REST says true and false", () => {
        const values = { list: "S3", address: "10.0.0.0/8", disabled: "true" };
        expect(step({ kind: "add", key: "a", values })?.command).toBe(
            `${path}/add list=S3 address=10.0.0.0/8 disabled=yes`,
        );
    });

    it("is not done to a row that has another comment, address or list by now", () =>
        withRouter({}, async (call, router) => {
            const id = router.add(path, { list: "S3", address: "10.0.0.0/8", comment: marked });
            const bare = router.add(path, { list: "S3", address: "10.1.0.0/16" });
            const change: Operation = {
                kind: "change",
                key: "x",
                id,
                difference: { set: { comment: "new" }, clear: [] },
            };
            const ofMarked = step(change, { ...rowOf(marked), id });
            const unmarked = readRow(menu, { ".id": bare, list: "S3", address: "10.1.0.0/16" });
            const ofBare = step({ kind: "remove", key: "x", id: bare }, unmarked);
            if (!ofMarked || !ofBare) throw new Error("not put into a script");

            router.set(path, id, { comment: "a colleague's" });
            router.set(path, bare, { list: "friends" });
            const refused = await run(call, scriptOf("t", [ofMarked, ofBare], false));
            expect(outcomesOf("t", refused)).toEqual(
                new Map([
                    [0, "failed"],
                    [1, "failed"],
                ]),
            );
            expect(router.rows(path).map(({ comment, list }) => [list, comment])).toEqual([
                ["S3", "a colleague's"],
                ["friends", undefined],
            ]);

            router.set(path, id, { comment: marked });
            router.set(path, bare, { list: "S3" });
            const done = await run(call, scriptOf("t", [ofMarked, ofBare], false));
            expect([...outcomesOf("t", done).values()]).toEqual(["done", "done"]);
            expect(router.rows(path).map(({ comment }) => comment)).toEqual(["new"]);
        }));
});

describe("a script", () => {
    const adds = (addresses: string[]) =>
        addresses.flatMap((address) => step({ kind: "add", key: address, values: { list: "S3", address } }) ?? []);

    it("of a set carries out what comes after a step that failed", () =>
        withRouter({}, async (call, router) => {
            const answer = await run(call, scriptOf("t", adds(["10.0.0.1", "10.0.0.1", "10.0.0.2"]), false));
            expect([...outcomesOf("t", answer).values()]).toEqual([
                expect.stringMatching(/^\*/),
                "failed",
                expect.stringMatching(/^\*/),
            ]);
            expect(router.rows(path).map(({ address }) => address)).toEqual(["10.0.0.1", "10.0.0.2"]);
        }));

    it("where order matters ends at the step that failed", () =>
        withRouter({}, async (call, router) => {
            const answer = await run(call, scriptOf("t", adds(["10.0.0.1", "10.0.0.1", "10.0.0.2"]), true));
            expect([...outcomesOf("t", answer).keys()]).toEqual([0]);
            expect(answer).toContain("already have such entry");
            expect(router.rows(path).map(({ address }) => address)).toEqual(["10.0.0.1"]);
        }));

    it("puts and moves rules before others that are still the ones that were seen", () =>
        withRouter({}, async (call, router) => {
            const mangle = firewallMenu("mangle", "ipv4");
            const ids = ["a", "b", "c"].map((comment) => router.add(mangle.path, { chain: "x", comment }));
            const rows = new Map(router.rows(mangle.path).map((row) => [row[".id"] ?? "", readRow(mangle, row)]));
            const [a = "", b = "", c = ""] = ids;
            const values = { chain: "x", action: "passthrough", comment: "n" };
            const all: Operation[] = [
                { kind: "add", key: "n", values, before: b },
                { kind: "move", ids: [b, c], before: a },
            ];
            const steps = all.flatMap((operation) => stepOf(mangle, operation, (id) => rows.get(id)) ?? []);
            expect([...outcomesOf("t", await run(call, scriptOf("t", steps, true))).values()]).toEqual([
                expect.stringMatching(/^\*/),
                "done",
            ]);
            const own = router.rows(mangle.path).filter(({ chain }) => chain === "x");
            expect(own.map(({ comment }) => comment)).toEqual(["b", "c", "a", "n"]);

            router.set(mangle.path, a, { comment: "another" });
            const answer = await run(call, scriptOf("v", steps.slice(1), true));
            expect(outcomesOf("v", answer).size).toBe(0);
            expect(answer).toContain("another row");
        }));

    it("is answered by its own name alone", () => {
        expect(isAnswerOf("t1", { ret: "t1 begins\nt1 0 done" })).toBe(true);
        expect(isAnswerOf("t2", { ret: "t1 begins\nt1 0 done" })).toBe(false);
        for (const other of [undefined, [], {}, { ret: 3 }, { ret: "" }, { ".id": "*1" }]) {
            expect(isAnswerOf("t1", other)).toBe(false);
        }
        expect(outcomesOf("t1", "t1 begins\r\nt1 0 *1A\r\nt1 1 fai")).toEqual(new Map([[0, "*1A"]]));
    });
});
