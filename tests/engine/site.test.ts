/** One site's life on the real engine: made, looked at, changed by hand, repaired, taken away. The tests build on each other. */
import fs from "node:fs";
import path from "node:path";

import type { Row } from "../../router/api";
import { root } from "../../sandbox/places";
import { engineTimeout, ordinarySite, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

const lists = "/ip/firewall/address-list";
const mangle = "/ip/firewall/mangle";
const queues = "/queue/tree";

describe("a site on the real engine", () => {
    let stack: ScratchStack;
    let before: Record<string, Row[]>;
    let rangesFile: string;

    beforeAll(async () => {
        stack = await startEngine({
            config: {
                ...ordinarySite,
                "routeros-s3:awsIpRanges": "ranges/ip-ranges.json",
            },
        });
        rangesFile = path.join(stack.folder, "ranges/ip-ranges.json");
        fs.mkdirSync(path.dirname(rangesFile));
        fs.copyFileSync(path.join(root, "sandbox/ip-ranges.json"), rangesFile);
        before = stack.router.configuration();
    });
    afterAll(() => stack.stop());

    const ours = (menu: string) => stack.router.rows(menu).filter((row) => row["comment"]?.includes("[pulumi:"));
    const writes = () => stack.router.log.filter(({ method }) => method !== "GET");
    /** Our rows as they are wanted: rules in their order, for it counts; the others in that of their comments. */
    const content = () =>
        [lists, mangle, queues].map((menu) => {
            const texts = ours(menu).map((row) => {
                const values = Object.entries({ disabled: "false", ...row });
                return JSON.stringify(values.filter(([key]) => key !== ".id" && key !== "creation-time").sort());
            });
            return menu === mangle ? texts : texts.sort();
        });
    const idOf = (menu: string, wanted: (row: Row) => boolean) => ours(menu).find(wanted)?.[".id"] ?? "";

    it("makes the bucket and the router's rows in one go", async () => {
        const up = await stack.up();
        expect(up).toMatchObject({ code: 0 });
        expect(ours(lists).map((row) => row["address"])).toEqual([
            "52.92.52.0/22",
            "52.95.128.0/21",
            "54.231.248.0/22",
            "54.231.252.0/24",
        ]);
        expect(ours("/ipv6/firewall/address-list").length).toBeGreaterThan(0);
        expect(ours(mangle).map((row) => row["action"])).toEqual(["mark-connection", "mark-packet"]);
        expect(ours("/ip/firewall/filter").map((row) => row["action"])).toEqual(["accept"]);
        expect(ours(queues).map((row) => [row["name"], row["parent"], row["disabled"]])).toEqual([
            ["upload", "ether5", "false"],
            ["upload-rest", "upload", "false"],
            ["upload-s3", "upload", "false"],
        ]);
        const types = (await stack.resources()).map(({ type }) => type);
        expect(types).toContain("aws:s3/bucket:Bucket");
        expect(types).toContain("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
    });

    it("changes nothing and writes nothing the second time, at a fixed price in requests", async () => {
        stack.router.clearLog();
        const up = await stack.up(["--expect-no-changes"]);
        expect(up).toMatchObject({
            code: 0,
            output: expect.stringMatching(/Resources:\n\s+\d+ unchanged\n/) as string,
        });
        expect(writes()).toEqual([]);
        const reads = stack.router.log.length;
        expect(reads).toBeGreaterThan(0);

        stack.router.clearLog();
        await stack.up(["--expect-no-changes"]);
        expect(stack.router.log).toHaveLength(reads);
    });

    it("adds a new prefix with one request, and touches no other row", async () => {
        const document = JSON.parse(fs.readFileSync(rangesFile, "utf8")) as {
            syncToken: string;
            prefixes: Record<string, string>[];
        };
        document.prefixes.push({
            ip_prefix: "3.5.164.0/22",
            region: "ap-southeast-2",
            service: "S3",
            network_border_group: "ap-southeast-2",
        });
        document.syncToken = String(Number(document.syncToken) + 1);
        fs.writeFileSync(rangesFile, JSON.stringify(document));
        const standing = ours(lists).map((row) => row[".id"]);

        stack.router.clearLog();
        const up = await stack.up();
        expect(up).toMatchObject({ code: 0 });
        expect(writes().map(({ method, path: to }) => `${method} ${to}`)).toEqual([`PUT ${lists}`]);
        expect(ours(lists)).toHaveLength(5);
        expect(ours(lists).map((row) => row[".id"])).toEqual(expect.arrayContaining(standing));
    });

    describe("what somebody did by hand", () => {
        const address = (row: Row) => row["address"] === "52.95.128.0/21";
        const action = (name: string) => (row: Row) => row["action"] === name;
        const queue = (name: string) => (row: Row) => row["name"] === name;
        const set = (menu: string, which: (row: Row) => boolean, values: Row) =>
            stack.router.set(menu, idOf(menu, which), values);
        const remove = (menu: string, which: (row: Row) => boolean) => stack.router.remove(menu, idOf(menu, which));

        it.each<{ what: string; edit: () => void; shows: RegExp[] }>([
            {
                what: "an address, a rule and a queue deleted",
                edit: () => {
                    remove(lists, address);
                    remove(mangle, action("mark-packet"));
                    remove(queues, queue("upload-s3"));
                },
                shows: [/\+ "?52\.95\.128\.0\/21"? *: true/, /\+ action\s*: "mark-packet"/, /\+ name\s*: "upload-s3"/],
            },
            {
                what: "a rule and a queue changed",
                edit: () => {
                    set(mangle, action("mark-connection"), { "dst-port": "80" });
                    set(queues, queue("upload"), { "max-limit": "5M" });
                },
                shows: [/~ dstPort\s*: "80" => "443"/, /~ maxLimit\s*: "5000000" => "19000000"/],
            },
            {
                what: "an address, a rule and a queue disabled",
                edit: () => {
                    set(lists, address, { disabled: "true" });
                    set(mangle, action("mark-packet"), { disabled: "true" });
                    set(queues, queue("upload-rest"), { disabled: "true" });
                },
                shows: [
                    /- \[0\]: "52\.95\.128\.0\/21"/,
                    /- \[0\]: "packet"/,
                    /disabled\s*: true => false|- \[0\]: "upload-rest"/,
                ],
            },
            {
                what: "rules in another order",
                edit: () => {
                    const [first, second] = ours(mangle);
                    stack.router.move(mangle, second?.[".id"] ?? "", first?.[".id"]);
                },
                shows: [/~ key\s*: "packet"\s*=> "connection"/],
            },
        ])("$what: seen by a refreshing preview, property by property, and repaired", async ({ edit, shows }) => {
            const wanted = content();
            edit();
            expect(content()).not.toEqual(wanted);

            stack.router.clearLog();
            const preview = await stack.preview(["--refresh", "--diff"]);
            expect(preview).toMatchObject({ code: 0 });
            // What the refresh read is told first, then what the update would do about it.
            const update = preview.output.slice(preview.output.indexOf(": (update)"));
            for (const line of shows) expect(update).toMatch(line);
            expect(writes()).toEqual([]);

            expect(await stack.up()).toMatchObject({ code: 0 });
            expect(content()).toEqual(wanted);
        });

        it("a refresh keeps what it read as the inputs, not what the program gave", async () => {
            const id = idOf(queues, (row) => row["name"] === "upload");
            stack.router.set(queues, id, { "max-limit": "7M" });
            expect(await stack.refresh()).toMatchObject({ code: 0 });
            const tree = (await stack.resources()).find(({ type }) => type.endsWith(":QueueTree"));
            expect(JSON.stringify(tree?.inputs)).toMatch(/"maxLimit":"7000000"/);
            expect(await stack.up()).toMatchObject({ code: 0 });
            expect(stack.router.rows(queues).find((row) => row[".id"] === id)?.["max-limit"]).toBe("19000000");
        });
    });

    it("keeps the password out of everything it prints and stores", async () => {
        expect(stack.transcript).not.toContain(stack.password);
        expect(stack.stateText()).not.toContain(stack.password);
        const providers = (await stack.resources()).filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/"));
        for (const { inputs } of providers) {
            expect(String(inputs?.["__provider"]).length).toBeLessThan(3000);
        }
    });

    it("leaves the router as it was before, when destroyed", async () => {
        expect(await stack.destroy()).toMatchObject({ code: 0 });
        expect(stack.router.configuration()).toEqual(before);
        expect(await stack.resources()).toEqual([]);
    });
});
