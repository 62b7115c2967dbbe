/**
 * Blocks of filter rules with drops: whoever is let in before and afterwards is let in at every instant of building,
 * changing and taking down, after a stop at any of them, and by the ways that need no state.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { carryOut, planRemoval } from "../../providers/routeros/runtime/by-marker/removal";
import { removalScript } from "../../providers/routeros/runtime/by-marker/script";
import { Client } from "../../providers/routeros/runtime/router/client";
import { sessionFor, tune } from "../../providers/routeros/runtime/router/session";
import { type Router, start } from "../../router";
import { Carrier, type Declared } from "../../testing/carrier";
import { letIn, watchDoor } from "../../testing/let-in";
import { quietAndQuick } from "../../testing/quiet";
import { standing } from "../../testing/site";

const filter = "/ip/firewall/filter";

type Rule = Record<string, string>;
const input = (key: string, action: string, more: Rule = {}): Rule => ({ key, chain: "input", action, ...more });
const admin = input("admin", "accept", { srcAddress: "192.168.88.10" });
const listed = input("listed", "accept", { srcAddressList: "admins" });
const established = input("established", "accept", { connectionState: "established,related" });
const drop = input("drop", "drop");
const dropTcp = input("drop", "drop", { protocol: "tcp" });
const wider = input("admin", "accept", { srcAddress: "192.168.88.0/24" });
const neighbour = input("neighbour", "accept", { srcAddress: "192.168.88.11" });

const block = (...rules: Rule[]): Declared[] => [
    { kind: "FirewallRules", name: "input", args: { table: "filter", position: "first", rules } },
];
const list = (...addresses: string[]): Declared[] => [
    { kind: "AddressList", name: "admins", args: { list: "admins", addresses } },
];
const whole = block(admin, established, drop);

/** From one state to the next; nothing stands before the first and after the last. */
const walks: Record<string, [Declared[], Declared[]]> = {
    built: [[], whole],
    "taken down": [whole, []],
    emptied: [whole, block()],
    "with a narrower drop": [whole, block(admin, established, dropTcp)],
    "with a wider drop and the accept above it wider": [
        block(admin, established, dropTcp),
        block(wider, established, drop),
    ],
    "with a drop made of an accept, and an accept more above it": [
        block(admin, input("drop", "accept")),
        block(admin, established, drop),
    ],
    "with a rule more in the middle": [whole, block(admin, neighbour, established, drop)],
    "with a rule less in the middle": [block(admin, neighbour, established, drop), whole],
    "with an accept and the drop behind it narrower": [
        block(wider, established, drop),
        block(admin, established, dropTcp),
    ],
    "with an accept and a drop that change places, and the accept wider": [
        block(established, dropTcp, admin, { ...drop, key: "rest" }),
        block(established, wider, dropTcp, { ...drop, key: "rest" }),
    ],
    "with all but the accepts gone": [whole, block(admin, established)],
    "with a list, built": [[], [...list("192.168.88.10"), ...block(listed, established, drop)]],
    "with a list, taken down": [[...list("192.168.88.10"), ...block(listed, established, drop)], []],
    "with a list whose entries change": [
        [...list("192.168.88.10", "192.168.88.11"), ...block(listed, established, drop)],
        [...list("192.168.88.0/24"), ...block(listed, established, drop)],
    ],
    "in another chain besides": [
        whole,
        block(admin, established, drop, { key: "guests", chain: "forward", action: "drop", srcAddress: "10.0.9.1" }),
    ],
    "under another name of the resource": [whole, whole.map((one) => ({ ...one, name: "door" }))],
};

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-door-"));
quietAndQuick();
// Time stands still: a run is stopped after each of so many requests, and a slow machine would look once more.
beforeAll(() => tune({ now: () => 0 }));
afterAll(() => {
    tune({});
    fs.rmSync(folder, { recursive: true, force: true });
});

const perform = async (carrier: Carrier, declared: Declared[]): Promise<Error | undefined> =>
    (await (declared.length > 0 ? carrier.up(declared, { skipPreview: true }) : carrier.destroy())).error;

