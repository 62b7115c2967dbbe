import { unknownValue } from "../../providers/routeros/runtime/engine/properties";
import { lifecycles } from "../../providers/routeros/runtime/lifecycles";
import type { Router } from "../../router";
import { start } from "../../router";
import type { Declared } from "../../testing/carrier";
import { Carrier } from "../../testing/carrier";
import { site, standing } from "../../testing/site";

let router: Router;
let carrier: Carrier;
let warnings: jest.SpyInstance;

beforeEach(async () => {
    process.env["ROUTEROS_RETRY_PAUSE_MS"] = "0";
    warnings = jest.spyOn(console, "warn").mockReturnValue();
    router = await start({ password: "geheim" });
    carrier = new Carrier({ url: router.url, password: "geheim" });
});
afterEach(async () => {
    delete process.env["ROUTEROS_RETRY_PAUSE_MS"];
    warnings.mockRestore();
    await router.stop();
});

const warned = (): string => warnings.mock.calls.flat().join("\n");
const writes = (): string[] => router.log.filter(({ method }) => method !== "GET").map(({ path }) => path);

/** Every resource of the site with these demands. */
function demanding(requires: object): Declared[] {
    return site().map((one) => ({
        ...one,
        args: { ...one.args, requires: { ...(one.args as { requires: object }).requires, ...requires } },
    }));
}

async function refused(declared: Declared[]): Promise<string> {
    const before = standing(router);
    router.clearLog();
    const { error } = await carrier.up(declared, { skipPreview: true });
    expect(writes()).toEqual([]);
    expect(standing(router)).toEqual(before);
    expect(error?.message).not.toContain("\n");
    expect(error?.message).not.toContain("geheim");
    return error?.message ?? "";
}

describe("before the first write, also without a preview", () => {
    test("an unknown interface", async () => {
        expect(await refused(demanding({ interfaces: ["pppoe-out1"] }))).toMatch(
            /has no interface "pppoe-out1"; it has ether1, .*\[preflight\/interface\]/,
        );
    });

    test("a queue type that is missing", async () => {
        expect(await refused(demanding({ queueTypes: ["mine"] }))).toMatch(
            /has no queue type "mine"; it has default, /,
        );
    });

    test("a parent that is missing", async () => {
        expect(await refused(demanding({ parents: ["line"] }))).toMatch(/has no queue "line"; it has none/);
    });

    test("a RouterOS that is too old", async () => {
        expect(await refused(demanding({ minimumVersion: "7.99" }))).toMatch(
            /runs RouterOS 7\.22\.3.*7\.99 is the oldest/,
        );
    });

    test("a property that the version does not know, by name and version", async () => {
        const rule = { key: "a", chain: "forward", action: "accept", hwOffload: true };
        const block: Declared[] = [{ kind: "FirewallRules", name: "block", args: { table: "filter", rules: [rule] } }];
        expect(await refused(block)).toMatch(
            /RouterOS 7\.22\.3.* does not know hw-offload any more; it went with 7\.21/,
        );
        const old = await start({ version: "7.20.8" });
        try {
            carrier = new Carrier({ url: old.url });
            expect((await carrier.up(block)).error).toBeUndefined();
            const tos: Declared[] = [
                {
                    ...block[0]!,
                    name: "tos",
                    args: { table: "filter", rules: [{ ...rule, hwOffload: undefined, tos: "lowdelay" }] },
                },
            ];
            expect(
                (await carrier.preview([...block, ...(JSON.parse(JSON.stringify(tos)) as Declared[])])).error?.message,
            ).toMatch(/7\.20\.8.* does not know tos; it came with 7\.21/);
        } finally {
            await old.stop();
        }
    });

    test("a wrong password", async () => {
        carrier.config["routeros:password"] = "wrong";
        expect(await refused(site())).toMatch(
            /was refused \(401\): Unauthorized.*read,write,api,rest-api \[login\/refused\]/,
        );
    });

    test("every mistake in the arguments at once, by name", async () => {
        const rules = [
            { key: "a b", chain: "forward", action: "accept", dstPort: "http", protocol: "tcp" },
            { key: "c", action: "accept", nonsense: 1, srcPort: 5 },
        ];
        const text = await refused([
            { kind: "FirewallRules", name: "r", args: { table: "nat", rules, family: "ipv5" } },
        ]);
        for (const part of [
            "family must be",
            "table must be",
            "rules[0].key",
            "rules[0].dstPort",
            "rules[1].chain is missing",
            "rules[1].nonsense",
            "rules[1].srcPort needs protocol",
        ]) {
            expect(text).toContain(part);
        }
        const queues = [
            { name: "a", parent: "b", limitAt: "5M", maxLimit: "1M" },
            { name: "b", parent: "a", priority: 9 },
            { name: "b", parent: "ether1", maxLimit: "fast" },
        ];
        const tree = await refused([{ kind: "QueueTree", name: "q", args: { queues } }]);
        for (const part of ["queues[0].limitAt", "queues[1].priority", '"b" is there twice', "queues[2].maxLimit"]) {
            expect(tree).toContain(part);
        }
    });

    test("a marker that would be longer than a comment keeps", async () => {
        const list = {
            kind: "AddressList" as const,
            name: "n".repeat(100),
            args: { list: "L", addresses: ["10.0.0.0/24"] },
        };
        expect(await refused([list])).toMatch(/marker .* has 1\d\d bytes.*\[input\/marker-too-long\]/);
    });

    test("the other resources name the error of the first in short", async () => {
        const all = demanding({ interfaces: ["pppoe-out1"] });
        const config = { get: (key: string) => carrier.config[key] };
        const reasons: string[] = [];
        for (const { kind, name, args } of all) {
            const method = lifecycles[kind];
            await method.configure({ config });
            const { failures } = await method.check({}, { ...args, owner: `site/test/${name}` });
            reasons.push(...failures.map(({ reason }) => reason));
        }
        expect(reasons).toHaveLength(all.length);
        expect(reasons.slice(1)).toEqual(all.slice(1).map(() => "preflight/interface, as at s3-ipv4"));
    });
});

