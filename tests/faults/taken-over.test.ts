/**
 * A process that is killed while it takes rows over, at every write there is: the next run goes on, and a destroy gives
 * every row back as it was before the first.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { type Router, start } from "../../router";
import { Carrier, type Declared } from "../../testing/carrier";
import { quietAndQuick } from "../../testing/quiet";
import { leafType, site, standing } from "../../testing/site";

quietAndQuick();

const writing = ["PUT", "PATCH", "DELETE", "POST"];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-taken-over-"));
beforeEach(() => {
    process.env["XDG_STATE_HOME"] = folder;
});
afterEach(() => fs.rmSync(path.join(folder, "routeros-s3"), { recursive: true, force: true }));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Rows of every kind, the queue type under a name that is nobody's. */
function declared(maxLimit = "19M"): Declared[] {
    const text = JSON.stringify(site({ wan: "ether5", adopt: true, maxLimit }));
    return JSON.parse(text.replaceAll(leafType, "house")) as Declared[];
}

/** What a colleague had made by hand: the same rows with other comments, other rates, another limit of the type. */
async function byHand(router: Router): Promise<void> {
    const other = new Carrier({ url: router.url });
    const { error } = await other.up(declared());
    if (error) throw error;
    for (const menu of Object.keys(router.configuration())) {
        for (const { ".id": id = "", comment = "" } of router.rows(menu)) {
            if (comment.includes("[pulumi:")) router.set(menu, id, { comment: `by hand, ${id}` });
        }
    }
    for (const [name, values] of [
        ["uplink", { "max-limit": "18500k" }],
        ["uplink-rest", { "limit-at": "17M", "bucket-size": "0.1" }],
        ["uplink-s3", { "max-limit": "18500k", disabled: "true" }],
    ] as const) {
        router.set("/queue/tree", name, values);
    }
    router.set("/queue/type", "house", { "fq-codel-limit": "512" });
}

interface Home {
    router: Router;
    before: ReturnType<typeof standing>;
    carrier: Carrier;
}

/** A router with those rows, each time the same. */
const furnished = path.join(folder, "router.json");
beforeAll(async () => {
    const router = await start({ stateFile: furnished });
    await byHand(router);
    await router.stop();
});

async function home(): Promise<Home> {
    const stateFile = path.join(folder, "state.json");
    fs.copyFileSync(furnished, stateFile);
    const router = await start({ stateFile });
    return { router, before: standing(router), carrier: new Carrier({ url: router.url }) };
}

async function must(work: Promise<{ error?: Error }>): Promise<void> {
    const { error } = await work;
    if (error) throw error;
}

/** An `up` whose process is gone once its nth write is carried out; only what was finished before it is in the state. */
async function killedAfter({ router, carrier }: Home, nth: number): Promise<void> {
    router.addFault({ kind: "drop", when: "after", at: nth, methods: writing });
    let seen = 0;
    const unhook = router.onRequest((entry) => {
        if (entry.when !== "after" || !writing.includes(entry.method)) return;
        seen += 1;
        if (seen === nth) router.addFault({ kind: "drop", times: 100_000 });
    });
    const { error } = await carrier.up(declared(), { skipPreview: true });
    unhook();
    router.clearFaults();
    expect(error).toBeDefined();
    carrier.state = carrier.state.filter(({ initErrors }) => initErrors.length === 0);
}

const notes = (): string[] => {
    const at = path.join(folder, "routeros-s3", "taken-over");
    return fs.existsSync(at) ? fs.readdirSync(at).map((name) => path.join(at, name)) : [];
};

test("all rows come back, whichever write was the last, and whatever the next run wants of them", async () => {
    const whole = await home();
    whole.router.clearLog();
    await must(whole.carrier.up(declared(), { skipPreview: true }));
    const count = whole.router.log.filter(({ method }) => writing.includes(method)).length;
    expect(whole.router.log.filter(({ method }) => method === "PUT")).toEqual([]);
    await must(whole.carrier.destroy());
    expect(standing(whole.router)).toEqual(whole.before);
    await whole.router.stop();
    expect(count).toBeGreaterThan(10);

    for (let nth = 1; nth <= count; nth += 1) {
        const one = await home();
        try {
            await killedAfter(one, nth);
            // The next one may have another wish by now.
            await must(one.carrier.up(declared(nth % 2 === 0 ? "19M" : "18M"), { skipPreview: true }));
            await must(one.carrier.destroy());
            expect({ nth, rows: standing(one.router) }).toEqual({ nth, rows: one.before });
            expect(notes()).toEqual([]);
        } finally {
            await one.router.stop();
        }
    }
}, 600_000);

test("nothing of it is in the state at all, as where the machine that holds the state is gone: the rows come back", async () => {
    const one = await home();
    await must(one.carrier.up(declared(), { skipPreview: true }));
    one.carrier.state = [];
    await must(one.carrier.up(declared("18M")));
    await must(one.carrier.destroy());
    expect(standing(one.router)).toEqual(one.before);
    expect(notes()).toEqual([]);
    await one.router.stop();
});

test("the note is for its owner's eyes alone, and gone once the state has it", async () => {
    const one = await home();
    await must(one.carrier.up(declared(), { skipPreview: true }));
    expect(notes().length).toBeGreaterThan(5);
    for (const file of notes()) expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    await must(one.carrier.refresh());
    expect(notes()).toEqual([]);
    await must(one.carrier.destroy());
    await one.router.stop();
});

test("what somebody changed since is his: it is not given back as it was before that", async () => {
    const one = await home();
    const types = "/queue/type";
    await must(one.carrier.up(declared(), { skipPreview: true }));
    one.carrier.state = [];
    one.router.set(types, "house", { "fq-codel-flows": "77", "fq-codel-limit": "99" });
    await must(one.carrier.up(declared()));
    await must(one.carrier.destroy());
    expect(one.router.rows(types).find(({ name }) => name === "house")).toMatchObject({
        "fq-codel-flows": "77",
        "fq-codel-limit": "99",
    });
    await one.router.stop();
});

test("a note that cannot be understood is as none", async () => {
    const one = await home();
    await must(one.carrier.up(declared(), { skipPreview: true }));
    for (const file of notes()) fs.writeFileSync(file, '{"house": 7}');
    one.carrier.state = [];
    await must(one.carrier.up(declared()));
    await one.router.stop();
});

test("where no note can be written, a warning says what it means, and the rows are taken over all the same", async () => {
    const one = await home();
    fs.writeFileSync(path.join(folder, "routeros-s3"), "in the way");
    await must(one.carrier.up(declared(), { skipPreview: true }));
    const said = (console.warn as jest.Mock).mock.calls.map(([text]) => String(text));
    const warnings = said.filter((text) => text.includes("could not be noted"));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/a later destroy could not give them back. Set XDG_STATE_HOME to a folder/);
    await must(one.carrier.destroy());
    expect(standing(one.router)).toEqual(one.before);
    await one.router.stop();
});
