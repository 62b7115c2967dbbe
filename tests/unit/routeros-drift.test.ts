import type { Router } from "../../router";
import { start } from "../../router";
import type { Declared } from "../../testing/carrier";
import { Carrier } from "../../testing/carrier";
import { leafType, site, standing } from "../../testing/site";

const lists = "/ip/firewall/address-list";
const mangle = "/ip/firewall/mangle";
const filter = "/ip/firewall/filter";
const tree = "/queue/tree";

describe("what a hand changed", () => {
    let router: Router;
    let carrier: Carrier;
    let warnings: jest.SpyInstance;

    beforeEach(async () => {
        warnings = jest.spyOn(console, "warn").mockReturnValue();
        router = await start();
        carrier = new Carrier({ url: router.url });
    });
    afterEach(async () => {
        warnings.mockRestore();
        await router.stop();
    });

    const id = (menu: string, test: (row: Record<string, string>) => boolean): string =>
        router.rows(menu).find(test)?.[".id"] ?? "";
    const entry = (address: string): string => id(lists, (row) => row["address"] === address);
    const rule = (key: string): string => id(mangle, (row) => (row["comment"] ?? "").includes(`#${key}]`));
    const queue = (name: string): string => id(tree, (row) => row["name"] === name);

    /** Makes the site, lets the hand do its work, and looks: in a preview, and after the `up` that repairs it. */
    async function seen(
        declared: ReturnType<typeof site>,
        hand: () => void,
    ): Promise<{ changed: Record<string, string[] | undefined>; inputs(name: string): Record<string, unknown> }> {
        expect((await carrier.up(declared)).error).toBeUndefined();
        const whole = standing(router);
        hand();
        const state = structuredClone(carrier.state);
        const preview = await carrier.preview(declared);
        expect(preview.error).toBeUndefined();
        await carrier.refresh();
        const refreshed = structuredClone(carrier.state);
        carrier.state = state;
        const repair = await carrier.up(declared);
        expect(repair.error).toBeUndefined();
        expect(bare(standing(router))).toEqual(bare(whole));
        const third = await carrier.up(declared);
        expect(third.steps.filter(({ op }) => op !== "same")).toEqual([]);
        const steps = preview.steps.filter(({ op }) => op !== "same");
        return {
            changed: Object.fromEntries(steps.map(({ name, changed }) => [name, changed])),
            inputs: (name) => refreshed.find((one) => one.name === name)?.inputs ?? {},
        };
    }

    /** Rows without their order where it has no meaning, and without what says only the default. */
    function bare(all: ReturnType<typeof standing>): object {
        return Object.fromEntries(
            Object.entries(all).map(([menu, rows]) => [
                menu,
                /list$|tree$/.test(menu)
                    ? rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()
                    : rows.map((row) => ({ disabled: "false", ...row })),
            ]),
        );
    }

    test("a row removed", async () => {
        const drift = await seen(site(), () => router.remove(lists, entry("54.231.252.0/24")));
        expect(drift.changed).toEqual({ "s3-ipv4": ["addresses"] });
        expect(Object.keys(drift.inputs("s3-ipv4")["addresses"] as object)).toEqual([
            "52.92.52.0/22",
            "52.95.128.0/21",
            "54.231.248.0/22",
        ]);
    });

    test("a row added in a list that is ours alone", async () => {
        const declared = site().map((one) =>
            one.kind === "AddressList" ? { ...one, args: { ...one.args, exclusive: true } } : one,
        );
        const drift = await seen(declared, () => {
            router.add(lists, { list: "AmazonS3", address: "203.0.113.0/24" });
        });
        expect(drift.changed).toEqual({ "s3-ipv4": ["foreign"] });
        expect(drift.inputs("s3-ipv4")["foreign"]).toEqual(["203.0.113.0/24"]);
    });

    test("a row changed", async () => {
        const drift = await seen(site(), () => router.set(lists, entry("52.92.52.0/22"), { address: "52.92.48.0/22" }));
        expect(drift.changed).toEqual({ "s3-ipv4": ["addresses"] });
        expect(Object.keys(drift.inputs("s3-ipv4")["addresses"] as object)).toContain("52.92.48.0/22");
    });

    test("a row disabled", async () => {
        const drift = await seen(site(), () => {
            router.set(lists, entry("52.92.52.0/22"), { disabled: "yes" });
            router.set(mangle, rule("packet"), { disabled: "yes" });
        });
        expect(drift.changed).toEqual({ "s3-ipv4": ["disabled"], "marks-ipv4": ["disabled"] });
        expect(drift.inputs("s3-ipv4")["disabled"]).toEqual(["52.92.52.0/22"]);
        expect(drift.inputs("marks-ipv4")["disabled"]).toEqual(["packet"]);
    });

    test("a matcher cleared, one added, one set to nothing", async () => {
        const drift = await seen(site(), () => {
            router.set(mangle, rule("connection"), { "!dst-address-list": "", "src-address": "192.168.88.9" });
            router.set(mangle, rule("packet"), { "dst-port": "", protocol: "tcp" });
        });
        expect(drift.changed).toEqual({ "marks-ipv4": ["rules"] });
        const [connection] = drift.inputs("marks-ipv4")["rules"] as Record<string, string>[];
        expect(connection).toMatchObject({ srcAddress: "192.168.88.9" });
        expect(connection).not.toHaveProperty("dstAddressList");
    });

    test("a rule moved, and a foreign one put between", async () => {
        const drift = await seen(site(), () => router.move(mangle, rule("packet"), rule("connection")));
        expect(drift.changed).toEqual({ "marks-ipv4": ["rules"] });

        const foreign = router.add(mangle, { chain: "forward", action: "passthrough", comment: "counter" });
        router.move(mangle, foreign, rule("packet"));
        const preview = await carrier.preview(site());
        expect(preview.steps.filter(({ op }) => op !== "same")).toEqual([
            { op: "update", name: "marks-ipv4", changed: ["between"] },
        ]);
        router.clearLog();
        await carrier.up(site());
        expect(
            router.log.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`),
        ).toEqual([`POST ${mangle}/move`]);
    });

    test("a queue's parameters changed, renamed, and put out of use", async () => {
        const drift = await seen(site(), () => {
            router.set(tree, queue("uplink"), { "max-limit": "5M" });
            router.set(tree, queue("uplink-rest"), { priority: "3", name: "slow" });
            router.set(tree, queue("uplink-s3"), { disabled: "yes" });
        });
        expect(drift.changed).toEqual({ queues: ["disabled", "queues"] });
    });

    test("a queue type changed, and removed", async () => {
        const type = (): string => id("/queue/type", (row) => row["name"] === leafType);
        const drift = await seen(site(), () => router.set("/queue/type", type(), { "fq-codel-limit": "500" }));
        expect(drift.changed).toEqual({ "queues-leaf": ["parameters"] });
        await carrier.destroy();
        const only = site().filter(({ name }) => name === "queues-leaf");
        const gone = await seen(only, () => router.remove("/queue/type", type()));
        expect(gone.changed).toEqual({ "queues-leaf": ["missing"] });
    });

    test("a parameter that is not set any more goes back to its default", async () => {
        const only = (parameters: object): Declared[] =>
            site()
                .filter(({ name }) => name === "queues-leaf")
                .map((one) => ({ ...one, args: { ...one.args, parameters } }));
        await carrier.up(only({ fqCodelLimit: 1000, fqCodelFlows: 512 }));
        expect((await carrier.up(only({ fqCodelFlows: 512 }))).error).toBeUndefined();
        const [row] = router.rows("/queue/type").filter(({ name }) => name === leafType);
        expect(row).toMatchObject({ "fq-codel-limit": "10240", "fq-codel-flows": "512" });
        expect((await carrier.up(only({ fqCodelFlows: 512 }))).steps).toEqual([{ op: "same", name: "queues-leaf" }]);
    });

    test("an entry duplicated, also in another form of its address", async () => {
        const drift = await seen(site(), () => {
            const row = router.rows(lists).find(({ address }) => address === "52.92.52.0/22");
            router.set(lists, row?.[".id"] ?? "", { disabled: "yes" });
            router.add(lists, {
                list: "AmazonS3",
                address: "52.92.52.0-52.92.55.255",
                comment: row?.["comment"] ?? "",
            });
        });
        expect(drift.changed).toEqual({ "s3-ipv4": ["duplicates"] });
        expect(drift.inputs("s3-ipv4")["duplicates"]).toEqual(["52.92.52.0/22"]);
    });

    test("a comment changed, the marker with it", async () => {
        const drift = await seen(site(), () => {
            const { comment = "" } = router.rows(mangle).find((row) => row[".id"] === rule("packet")) ?? {};
            router.set(lists, entry("52.92.52.0/22"), { comment: "" });
            router.set(mangle, rule("packet"), { comment: `${comment} and more` });
            router.set(tree, queue("uplink-s3"), { comment: "" });
        });
        expect(Object.keys(drift.changed)).toEqual(["s3-ipv4", "marks-ipv4", "queues"]);
        expect(drift.inputs("s3-ipv4")["comments"]).toEqual({ "52.92.52.0/22": "(marker missing)" });
    });

    test("a row moved to another list, and a rule to another chain, come back with their ids", async () => {
        let moved: string[] = [];
        await seen(site(), () => {
            moved = [entry("52.92.52.0/22"), rule("packet")];
            router.set(lists, moved[0] ?? "", { list: "elsewhere" });
            router.set(mangle, moved[1] ?? "", { chain: "prerouting", "!out-interface": "" });
        });
        expect([entry("52.92.52.0/22"), rule("packet")]).toEqual(moved);
    });

    test("a FastTrack rule added, changed, put out of use: the bypass follows", async () => {
        expect((await carrier.up(site())).error).toBeUndefined();
        const bypass = (): string[] =>
            router
                .rows(filter)
                .filter((row) => row["dynamic"] !== "true" && /fasttrack|pulumi/.test(JSON.stringify(row)))
                .map((row) => `${row["action"]} ${row["in-interface"] ?? ""} ${row["connection-state"] ?? ""}`);
        expect(bypass()).toEqual(["accept  established,related", "fasttrack-connection  established,related"]);
        router.add(filter, {
            chain: "forward",
            action: "fasttrack-connection",
            "in-interface": "ether2",
            "connection-state": "established",
        });
        await carrier.up(site());
        expect(bypass()).toEqual([
            "accept  established,related",
            "fasttrack-connection  established,related",
            "accept ether2 established",
            "fasttrack-connection ether2 established",
        ]);
        for (const row of router.rows(filter)) {
            if (row["action"] === "fasttrack-connection") router.set(filter, row[".id"] ?? "", { disabled: "yes" });
        }
        await carrier.up(site());
        expect(bypass()).toEqual([
            "fasttrack-connection  established,related",
            "fasttrack-connection ether2 established",
        ]);
    });

    test("a foreign rule ahead that ends evaluation for our packets is a warning", async () => {
        expect((await carrier.up(site())).error).toBeUndefined();
        const first = rule("connection");
        const add = (row: Record<string, string>): void => {
            router.move(mangle, router.add(mangle, { chain: "forward", action: "accept", ...row }), first);
        };
        add({ protocol: "udp", comment: "calls" });
        add({ protocol: "tcp", "dst-port": "80", comment: "web" });
        add({ "out-interface": "ether2", comment: "other way out" });
        warnings.mockClear();
        await carrier.preview(site());
        expect(warnings).not.toHaveBeenCalled();
        add({ protocol: "tcp", "dst-port": "400-500", comment: "early" });
        const preview = await carrier.preview(site());
        expect(preview.steps.filter(({ op }) => op !== "same")).toEqual([]);
        expect(warnings.mock.calls.flat().join("\n")).toMatch(/rule forward accept "early" .* ends evaluation/);
        expect(warnings).toHaveBeenCalledTimes(1);
    });

    test("everything gone after a reset is written again", async () => {
        expect((await carrier.up(site())).error).toBeUndefined();
        const whole = bare(standing(router));
        router.reset();
        expect((await carrier.up(site())).error).toBeUndefined();
        expect(bare(standing(router))).toEqual(whole);
        expect(warnings).not.toHaveBeenCalledWith(expect.stringContaining("another device"));
    });

    test("another device at the address is refused before anything is written, and by a refresh left as recorded", async () => {
        expect((await carrier.up(site())).error).toBeUndefined();
        router.reset({ serial: "HEX0000002" });
        router.clearLog();
        const state = structuredClone(carrier.state);
        await carrier.refresh();
        expect(carrier.state).toEqual(state);
        for (const run of [() => carrier.up(site(), { skipPreview: true }), () => carrier.destroy()]) {
            expect((await run()).error?.message).toMatch(
                /is another device \(serial HEX0000002\).*\[preflight\/device\]/,
            );
        }
        // A resource that has recorded no device goes by what the others have.
        const [list] = site();
        const more = [{ ...list!, name: "more", args: { ...list!.args, list: "more" } }, ...site()];
        expect((await carrier.up(more, { skipPreview: true })).error?.message).toContain("[preflight/device]");
        expect(router.log.filter(({ method }) => method !== "GET")).toEqual([]);
    });

    test("another connection is another device, and needs no name", async () => {
        const office = await start();
        try {
            const connection = { url: office.url, username: "admin", password: "", allowPlaintext: "true" };
            carrier.config["routeros:connections"] = JSON.stringify({ office: connection });
            const [list] = site();
            expect((await carrier.up([list!])).error).toBeUndefined();
            const moved = { ...list!, args: { ...list!.args, connection: "office" } };
            expect((await carrier.up([moved])).error).toBeUndefined();
            expect([router.rows(lists), office.rows(lists)].map((rows) => rows.length)).toEqual([0, 4]);
        } finally {
            await office.stop();
        }
    });

    test("the device that is named is the only one that is written to", async () => {
        carrier.config["routeros:device"] = "HEX0000002";
        const refused = await carrier.up(site(), { skipPreview: true });
        expect(refused.error?.message).toMatch(
            /is serial .*, and routeros:device names HEX0000002.*\[preflight\/device\]/,
        );
        expect(router.log.filter(({ method }) => method !== "GET")).toEqual([]);
        router.reset({ serial: "HEX0000002" });
        expect((await carrier.up(site())).error).toBeUndefined();
    });

    test("another device that is named is an update that writes all rows, with one warning", async () => {
        expect((await carrier.up(site())).error).toBeUndefined();
        router.reset({ serial: "HEX0000002" });
        carrier.config["routeros:device"] = "serial HEX0000002";
        const preview = await carrier.preview(site());
        // An IPv6 bypass has no rows here.
        const steps = preview.steps.filter(({ name }) => name !== "bypass-ipv6");
        expect(new Set(steps.map(({ op }) => op))).toEqual(new Set(["update"]));
        expect(warnings.mock.calls.flat().filter((text: string) => text.includes("another device"))).toHaveLength(1);
        const up = await carrier.up(site(), { refresh: false });
        expect(up.error).toBeUndefined();
        expect(router.rows(tree)).toHaveLength(3);
    });
});
