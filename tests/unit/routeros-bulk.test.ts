/** Many rows in a few requests: by scripts where the router carries them out, singly where it does not. */
import { tune } from "../../providers/routeros/runtime/router/session";
import { type Fault, type Router, type RouterOptions, start } from "../../router";
import { Carrier, type Declared } from "../../testing/carrier";
import { quietAndQuick } from "../../testing/quiet";

const menu = "/ip/firewall/address-list";
const addresses = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `10.${Math.floor(index / 250)}.${index % 250}.0/24`);
const list = (count: number, more: object = {}): Declared[] => [
    { kind: "AddressList", name: "s3", args: { list: "S3", addresses: addresses(count), comment: "to S3", ...more } },
];

const slow = { requestMs: 0, rowMs: 0, commandMs: 10 };

let said: string[];
quietAndQuick();
beforeEach(() => {
    said = [];
    jest.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
    tune({ now: () => 0 });
});
afterAll(() => tune({}));

async function onRouter(
    options: RouterOptions,
    use: (router: Router, carrier: Carrier) => Promise<void>,
    config: Record<string, string> = {},
): Promise<void> {
    const router = await start({ password: "secret", ...options });
    try {
        router.add(menu, { list: "S3", address: "192.0.2.1", comment: "by hand" });
        await use(router, new Carrier({ url: router.url, password: "secret", config }));
    } finally {
        await router.stop();
    }
}

const ours = (router: Router): string[] =>
    router
        .rows(menu)
        .filter((row) => row["comment"]?.includes("[pulumi:"))
        .map((row) => row["address"] ?? "");
const others = (router: Router): (string | undefined)[] =>
    router
        .rows(menu)
        .filter((row) => !row["comment"]?.includes("[pulumi:"))
        .map((row) => row["comment"]);
const scripts = (router: Router): string[] =>
    router.log
        .filter(({ path }) => path === "/execute")
        .map(({ body }) => (body as Record<string, string>)["script"] ?? "");
const singly = (router: Router): number =>
    router.log.filter(({ method }) => ["PUT", "PATCH", "DELETE"].includes(method)).length;

async function up(carrier: Carrier, declared: Declared[]): Promise<void> {
    const { error } = await carrier.up(declared, { skipPreview: true });
    if (error) throw error;
}

it("adds, changes and removes many rows by scripts, and leaves others' alone", () =>
    onRouter({}, async (router, carrier) => {
        await up(carrier, list(500));
        expect(ours(router)).toEqual(addresses(500));
        expect(singly(router)).toBe(0);
        expect(scripts(router).length).toBeLessThan(8);

        router.clearLog();
        await up(carrier, list(500, { comment: "uploads (S3), new" }));
        expect(router.rows(menu).filter((row) => row["comment"]?.startsWith("uploads (S3), new [")).length).toBe(500);
        expect(singly(router)).toBe(0);

        router.clearLog();
        await up(carrier, list(20, { comment: "uploads (S3), new" }));
        expect(ours(router)).toEqual(addresses(20));
        expect(singly(router)).toBe(0);
        expect((await carrier.preview(list(20, { comment: "uploads (S3), new" }))).steps).toEqual([
            { op: "same", name: "s3" },
        ]);

        expect((await carrier.destroy()).error).toBeUndefined();
        expect(others(router)).toEqual(["by hand"]);
        expect(ours(router)).toEqual([]);
        expect(said).toEqual([]);
        expect(JSON.stringify(router.log.map(({ body }) => body ?? ""))).not.toContain("secret");
    }));

it("leaves a few rows to single requests", () =>
    onRouter({}, async (router, carrier) => {
        await up(carrier, list(5));
        expect(scripts(router)).toEqual([]);
        expect(singly(router)).toBe(5);
    }));

it("uses no script where the configuration says never", () =>
    onRouter(
        {},
        async (router, carrier) => {
            await up(carrier, list(30));
            expect(scripts(router)).toEqual([]);
            expect(ours(router)).toHaveLength(30);
            expect(said).toEqual([]);
        },
        { "routeros:bulkWrites": "never" },
    ));