describe("warnings stop nothing and are said once", () => {
    test("packet marks of others that no leaf of ours carries", async () => {
        router.add("/ip/firewall/mangle", {
            chain: "prerouting",
            action: "mark-packet",
            "new-packet-mark": "voice",
            comment: "phones",
        });
        router.add("/ip/firewall/mangle", {
            chain: "prerouting",
            action: "mark-packet",
            "new-packet-mark": "s3-upload",
        });
        expect((await carrier.up(site())).error).toBeUndefined();
        // Once in the preview's process, once in the update's.
        expect(warned().match(/packet mark voice, set by rule prerouting mark-packet "phones"/g)).toHaveLength(2);
        expect(warned()).not.toContain("packet mark s3-upload");
    });

    describe("what the user may do", () => {
        /** Works as a user of a group with these policies. */
        function as(policy: string): void {
            router.add("/user/group", { name: "few", policy });
            router.add("/user", { name: "bot", group: "few", password: "geheim" });
            carrier.config["routeros:username"] = "bot";
        }

        test("all that is needed, and not to change users: nothing is said", async () => {
            as("read,write,api,rest-api");
            expect((await carrier.up(site())).error).toBeUndefined();
            expect(warned()).toBe("");
            expect(router.rows("/queue/tree")).toHaveLength(3);
        });

        test("to look only: a preview says what is missing, and an up is refused at the first write", async () => {
            as("read,api,rest-api");
            const before = standing(router);
            expect((await carrier.preview(site())).error).toBeUndefined();
            expect(warned()).toMatch(/group few of user bot .* lacks write\./);
            const { error } = await carrier.up(site(), { skipPreview: true });
            expect(error?.message).toMatch(/not enough permissions.*read,write,api,rest-api.*\[login\/not-permitted\]/);
            expect(standing(router)).toEqual(before);
        });

        test.each([
            ["read,write,rest-api", /read,write,api,rest-api.*\[login\/not-permitted\]/],
            ["read,write,api", /read,write,api,rest-api.*\[login\/refused\]/],
            ["write,api,rest-api", /read,write,api,rest-api.*\[login\/not-permitted\]/],
        ])("%s: not even a look, and the error says what is needed", async (policy, says) => {
            as(policy);
            expect(await refused(site())).toMatch(says);
        });

        test.each<[string, () => void]>([
            ["does not answer", () => router.addFault({ kind: "drop", path: "/user", times: 100 })],
            ["refuses", () => router.addFault({ kind: "401", path: "/user", times: 100 })],
            ["does not know the group", () => router.addFault({ kind: "500", path: "/user/group", times: 100 })],
        ])("where the router %s: unknown, and work goes on", async (_what, trouble) => {
            as("read,write,api,rest-api");
            trouble();
            // By the preview; an update learns it from the answer to its first write.
            expect((await carrier.up(site())).error).toBeUndefined();
            expect(warned()).toMatch(/what user bot may do on .* is unknown.* needed are read,write,api,rest-api\./);
            expect(warnings.mock.calls).toHaveLength(1);
            expect(router.rows("/queue/tree")).toHaveLength(3);
            // Said of what is new, not with every change.
            warnings.mockClear();
            expect((await carrier.up(site({ addresses: ["52.95.128.0/21"] }))).error).toBeUndefined();
            expect(warned()).toBe("");
        });
    });
});