/** A router on which the state stands, and the carrier that brought it there, at the same moment again and again. */
async function moment(declared: Declared[]): Promise<() => Promise<{ router: Router; carrier: Carrier }>> {
    const file = path.join(folder, "before.json");
    fs.rmSync(file, { force: true });
    const router = await start({ stateFile: file });
    const carrier = new Carrier({ url: router.url });
    if (declared.length > 0) expect(await perform(carrier, declared)).toBeUndefined();
    await router.stop();
    return async () => {
        const now = path.join(folder, "now.json");
        fs.copyFileSync(file, now);
        const again = await start({ stateFile: now });
        const next = new Carrier({ url: again.url });
        next.state = structuredClone(carrier.state);
        return { router: again, carrier: next };
    };
}

describe.each(Object.keys(walks))("a block %s", (name) => {
    const [from, to] = walks[name] as [Declared[], Declared[]];

    it("keeps nobody out who is let in before and afterwards, stopped anywhere and done again, too", async () => {
        const relive = await moment(from);
        const found: string[] = [];
        const run = async (answered: number): Promise<number> => {
            const { router, carrier } = await relive();
            const door = watchDoor(router);
            try {
                if (Number.isFinite(answered)) {
                    router.addFault({ kind: "drop", when: "before", at: answered + 1, times: 1e6 });
                    expect(await perform(carrier, to)).toBeInstanceOf(Error);
                    router.clearFaults();
                    router.clearLog();
                }
                expect(await perform(carrier, to)).toBeUndefined();
                found.push(...door.harm().map((what) => `stopped after ${answered}: ${what}`));
                return router.log.length;
            } finally {
                await router.stop();
            }
        };
        const requests = await run(Infinity);
        for (let answered = 1; answered < requests; answered += 1) await run(answered);
        expect(found).toEqual([]);
    }, 120_000);
});

describe("without a state", () => {
    const stands = [...list("192.168.88.10"), ...block(listed, established, drop)];

    it("is taken down by `remove` and nobody is kept out on the way", async () => {
        const { router } = await (await moment(stands))();
        const session = sessionFor({ name: "", url: router.url, username: "admin", password: "", timeoutSeconds: 5 });
        try {
            const door = watchDoor(router);
            await carryOut(session, await planRemoval(session.client, "site/test"), () => undefined);
            expect(door.harm()).toEqual([]);
            expect(router.rows(filter).filter((row) => (row["comment"] ?? "").includes("pulumi"))).toEqual([]);
        } finally {
            session.client.close();
            await router.stop();
        }
    });

    it("is taken down by the script, command by command, and nobody is kept out on the way", async () => {
        const { router } = await (await moment(stands))();
        const client = new Client({ name: "", url: router.url, username: "admin", password: "", timeoutSeconds: 5 });
        try {
            const always = letIn(router);
            const lines = removalScript({ owner: "site/test" }).trimEnd().split("\n");
            for (const script of lines.filter((line) => !line.startsWith("#"))) {
                await client.request("POST", "/execute", { body: { script, "as-string": "" } });
                expect([...always].filter((guest) => !letIn(router).has(guest))).toEqual([]);
            }
            expect(router.rows(filter).filter((row) => (row["comment"] ?? "").includes("pulumi"))).toEqual([]);
        } finally {
            client.close();
            await router.stop();
        }
    });
});

it("sees who is kept out, and who is not", async () => {
    const router = await start();
    try {
        const door = watchDoor(router);
        const everybody = letIn(router).size;
        const client = new Client({ name: "", url: router.url, username: "admin", password: "", timeoutSeconds: 5 });
        await client.request("PUT", filter, { body: { chain: "input", action: "drop" } });
        await client.request("PUT", filter, {
            body: { chain: "input", action: "accept", "src-address": "192.168.88.10" },
        });
        // The router lets in what is established, before that; new ones of four hosts by two protocols are out.
        expect(letIn(router).size).toBe(everybody - 8);
        const [accept] = router.rows(filter).slice(-1);
        const [wall] = router.rows(filter).filter((row) => row["action"] === "drop" && row["comment"] === undefined);
        router.move(filter, accept?.[".id"] ?? "", wall?.[".id"]);
        expect(letIn(router)).toContain("input 192.168.88.10 new tcp");
        expect(letIn(router)).not.toContain("input 192.168.88.11 new tcp");
        expect(door.harm()).toContainEqual(expect.stringContaining("keeps out input 192.168.88.10 new tcp"));
        client.close();
        expect(standing(router)).toBeDefined();
    } finally {
        await router.stop();
    }
});