it("moves, adds and enables rules by scripts, in their order", () =>
    onRouter({}, async (router, carrier) => {
        const mangle = "/ip/firewall/mangle";
        const rules = (keys: string[], more: object = {}): Declared[] => [
            {
                kind: "FirewallRules",
                name: "block",
                args: {
                    table: "mangle",
                    rules: keys.map((key) => ({ key, chain: "forward", action: "log", logPrefix: key, ...more })),
                },
            },
        ];
        const standing = (): string[] => router.rows(mangle).flatMap((row) => row["log-prefix"] ?? []);
        const keys = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        await up(carrier, rules(keys, { disabled: true }));
        expect(standing()).toEqual(keys);
        expect(singly(router)).toBe(0);
        await up(carrier, rules(keys));
        expect(router.rows(mangle).filter((row) => row["disabled"] === "true")).toEqual([]);
        await up(carrier, rules([...keys].reverse()));
        expect(standing()).toEqual([...keys].reverse());
        await up(carrier, rules(keys.flatMap((key) => [`${key}1`, key])));
        expect(standing()).toEqual(keys.flatMap((key) => [`${key}1`, key]));
        expect(singly(router)).toBe(0);

        router.clearLog();
        const { error } = await carrier.up(
            rules([...keys, "x"].map((key) => `${key}2`)).map((one) => {
                const { rules: all = [], ...args } = one.args as { rules?: { key: string }[] };
                const wrong = all.map((rule) => (rule.key === "h2" ? { ...rule, outInterface: "nope" } : rule));
                return { ...one, args: { ...args, rules: wrong } };
            }),
            { skipPreview: true },
        );
        expect(error?.message).toMatch(/input does not match any value of interface/);
        const added = standing().filter((key) => key.endsWith("2"));
        expect(added).toEqual(["a2", "b2", "c2", "d2", "e2", "f2", "g2"]);
    }));

describe("is mended within the run", () => {
    const spoilt: [string, Fault | undefined, RouterOptions][] = [
        ["an answer that is lost", { kind: "drop", when: "after" }, {}],
        ["a script that never came", { kind: "reset", when: "before" }, {}],
        ["another request's answer", { kind: "foreign-answer", when: "after" }, {}],
        ["an error of the server", { kind: "500", when: "after" }, {}],
        ["half an answer", { kind: "cut-body", when: "after" }, {}],
        ["a restart after five commands", { kind: "restart", command: 5 }, {}],
        ["an error after five commands", { kind: "500", command: 5 }, {}],
        ["scripts that are cut off", undefined, { behaviour: { scriptCommands: 3 } }],
        ["a session that ends", undefined, { behaviour: { sessionSeconds: 0.05 }, latency: slow }],
    ];
    it.each(spoilt)("%s", (_what, fault, options) =>
        onRouter(options, async (router, carrier) => {
            if (fault) router.addFault({ ...fault, path: "/execute", at: 2 });
            await up(carrier, list(60));
            expect(ours(router).sort()).toEqual(addresses(60).sort());
            router.clearFaults();
            if (fault) router.addFault({ ...fault, path: "/execute", at: 3 });
            await up(carrier, list(60, { comment: "new" }));
            expect(router.rows(menu).filter((row) => row["comment"]?.startsWith("new ["))).toHaveLength(60);
            router.clearFaults();
            expect((await carrier.destroy()).error).toBeUndefined();
            expect(others(router)).toEqual(["by hand"]);
            expect(ours(router)).toEqual([]);
            expect(said.length).toBeLessThan(4);
        }),
    );
});

describe("writes rows one by one, and says so in one line,", () => {
    it.each<[string, RouterOptions, RegExp]>([
        ["where the version has no such command", { behaviour: { execute: "unknown" } }, /no such command/],
        ["where device-mode forbids it", { behaviour: { execute: "device-mode" } }, /device-mode/],
        ["where the answer is not understood", { behaviour: { execute: "garbled" } }, /no answer to its script/],
        ["where no answer comes", { behaviour: { execute: "silent" } }, /had no answer/],
        ["where the user lacks a right", { behaviour: { executePolicy: "policy" } }, /not enough permissions/],
    ])("%s", (what, options, reason) =>
        onRouter(
            options,
            async (router, carrier) => {
                if (what.includes("right")) {
                    router.add("/user/group", { name: "provider", policy: "read,write,api,rest-api" });
                    router.add("/user", { name: "pulumi", group: "provider", password: "secret" });
                    carrier.config["routeros:username"] = "pulumi";
                }
                await up(carrier, list(30));
                expect(ours(router).sort()).toEqual(addresses(30).sort());
                expect(others(router)).toEqual(["by hand"]);
                expect(scripts(router)).toHaveLength(1);
                expect(said).toEqual([expect.stringMatching(/^routeros: rows on .* are written one by one/)]);
                expect(said[0]).toMatch(reason);
                expect(router.rows("/system/script")).toEqual([]);
                expect(router.rows("/system/scheduler")).toEqual([]);
            },
            { "routeros:timeoutSeconds": "0.3" },
        ),
    );
});
