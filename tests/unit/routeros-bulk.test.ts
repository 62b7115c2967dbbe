/** Many rows in a few requests: by scripts where the router carries them out, singly where it does not. */
import { tune } from "../../providers/routeros/runtime/router/session";
import { type Router, type RouterOptions, start } from "../../router";
import { Carrier, type Declared } from "../../testing/carrier";
import { quietAndQuick } from "../../testing/quiet";

const menu = "/ip/firewall/address-list";
const addresses = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `10.${Math.floor(index / 250)}.${index % 250}.0/24`);
const list = (count: number, more: object = {}): Declared[] => [
    { kind: "AddressList", name: "s3", args: { list: "S3", addresses: addresses(count), comment: "to S3", ...more } },
];

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
