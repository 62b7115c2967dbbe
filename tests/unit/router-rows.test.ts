import type { Row } from "../../router/api";
import { type Call, refusal, rowsOf, withRouter } from "../../testing/embedded-router";

const lists = "/ip/firewall/address-list";
const tree = "/queue/tree";
const put = async (call: Call, menu: string, row: Row): Promise<Row> => {
    const answer = await call("PUT", menu, row);
    expect([answer.status, answer.text]).toEqual([201, answer.text]);
    return answer.body as Row;
};

describe("address lists", () => {
    test("a pair stands once, in whatever form it is written; overlaps and other lists do not count", () =>
        withRouter({}, async (call) => {
            await put(call, lists, { list: "a", address: "10.10.10.10" });
            const again = (row: Row) => call("PUT", lists, { list: "a", ...row });
            const same: Row[] = [
                { address: "10.10.10.10/32" },
                { address: "10.10.10.10", comment: "x" },
                { address: "10.10.10.10", timeout: "1h" },
            ];
            for (const row of same) {
                expect(refusal(await again(row))).toEqual([400, "failure: already have such entry"]);
            }
            await put(call, lists, { list: "a", address: "10.10.10.0/24" });
            await put(call, lists, { list: "b", address: "10.10.10.10" });
        }));

    test("a disabled entry may be added again, and then not enabled", () =>
        withRouter({}, async (call) => {
            const { ".id": id } = await put(call, lists, { list: "a", address: "10.0.0.1", disabled: "yes" });
            await put(call, lists, { list: "a", address: "10.0.0.1" });
            expect(refusal(await call("POST", `${lists}/enable`, { ".id": id }))).toEqual([
                400,
                "failure: already have such entry",
            ]);
        }));

    test("a change to an address that stands already is refused, to its own form not", () =>
        withRouter({}, async (call) => {
            const { ".id": id } = await put(call, lists, { list: "a", address: "10.0.0.1" });
            await put(call, lists, { list: "a", address: "10.0.0.2" });
            expect((await call("PATCH", `${lists}/${id}`, { address: "10.0.0.2/32" })).status).toBe(400);
            expect((await call("PATCH", `${lists}/${id}`, { address: "10.0.0.1/32" })).status).toBe(200);
        }));

    test("a timeout makes an entry dynamic, runs out, and does not survive a restart", () =>
        withRouter({}, async (call, router) => {
            const made = await put(call, lists, { list: "a", address: "10.0.0.1", timeout: "00:10:00" });
            expect(made).toMatchObject({ dynamic: "true", timeout: "10m" });
            await put(call, lists, { list: "a", address: "10.0.0.2", timeout: "1d" });
            await put(call, lists, { list: "a", address: "10.0.0.3", dynamic: "yes" });
            await put(call, lists, { list: "a", address: "10.0.0.4" });
            const addresses = async () => ((await call("GET", lists)).body as Row[]).map((row) => row["address"]);
            router.advance(599);
            expect(await addresses()).toEqual(["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]);
            router.advance(2);
            expect(await addresses()).toEqual(["10.0.0.2", "10.0.0.3", "10.0.0.4"]);
            router.restart();
            expect(await addresses()).toEqual(["10.0.0.4"]);
        }));

    test("a timeout is at most 35w3d13h13m56s", () =>
        withRouter({}, async (call) => {
            await put(call, lists, { list: "a", address: "10.0.0.1", timeout: "35w3d13h13m56s" });
            const answer = await call("PUT", lists, { list: "a", address: "10.0.0.2", timeout: "35w3d13h13m57s" });
            expect(answer.status).toBe(400);
        }));

    test("a name has children, which go and move with it", () =>
        withRouter({ names: { "s3.example.com": ["198.51.100.1", "198.51.100.2", "2001:db8::1"] } }, async (call) => {
            const parent = await put(call, lists, { list: "a", address: "s3.example.com", comment: "ours" });
            expect(parent).toMatchObject({ address: "s3.example.com", dynamic: "false" });
            const children = async () => (await call("GET", `${lists}?dynamic=true`)).body as Row[];
            expect(await children()).toMatchObject([
                { list: "a", address: "198.51.100.1", comment: "s3.example.com" },
                { list: "a", address: "198.51.100.2", comment: "s3.example.com" },
            ]);
            await call("PATCH", `${lists}/${parent[".id"]}`, { list: "b" });
            expect((await children()).map((row) => row["list"])).toEqual(["b", "b"]);
            await call("DELETE", `${lists}/${parent[".id"]}`);
            expect((await call("GET", lists)).body).toEqual([]);
            const six = "/ipv6/firewall/address-list";
            await put(call, six, { list: "a", address: "s3.example.com" });
            expect((await call("GET", `${six}?list=a&dynamic=true`)).body).toMatchObject([
                { address: "2001:db8::1/128" },
            ]);
        }));

    test("a name's children are made again after a restart, also for a name of hexadecimal letters", () =>
        withRouter({ names: { "cafe.de": ["198.51.100.9"] } }, async (call, router) => {
            await put(call, lists, { list: "a", address: "cafe.de" });
            router.restart();
            expect((await call("GET", `${lists}?dynamic=true`)).body).toMatchObject([{ address: "198.51.100.9" }]);
        }));

    test("IPv6 single addresses read /128 and are the same in any form", () =>
        withRouter({}, async (call) => {
            const six = "/ipv6/firewall/address-list";
            expect(await put(call, six, { list: "a", address: "2001:DB8:1::1" })).toMatchObject({
                address: "2001:db8:1::1/128",
            });
            const again = await call("PUT", six, { list: "a", address: "2001:db8:1:0::1/128" });
            expect(refusal(again)).toEqual([400, "failure: already have such entry"]);
        }));
});

describe("queue tree", () => {
    test("reads every property, rates in plain bit/s, with the manual's defaults", () =>
        withRouter({}, async (call) => {
            expect(await put(call, tree, { parent: "ether5", "max-limit": "20M", "limit-at": "64k" })).toEqual({
                ".id": "*1000000",
                name: "queue1",
                parent: "ether5",
                "packet-mark": "",
                "limit-at": "64000",
                "max-limit": "20000000",
                "burst-limit": "0",
                "burst-threshold": "0",
                "burst-time": "0s",
                "bucket-size": "0.1",
                priority: "8",
                queue: "default-small",
                disabled: "false",
                invalid: "false",
                bytes: "0",
                packets: "0",
                dropped: "0",
                rate: "0",
                "packet-rate": "0",
                "queued-bytes": "0",
                "queued-packets": "0",
            });
            expect(await put(call, tree, { parent: "queue1" })).toMatchObject({ ".id": "*1000001", name: "queue2" });
        }));

    test.each<[Row, string]>([
        [{ parent: "ether9" }, "input does not match any value of parent"],
        [{ parent: "global-out" }, "input does not match any value of parent"],
        [{ queue: "fancy" }, "input does not match any value of queue"],
        [{ priority: "9" }, "value of priority out of range (1..8)"],
        [{ priority: "0" }, "value of priority out of range (1..8)"],
        [{ "bucket-size": "11" }, "value of bucket-size out of range (0..10)"],
        [{ "max-limit": "much" }, "invalid value for argument max-limit"],
        [{ "max-limit": "1M", "limit-at": "2M" }, "failure: max-limit less than limit-at"],
        [{ name: "taken" }, "failure: already have such name"],
        [{ "place-before": "*1000000" }, "unknown parameter place-before"],
    ])("%j: %s", (row, detail) =>
        withRouter({}, async (call) => {
            await put(call, tree, { name: "taken", parent: "global" });
            expect(refusal(await call("PUT", tree, { name: "q", parent: "global", ...row }))).toEqual([400, detail]);
        }),
    );

    test("limits are checked together: raising both works in one PATCH, one after the other by the larger first", () =>
        withRouter({}, async (call) => {
            await put(call, tree, { name: "q", parent: "global", "max-limit": "10M", "limit-at": "5M" });
            const patch = (row: Row) => call("PATCH", `${tree}/q`, row);
            expect((await patch({ "limit-at": "15M" })).status).toBe(400);
            expect((await patch({ "limit-at": "15M", "max-limit": "20M" })).status).toBe(200);
            expect((await patch({ "max-limit": "0" })).status).toBe(200);
            expect((await patch({ "limit-at": "50M" })).status).toBe(200);
        }));

    test("no queue below itself, and no more than 7 levels", () =>
        withRouter({}, async (call) => {
            let parent = "global";
            for (let level = 1; level <= 7; level++) {
                await put(call, tree, { name: `q${level}`, parent });
                parent = `q${level}`;
            }
            expect(refusal(await call("PUT", tree, { name: "q8", parent }))[0]).toBe(400);
            expect(refusal(await call("PATCH", `${tree}/q1`, { parent: "q3" }))[0]).toBe(400);
            expect(refusal(await call("PATCH", `${tree}/q1`, { parent: "q1" }))[0]).toBe(400);
        }));

    test("a renamed parent is followed, a removed one leaves its id, and the name alone does not bring it back", () =>
        withRouter({ behaviour: { reuseIds: false } }, async (call) => {
            await put(call, tree, { name: "top", parent: "ether5" });
            await put(call, tree, { name: "leaf", parent: "top" });
            await call("PATCH", `${tree}/top`, { name: "roof" });
            const leaf = async () => (await call("GET", `${tree}/leaf`)).body as Row;
            expect(await leaf()).toMatchObject({ parent: "roof", invalid: "false" });
            expect((await call("DELETE", `${tree}/roof`)).status).toBe(204);
            expect(await leaf()).toMatchObject({ parent: "*1000000", invalid: "true" });
            await put(call, tree, { name: "roof", parent: "ether5" });
            expect(await leaf()).toMatchObject({ parent: "*1000000", invalid: "true" });
            await call("PATCH", `${tree}/leaf`, { parent: "roof" });
            expect(await leaf()).toMatchObject({ parent: "roof", invalid: "false" });
        }));

    test("the name of an interface is followed too", () =>
        withRouter({}, async (call) => {
            await put(call, tree, { name: "top", parent: "ether5" });
            await call("PATCH", "/interface/ether5", { name: "wan" });
            expect((await call("GET", `${tree}/top`)).body).toMatchObject({ parent: "wan" });
            expect((await call("GET", "/interface/list/member?interface=wan")).body).toHaveLength(1);
        }));
});

describe("queue types and simple queues", () => {
    test("builtin types have high ids, stay, and say that they are default", () =>
        withRouter({}, async (call) => {
            const types = (await call("GET", "/queue/type")).body as Row[];
            expect(types.map(({ name }) => name).sort()).toEqual([
                ...["default", "default-small", "ethernet-default", "hotspot-default", "multi-queue-ethernet-default"],
                ...["only-hardware-queue", "pcq-download-default", "pcq-upload-default", "synchronous-default"],
                "wireless-default",
            ]);
            for (const type of types) {
                expect(type[".id"]).toMatch(/^\*FFFFFFF[0-9A-F]$/);
                expect(type["default"]).toBe("true");
                expect((await call("DELETE", `/queue/type/${type[".id"]}`)).status).toBe(400);
            }
        }));

    test("a type needs a name and a kind, and has its kind's arguments", () =>
        withRouter({}, async (call) => {
            expect(refusal(await call("PUT", "/queue/type", { name: "x" }))).toEqual([400, "missing =kind="]);
            expect(refusal(await call("PUT", "/queue/type", { name: "x", kind: "magic" }))).toEqual([
                400,
                "input does not match any value of kind",
            ]);
            const made = await put(call, "/queue/type", { name: "x", kind: "fq-codel", "fq-codel-limit": "1000" });
            expect(made).toMatchObject({
                ".id": "*1",
                default: "false",
                "fq-codel-limit": "1000",
                "fq-codel-flows": "1024",
            });
            expect(made).not.toHaveProperty("pfifo-limit");
            expect(refusal(await call("PUT", "/queue/type", { name: "x", kind: "pfifo" }))).toEqual([
                400,
                "failure: already have such name",
            ]);
        }));

    test.each([
        ["pcq", "pcq-limit", { "50KiB": "50", "50": "50", "2MiB": "2048", "51200": "51200" }],
        ["pcq", "pcq-total-limit", { "2000KiB": "2000", "2000": "2000" }],
        ["fq-codel", "fq-codel-memlimit", { "32.0MiB": "33554432", "4096.0KiB": "4194304", "65536": "65536" }],
        ["cake", "cake-memlimit", { "195.3KiB": "199987", "0": "0" }],
        ["cake", "cake-bandwidth", { "24.5Mbps": "24500000", "10M": "10000000", "0": "0" }],
    ])("a size of kind %s, %s, reads as REST shows it", (kind, name, forms) =>
        withRouter({}, async (call) => {
            for (const [written, shown] of Object.entries(forms)) {
                const made = await put(call, "/queue/type", { name: `t${written}`, kind, [name]: written });
                expect(made[name]).toBe(shown);
            }
            for (const wrong of ["much", "50KB", "-1", "1.5"]) {
                const refused = await call("PUT", "/queue/type", { name: "wrong", kind, [name]: wrong });
                expect([wrong, refused.status]).toEqual([wrong, 400]);
            }
        }),
    );

    test("the types that every router has show their limits in KiB, and an export writes the unit", () =>
        withRouter({}, async (call, router) => {
            const types = await rowsOf(call, "/queue/type");
            expect(types.find(({ name }) => name === "pcq-upload-default")).toMatchObject({
                "pcq-limit": "50",
                "pcq-total-limit": "2000",
            });
            await put(call, "/queue/type", { name: "mine", kind: "pcq", "pcq-limit": "100" });
            await put(call, "/queue/tree", { name: "q", parent: "global", "max-limit": "5200k" });
            expect(router.export()).toContain("pcq-limit=100KiB");
            expect(router.export()).toContain("max-limit=5200k");
        }));

    test("simple queues: pairs, order, and their own refusals", () =>
        withRouter({}, async (call) => {
            const simple = "/queue/simple";
            const made = await put(call, simple, { name: "pc", target: "192.168.88.10", "max-limit": "15M/20M" });
            expect(made).toMatchObject({
                target: "192.168.88.10/32",
                "max-limit": "15000000/20000000",
                "limit-at": "0/0",
            });
            const refused = async (row: Row) =>
                refusal(await call("PUT", simple, { name: "x", target: "192.168.88.11", ...row }))[1];
            expect(await refused({ "limit-at": "2M/1M", "max-limit": "1M/1M" })).toBe(
                "failure: upload-max-limit less than upload-limit",
            );
            expect(await refused({ "limit-at": "1M/2M", "max-limit": "1M/1M" })).toBe(
                "failure: download-max-limit less than download-limit",
            );
            expect(await refused({ name: "pc" })).toBe("failure: already have such name");
            expect(await refused({ parent: "none-such" })).toBe("input does not match any value of parent");
            expect(await refused({ queue: "fancy/default" })).toBe("input does not match any value of queue");
            await put(call, simple, { name: "first", target: "ether2", "place-before": made[".id"]! });
            expect(await rowsOf(call, simple, "name")).toEqual([{ name: "first" }, { name: "pc" }]);
        }));
});

describe("ids", () => {
    test("are upper-case hex without leading zeros, kept on change, and given again after a delete", () =>
        withRouter({}, async (call) => {
            for (let number = 1; number <= 11; number++)
                await put(call, lists, { list: "a", address: `10.0.0.${number}` });
            expect(((await call("GET", lists)).body as Row[]).map((row) => row[".id"])).toEqual([
                ...["*1", "*2", "*3", "*4", "*5", "*6", "*7", "*8", "*9", "*A", "*B"],
            ]);
            await call("DELETE", `${lists}/*4`);
            expect(await put(call, lists, { list: "b", address: "10.9.9.9" })).toMatchObject({ ".id": "*4" });
            expect(await put(call, lists, { list: "b", address: "10.9.9.8" })).toMatchObject({ ".id": "*C" });
        }));

    test("are never given again when the switch says so", () =>
        withRouter({ behaviour: { reuseIds: false } }, async (call) => {
            const { ".id": id } = await put(call, lists, { list: "a", address: "10.0.0.1" });
            await call("DELETE", `${lists}/${id}`);
            expect(await put(call, lists, { list: "a", address: "10.0.0.1" })).toMatchObject({ ".id": "*2" });
        }));
});

test("an interface says that it is a member: of a bridge by itself or by a list, or of a bond, in use", () =>
    withRouter(
        {
            rsc: `/interface bridge
add name=b
/interface list
add name=ports
/interface list member
add interface=ether3 list=ports
/interface bonding
add name=bond1 slaves=ether4,ether5
/interface bridge port
add bridge=b interface=ether1 disabled=yes
add bridge=b interface=ether2
add bridge=b interface=ports
`,
        },
        (_call, router) => {
            const members = router.rows("/interface").filter((row) => row["slave"] === "true");
            expect(members.map(({ name }) => name)).toEqual(["ether2", "ether3", "ether4", "ether5"]);
            return Promise.resolve();
        },
    ));

test("of routes to one destination the nearest of each table is used, and a gateway is reached by the route to it", () =>
    withRouter({}, async (call) => {
        for (const [address, name] of [
            ["100.64.0.2/24", "ether4"],
            ["198.51.100.2/24", "ether3"],
        ] as const)
            await put(call, "/ip/address", { address, interface: name });
        await put(call, "/routing/table", { name: "second", fib: "" });
        const to = "10.9.0.0/16";
        const far = { "dst-address": to, gateway: "100.64.0.1", distance: "5" };
        const near = { "dst-address": to, gateway: "198.51.100.1" };
        for (const table of ["main", "second"]) {
            await put(call, "/ip/route", { ...far, "routing-table": table });
            await put(call, "/ip/route", { ...near, "routing-table": table });
        }
        await put(call, "/ip/route", { "dst-address": "192.0.2.9/32", gateway: "198.51.100.1" });
        await put(call, "/ip/route", { "dst-address": "10.8.0.0/16", gateway: "192.0.2.9" });
        const shown = async (query: string) =>
            (await rowsOf(call, `/ip/route?${query}`)).map((row) => [row["immediate-gw"], row["active"]]);
        const both = [
            ["100.64.0.1%ether4", "false"],
            ["198.51.100.1%ether3", "true"],
        ];
        expect(await shown(`dst-address=${to}`)).toEqual([...both, ...both]);
        expect(await shown("dst-address=10.8.0.0/16")).toEqual([["198.51.100.1%ether3", "true"]]);
        const [, nearest] = await rowsOf(call, `/ip/route?dst-address=${to}&routing-table=second`);
        await call("PATCH", `/ip/route/${nearest?.[".id"] ?? ""}`, { disabled: "yes" });
        expect((await shown(`dst-address=${to}`)).map(([, active]) => active)).toEqual([
            "false",
            "true",
            "true",
            "false",
        ]);
    }));