describe("a router out of reach", () => {
    test("is one warning; a preview goes through, changes fail with one line, and nothing else changes", async () => {
        await carrier.up(site());
        const { port } = new URL(router.url);
        await router.stop();
        warnings.mockClear();
        const same = await carrier.up(site());
        expect(same.error).toBeUndefined();
        expect(same.steps.every(({ op }) => op === "same")).toBe(true);
        expect(warnings.mock.calls).toHaveLength(2); // one in each process
        expect(warned()).toMatch(/had no answer.*left as it is/);
        const change = await carrier.up(site({ addresses: ["52.95.128.0/21"] }));
        expect(change.error?.message).toMatch(/had no answer.*\[connection\/refused\]/);
        const state = structuredClone(carrier.state);
        const gone = await carrier.destroy();
        expect(gone.error?.message).toMatch(/\[connection\/refused\]/);
        expect(carrier.state).toEqual(state);
        router = await start({ password: "geheim", port: Number(port) });
        const recorded = carrier.state[0]?.outputs["router"] as string;
        router.reset({ serial: recorded.replace("serial ", "") });
        router.setPassword("admin", "geheim");
        expect((await carrier.up(site())).error).toBeUndefined();
        expect(router.rows("/queue/tree")).toHaveLength(3);
    });

    test("from the start: nothing is made, and the state stays empty", async () => {
        await router.stop();
        const { error } = await carrier.up(site());
        expect(error?.message).toMatch(/\[connection\/refused\]/);
        expect(carrier.state).toEqual([]);
        router = await start();
    });
});

describe("a changed password", () => {
    test("read and delete say how to pass the new one", async () => {
        await carrier.up(site());
        router.setPassword("admin", "neu");
        for (const { error } of [await carrier.refresh(), await carrier.destroy({ refresh: false })]) {
            expect(error?.message).toMatch(/ROUTEROS_PASSWORD.*--run-program.*--refresh=false/);
        }
    });

    test("is no difference on any resource, by configuration or environment", async () => {
        await carrier.up(site());
        router.setPassword("admin", "neu");
        process.env["ROUTEROS_PASSWORD"] = "neu";
        try {
            const { error, steps } = await carrier.up(site());
            expect(error).toBeUndefined();
            expect(steps.every(({ op }) => op === "same")).toBe(true);
        } finally {
            delete process.env["ROUTEROS_PASSWORD"];
        }
        expect(JSON.stringify(carrier.state)).not.toContain("geheim");
    });
});

describe("values that are not known yet", () => {
    test("skip validation in check and are a change in diff", async () => {
        const method = lifecycles.AddressList;
        const news = { owner: "a/b/c", list: "L", addresses: ["10.0.0.0/24", unknownValue], requires: {} };
        const { inputs, failures } = await method.check({}, news);
        expect(failures).toEqual([]);
        expect(inputs["addresses"]).toEqual(news.addresses);
        expect(await method.diff("id", inputs, inputs)).toMatchObject({ changes: true, replaces: [] });
        expect(router.log).toEqual([]);
    });
});

describe("a difference that replaces", () => {
    test.each([
        ["AddressList", "list"],
        ["AddressList", "family"],
        ["AddressList", "connection"],
        ["FirewallRules", "table"],
        ["FirewallRules", "family"],
        ["QueueTree", "connection"],
        ["QueueType", "connection"],
    ] as const)("%s.%s", async (kind, name) => {
        const olds = { owner: "a/b/c", [name]: "old", ids: {} };
        expect(await lifecycles[kind].diff("id", olds, { ...olds, [name]: "new" })).toEqual({
            changes: true,
            replaces: [name],
            deleteBeforeReplace: kind !== "AddressList",
        });
        expect((await lifecycles[kind].diff("id", olds, olds)).changes).toBe(false);
    });
});

describe("two routers in one program", () => {
    test("a site that moves to another leaves nothing behind, its queue type included", async () => {
        const office = await start({ password: "other" });
        try {
            const before = standing(router);
            carrier.config["routeros:connections"] = JSON.stringify({
                office: { url: office.url, username: "admin", password: "other", allowPlaintext: true },
            });
            expect((await carrier.up(site())).error).toBeUndefined();
            const whole = standing(router);
            const moved = site().map((one) => ({ ...one, args: { ...one.args, connection: "office" } }));
            expect((await carrier.up(moved)).error).toBeUndefined();
            expect(standing(router)).toEqual(before);
            expect(standing(office)).toEqual(whole);
        } finally {
            await office.stop();
        }
    });

    test("each gets its own rows, by a named connection; a change of it moves them", async () => {
        const office = await start({ password: "other" });
        try {
            carrier.config["routeros:connections"] = JSON.stringify({
                office: { url: office.url, username: "admin", password: "other", allowPlaintext: true },
            });
            const list = (name: string, connection?: string): Declared => ({
                kind: "AddressList",
                name,
                args: { list: name, addresses: ["10.0.0.0/24"], ...(connection ? { connection } : {}) },
            });
            const rows = (one: Router): number => one.rows("/ip/firewall/address-list").length;
            expect((await carrier.up([list("here"), list("there", "office")])).error).toBeUndefined();
            expect([rows(router), rows(office)]).toEqual([1, 1]);
            office.setPassword("admin", "changed");
            expect((await carrier.refresh()).error?.message).toMatch(/set ROUTEROS_OFFICE_PASSWORD for them, or/);
            office.setPassword("admin", "other");
            const { steps } = await carrier.up([list("there")]);
            expect(steps.map(({ op, name }) => `${op} ${name}`)).toEqual(["replace there", "delete here"]);
            expect([rows(router), rows(office)]).toEqual([1, 0]);
        } finally {
            await office.stop();
        }
    });
});
