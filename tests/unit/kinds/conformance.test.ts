/** What holds for every kind of resource, whatever its menu: a new kind is one more line in the registry, and is put through it. */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { carryOut, planRemoval } from "../../../providers/routeros/runtime/by-marker/removal";
import { removalScript } from "../../../providers/routeros/runtime/by-marker/script";
import { lifecyclesOf } from "../../../providers/routeros/runtime/engine/lifecycle";
import type { Kind } from "../../../providers/routeros/runtime/kinds/kind";
import { sessionFor } from "../../../providers/routeros/runtime/router/session";
import type { Field } from "../../../providers/routeros/runtime/rows/fields";
import { readRow } from "../../../providers/routeros/runtime/rows/row";
import type { ValueKind } from "../../../providers/routeros/runtime/rows/values";
import { type Router, start } from "../../../router";
import { Carrier } from "../../../testing/carrier";
import { quietAndQuick } from "../../../testing/quiet";
import { standing } from "../../../testing/site";
import * as registry from "./registry";
import { samples } from "./samples";

const kinds: Readonly<Record<string, Kind>> = registry;
const lifecycles = lifecyclesOf(registry);
type Name = keyof typeof samples;
const names = Object.keys(samples) as Name[];
const folder = mkdtempSync(path.join(tmpdir(), "routeros-s3-kinds-"));
const stateFile = path.join(folder, "now.json");

quietAndQuick();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("knows a sample of every kind", () => {
    expect(names.sort()).toEqual(Object.keys(kinds).sort());
});

