import type { Values } from "../../providers/routeros/runtime/rows/fields";
import { markedComment, markerText, readComment } from "../../providers/routeros/runtime/rows/ownership";
import type { Claim, Desired, Operation } from "../../providers/routeros/runtime/rows/reconcile";
import { match, planSet } from "../../providers/routeros/runtime/rows/reconcile";
import type { Row } from "../../providers/routeros/runtime/rows/row";
import { fc } from "../../testing/random";
import { applied, claim, owner, read, table } from "./menu-rows";

const wantedOf = (addresses: string[], text = ""): Desired[] =>
    addresses.map((address) => ({ key: address, values: { list: "L", address }, text }));

function planFor(rows: Values[], wanted: Desired[], more: Partial<Claim> = {}, exclusive = false): Operation[] {
    const matched = match(
        read(rows),
        wanted,
        claim({ ...more, exclusive }),
        ({ values, disabled }, one) => values["address"] === one.key && !disabled,
    );
    return planSet({ matched, desired: wanted, owner, table, exclusive });
}

describe("a set of rows", () => {
    const address = fc.integer({ min: 0, max: 11 }).map((number) => `10.0.${number}.0/24`);
    const foreign = fc.record({
        address,
        disabled: fc.constantFrom("true", "false"),
        comment: fc.constantFrom("", "by hand", markerText({ owner: "other/stack/x", key: "k", adopted: false })),
    });
    const ours = fc.record({
        address,
        key: address,
        disabled: fc.constantFrom("true", "false"),
        text: fc.constantFrom("", "S3", "edited"),
    });

    const menu = fc
        .tuple(fc.array(foreign, { maxLength: 6 }), fc.array(ours, { maxLength: 6 }))
        .map(([others, mine]) => {
            const rows: Values[] = [];
            // The router keeps an address once among enabled rows.
            const free = (address: string): boolean => !rows.some((row) => row["address"] === address);
            for (const { address, disabled, comment } of others) {
                if (free(address)) rows.push({ list: "L", address, disabled, ...(comment ? { comment } : {}) });
            }
            for (const { address, key, disabled, text } of mine) {
                if (free(address))
                    rows.push({
                        list: "L",
                        address,
                        disabled,
                        comment: markedComment(text, { owner, key, adopted: false }),
                    });
            }
            return rows.map((row, index): Values => ({ ".id": `*${index + 1}`, ...row }));
        });

    test("the operations bring the rows to what is wanted, and a second comparison finds nothing", () => {
        fc.assert(
            fc.property(menu, fc.uniqueArray(address), fc.constantFrom("", "S3"), (rows, addresses, text) => {
                const isForeign = (row: Values): boolean => readComment(row["comment"]).marker?.owner !== owner;
                const taken = rows
                    .filter((row) => isForeign(row) && row["disabled"] !== "true")
                    .map((row) => row["address"]);
                const wanted = wantedOf(
                    addresses.filter((one) => !taken.includes(one)),
                    text,
                );
                // What stands with our marker is recorded, whatever it was made into.
                const duplicates = rows.filter((row) => !isForeign(row)).map((row) => row[".id"] ?? "");
                const after = applied(rows, planFor(rows, wanted, { duplicates }));
                expect(planFor(after, wanted, { duplicates })).toEqual([]);
                const mine = after.filter((row) => !isForeign(row));
                expect(mine.map((row) => row["address"]).sort()).toEqual(wanted.map(({ key }) => key).sort());
                expect(after.filter(isForeign)).toEqual(rows.filter(isForeign));
            }),
            { numRuns: 500 },
        );
    });

    test("no more writes than rows that differ", () => {
        fc.assert(
            fc.property(menu, fc.uniqueArray(address), (rows, addresses) => {
                const wanted = wantedOf(addresses);
                const operations = planFor(rows, wanted);
                const touched = operations.flatMap((operation) => ("id" in operation ? [operation.id] : []));
                expect(new Set(touched).size).toBe(touched.length);
                const added = operations
                    .filter(({ kind }) => kind === "add")
                    .map((operation) => "key" in operation && operation.key);
                expect(new Set(added).size).toBe(added.length);
            }),
        );
    });

    test("adds before it removes", () => {
        const rows: Values[] = [
            {
                ".id": "*1",
                list: "L",
                address: "10.0.0.0/24",
                comment: markedComment("", { owner, key: "10.0.0.0/24", adopted: false }),
            },
        ];
        expect(planFor(rows, wantedOf(["10.0.1.0/24"])).map(({ kind }) => kind)).toEqual(["add", "remove"]);
    });

    test("a comment wiped by hand is one change", () => {
        const rows: Values[] = [{ ".id": "*1", list: "L", address: "10.0.0.0/24" }];
        const operations = planFor(rows, wantedOf(["10.0.0.0/24"], "S3"), { ids: new Map([["10.0.0.0/24", "*1"]]) });
        expect(operations).toEqual([
            {
                kind: "change",
                key: "10.0.0.0/24",
                id: "*1",
                difference: { set: { comment: "S3 [pulumi:site/test/list#10.0.0.0/24]" }, clear: [] },
            },
        ]);
    });

    test("an id that was used again for another row is not ours", () => {
        const rows: Values[] = [{ ".id": "*1", list: "L", address: "10.9.9.0/24", comment: "by hand" }];
        const operations = planFor(rows, wantedOf(["10.0.0.0/24"]), { ids: new Map([["10.0.0.0/24", "*1"]]) });
        expect(operations.map(({ kind }) => kind)).toEqual(["add"]);
    });

    test.each(["mine now", "see [pulumi:site/other/list#k]"])(
        "a recorded row with the comment %p is another person's, and in the way",
        (comment) => {
            const rows: Values[] = [{ ".id": "*1", list: "L", address: "10.0.0.0/24", comment }];
            const ids = new Map([["10.0.0.0/24", "*1"]]);
            const job = ({ values }: Row, one: Desired): boolean => values["address"] === one.key;
            const matched = match(read(rows), wantedOf(["10.0.0.0/24"]), claim({ ids }), job);
            expect(matched.mine.size).toBe(0);
            expect(matched.conflicts.map(({ relabelled }) => relabelled)).toEqual([true]);
            // At destroy it stays.
            const gone = match(read(rows), [], claim({ ids }), job);
            expect(planSet({ matched: gone, desired: [], owner, table })).toEqual([]);
        },
    );

    test("a copy of ours that does another job is left; one that does the same, or is recorded, goes", () => {
        const marker = markedComment("", { owner, key: "10.0.0.0/24", adopted: false });
        const row = (id: string, address: string): Values => ({ ".id": id, list: "L", address, comment: marker });
        const rows = [
            row("*1", "10.0.0.0/24"),
            row("*2", "10.7.0.0/24"),
            row("*3", "10.0.0.0/24"),
            row("*4", "10.8.0.0/24"),
        ];
        const operations = planFor(rows, wantedOf(["10.0.0.0/24"]), {
            ids: new Map([["10.0.0.0/24", "*1"]]),
            duplicates: ["*4"],
        });
        expect(operations.map((operation) => "id" in operation && operation.id)).toEqual(["*3", "*4"]);
    });

    test("of two rows that two runs made for one key both keep the same one, and neither removes the other's at once", () => {
        const key = "10.0.0.0/24";
        const comment = markedComment("", { owner, key, adopted: false });
        const rows = ["*1", "*2"].map((id): Values => ({ ".id": id, list: "L", address: key, comment }));
        const removed = (recorded: string, made: boolean, all = rows): string[] =>
            planFor(all, wantedOf([key]), {
                ids: new Map([[key, recorded]]),
                ...(made ? { made: new Set([key]) } : {}),
            }).map((operation) => (operation.kind === "remove" ? operation.id : operation.kind));
        for (const recorded of ["*1", "*2"]) {
            expect(removed(recorded, true)).toEqual([]);
            expect(removed(recorded, false)).toEqual(["*2"]);
        }
        // The one in use stays, wherever it stands.
        const [first, second] = rows as [Values, Values];
        for (const recorded of ["*1", "*2"])
            expect(removed(recorded, false, [{ ...first, disabled: "true" }, second])).toEqual(["*1"]);
    });

    test("keys may be called as every object's own are", () => {
        for (const key of ["constructor", "__proto__", "toString"]) {
            const wanted: Desired[] = [{ key, values: { list: "L", address: "10.0.0.0/24" }, text: "" }];
            const matched = match([], wanted, claim(), () => false);
            const [operation] = planSet({ matched, desired: wanted, owner, table });
            expect(operation).toMatchObject({ kind: "add", key, values: { comment: `[pulumi:${owner}#${key}]` } });
        }
    });

    test("the work grows with the rows, not with their product", () => {
        const looks = (count: number): number => {
            let asked = 0;
            const foreign = Array.from({ length: 10 * count }, (_, index): Values => ({
                ".id": `*${index}`,
                list: "L",
                address: `172.16.${index >> 8}.${index & 255}`,
            }));
            const wanted = wantedOf(Array.from({ length: count }, (_, index) => `10.0.${index >> 8}.${index & 255}`));
            const place = ({ values }: Row): string | undefined => (asked++, values["address"]);
            match(read(foreign), wanted, claim({ place }), () => (asked++, false));
            return asked;
        };
        expect(looks(200)).toBeLessThanOrEqual(2 * looks(100));
    });

    test("an adopted row is given back as it was, not removed", () => {
        const before: Values = { ".id": "*1", list: "L", address: "10.0.0.0/24", comment: "mine", disabled: "true" };
        const wanted = wantedOf(["10.0.0.0/24"], "S3");
        const job = ({ values }: Row, one: Desired): boolean => values["address"] === one.key;
        const first = match(read([before]), wanted, claim({ adopt: true }), job);
        const adopted = applied([before], planSet({ matched: first, desired: wanted, owner, table }));
        expect(adopted).toEqual([
            { ...before, comment: "S3 [pulumi:site/test/list#10.0.0.0/24,adopted]", disabled: "false" },
        ]);
        const second = match(read(adopted), [], claim({ adopt: true, original: first.original }), job);
        expect(applied(adopted, planSet({ matched: second, desired: [], owner, table }))).toEqual([before]);
    });

    test("without leave to adopt, what stands there is a conflict and nothing else", () => {
        const rows: Values[] = [{ ".id": "*1", list: "L", address: "10.0.0.0/24" }];
        const matched = match(
            read(rows),
            wantedOf(["10.0.0.0/24"]),
            claim(),
            ({ values }, one) => values["address"] === one.key,
        );
        expect(matched.conflicts.map(({ row }) => row.id)).toEqual(["*1"]);
    });

    test("a list that is ours alone loses foreign rows and takes over those it wants", () => {
        const rows: Values[] = [
            { ".id": "*1", list: "L", address: "10.0.0.0/24" },
            { ".id": "*2", list: "L", address: "10.0.1.0/24", comment: "by hand" },
        ];
        const after = applied(rows, planFor(rows, wantedOf(["10.0.0.0/24"]), {}, true));
        expect(after.map((row) => [row[".id"], row["comment"]])).toEqual([
            ["*1", "[pulumi:site/test/list#10.0.0.0/24]"],
        ]);
    });
});