describe.each(names)("a resource of kind %s", (name) => {
    const { args, changed, others, values = {} } = samples[name];
    const kind = kinds[name] as Kind;
    const declared = (given: object) => [{ kind: name, name: "one", args: given }];
    let router: Router;
    let carrier: Carrier<Name>;

    async function begin(file?: string): Promise<void> {
        router = await start(file === undefined ? {} : { stateFile: file });
        carrier = new Carrier({ url: router.url, lifecycles, config: { "routeros:timeoutSeconds": "5" } });
    }
    beforeEach(async () => {
        rmSync(stateFile, { force: true });
        await begin(stateFile);
        for (const [menu, row] of others) router.add(menu, row);
    });
    afterEach(() => router.stop());

    const up = async (given: object): Promise<void> => {
        const { error } = await carrier.up(declared(given));
        if (error) throw error;
    };
    const writes = (): string[] =>
        router.log.flatMap(({ method, path: at }) => (method === "GET" ? [] : [`${method} ${at}`]));
    const rowsOf = (): string[] =>
        Object.entries(standing(router)).map(
            ([menu, rows]) =>
                `${menu} ${rows
                    .map((row) => JSON.stringify(row))
                    .sort()
                    .join("\n")}`,
        );

    /** What the rows of its menus say, whatever is written out of it. */
    const valuesOf = (): string[] =>
        kind.menus
            .flatMap((menu) => router.rows(menu.path).map((row) => JSON.stringify(readRow(menu, row).values)))
            .sort();

    it("is made, compared, changed and taken away, and others' rows are as they were", async () => {
        const before = rowsOf();
        for (const given of [args, changed, args]) {
            await up(given);
            router.clearLog();
            const { steps } = await carrier.up(declared(given));
            expect(steps.map(({ op }) => op)).toEqual(["same"]);
            expect(writes()).toEqual([]);
        }
        expect((await carrier.destroy()).error).toBeUndefined();
        expect(rowsOf()).toEqual(before);
    });

    it("is taken away without a state, by command and by script", async () => {
        const before = rowsOf();
        await up(args);
        // Rows without a comment are told by their names alone.
        const named = kind.named ? ["uploads"] : [];
        const session = sessionFor({ name: "", url: router.url, username: "admin", password: "", timeoutSeconds: 5 });
        const { client } = session;
        try {
            await carryOut(session, await planRemoval(client, "site/test", named, kinds), () => undefined);
            expect(rowsOf()).toEqual(before);
            carrier.state = [];
            await up(args);
            const script = removalScript({ owner: "site/test", queueTypes: named }, kinds);
            await client.request("POST", "/execute", { body: { script, "as-string": "" } });
            expect(rowsOf()).toEqual(before);
        } finally {
            client.close();
        }
    });

    it.each([
        ["made", undefined, args],
        ["changed", args, changed],
        ["taken away", args, undefined],
    ])(
        "recovers when it is %s and an answer is lost, whichever",
        async (_what, from, to) => {
            const before = rowsOf();
            const step = (given: object | undefined) =>
                given ? carrier.up(declared(given), { skipPreview: true }) : carrier.destroy();
            if (from) await up(from);
            const { state } = carrier;
            await router.stop();
            const moment = path.join(folder, "moment.json");
            copyFileSync(stateFile, moment);
            for (let at = 1, requests = Infinity; at <= requests; at += 1) {
                copyFileSync(moment, stateFile);
                await begin(stateFile);
                carrier.state = structuredClone(state);
                router.addFault({ kind: "drop", when: "after", at });
                await step(to);
                requests = router.log.length;
                router.clearFaults();
                expect((await step(to)).error).toBeUndefined();
                if (to) expect((await carrier.preview(declared(to))).steps.map(({ op }) => op)).toEqual(["same"]);
                expect((await carrier.destroy()).error).toBeUndefined();
                expect(rowsOf()).toEqual(before);
                await router.stop();
            }
        },
        600_000,
    );

    it("shows every property that a hand changed, and puts it back", async () => {
        await up(args);
        const whole = valuesOf();
        const tried = new Set<string>();
        const used = new Set<string>();
        const unseen: string[] = [];
        const ids = () => (carrier.state[0]?.outputs["ids"] ?? {}) as Record<string, string>;
        for (const [key, id] of Object.entries(ids())) {
            const menu = kind.menus.find(({ path: at }) => router.rows(at).some((row) => row[".id"] === id));
            if (!menu) throw new Error(`no row for ${key}`);
            used.add(menu.path);
            for (const field of menu.table.values()) {
                if (!edit(menu.path, ids()[key] ?? "", field)) continue;
                tried.add(field.wire);
                const { steps } = await carrier.preview(declared(args));
                if (steps.every(({ op }) => op === "same")) unseen.push(`${key} ${field.wire}`);
                await up(args);
                expect([field.wire, valuesOf()]).toEqual([field.wire, whole]);
            }
        }
        expect(unseen).toEqual([]);
        const all = kind.menus.filter(({ path: at }) => used.has(at)).flatMap(({ table }) => [...table.keys()]);
        expect(all.filter((wire) => !tried.has(wire) && values[wire]?.length !== 0)).toEqual([]);
    }, 600_000);

    /** Gives the row another value of a field, as a hand would; false where the router takes none. */
    function edit(menu: string, id: string, field: Field): boolean {
        const now = router.rows(menu).find((row) => row[".id"] === id) ?? {};
        // Another person's comment alone would make the row his.
        const comment = field.wire === "comment" ? [`odd ${now["comment"] ?? ""}`] : undefined;
        for (const value of values[field.wire] ?? comment ?? another(field, now[field.wire])) {
            if (value === now[field.wire]) continue;
            try {
                router.set(menu, id, { [field.wire]: value });
                return true;
            } catch {
                // Not a value that the router takes there.
            }
        }
        return false;
    }

    function another({ kind: of, fallback = "" }: Field, now = fallback): string[] {
        if (of === "boolean") return [now === "true" ? "no" : "yes"];
        return [anyOf[of]];
    }
});

/** A value of each kind that is hardly the one that stands. */
const anyOf: Record<Exclude<ValueKind, "boolean">, string> = {
    text: "odd",
    word: "odd",
    words: "odd",
    marks: "odd",
    protocol: "udp",
    mac: "02:00:00:00:00:07",
    rate: "7",
    size: "7",
    kib: "7",
    time: "7ms",
    number: "7",
    decimal: "0.7",
    ports: "8443",
    address4: "192.0.2.77",
    address6: "2001:db8::7/128",
};
