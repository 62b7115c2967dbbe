/** The hand-made set-up of 2018 taken over, moved on to the profile of today, and given back. The tests build on each other. */
import type { Row } from "../../router/api";
import { engineTimeout, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

const lists = "/ip/firewall/address-list";
const mangle = "/ip/firewall/mangle";
const filter = "/ip/firewall/filter";
const queues = "/queue/tree";
const addresses = ["52.92.52.0/22", "54.231.248.0/22", "54.231.252.0/24", "52.95.128.0/21"];

/** Names as a person gave them, which no profile has. */
const program = `
const pulumi = require("@pulumi/pulumi");
const { UploadShaping } = require("./bin/components");
const config = new pulumi.Config();
new UploadShaping("nas", {
    wanInterface: "ether5",
    uplink: "20M",
    addressFamilies: ["ipv4"],
    prefixes: { ipv4: ${JSON.stringify(addresses)}, ipv6: [] },
    profile: config.get("profile"),
    adopt: config.getBoolean("adopt"),
    listName: "amazon-s3",
    connectionMark: "glacier",
    packetMark: "glacier-packet",
    queueNames: { parent: "WAN", rest: "games", s3: "glacier" },
});
`;

describe("a set-up made by hand", () => {
    let stack: ScratchStack;
    let before: Record<string, Row[]>;
    let ids: Record<string, string[]>;

    const byHand = (menu: string, rows: Row[]) => rows.forEach((row) => stack.router.add(menu, row));
    const idsOf = (menu: string, wanted: (row: Row) => boolean = () => true) =>
        stack.router
            .rows(menu)
            .filter(wanted)
            .map((row) => row[".id"] ?? "");
    const marking = (row: Row) => (row["action"] ?? "").startsWith("mark-");
    const handMade = () => ({
        lists: idsOf(lists, (row) => row["list"] === "amazon-s3"),
        marks: idsOf(mangle, marking),
        queues: idsOf(queues),
    });
    const queue = (name: string) => stack.router.rows(queues).find((row) => row["name"] === name);

    beforeAll(async () => {
        stack = await startEngine({ program: { "index.js": program } });
        byHand(
            lists,
            addresses.map((address) => ({ list: "amazon-s3", address, comment: "Sydney" })),
        );
        byHand(mangle, [
            {
                chain: "forward",
                action: "mark-connection",
                "new-connection-mark": "glacier",
                protocol: "tcp",
                "dst-port": "443",
                "dst-address-list": "amazon-s3",
                comment: "S3 uploads",
            },
            {
                chain: "forward",
                action: "mark-packet",
                "new-packet-mark": "glacier-packet",
                "connection-mark": "glacier",
            },
        ]);
        const shape = { queue: "pcq-upload-default" };
        byHand(queues, [
            { name: "WAN", parent: "ether5", "max-limit": "20M", ...shape },
            {
                name: "games",
                parent: "WAN",
                "packet-mark": "no-mark",
                "limit-at": "20M",
                "max-limit": "20M",
                priority: "2",
                ...shape,
            },
            {
                name: "glacier",
                parent: "WAN",
                "packet-mark": "glacier-packet",
                "limit-at": "10M",
                "max-limit": "10M",
                ...shape,
            },
        ]);
        for (const row of stack.router.rows(filter)) {
            if (row["action"] !== "fasttrack-connection" || row["dynamic"] === "true") continue;
            stack.router.set(filter, row[".id"] ?? "", { disabled: "yes" });
        }
        before = stack.router.configuration();
        ids = handMade();
        expect([ids["lists"]?.length, ids["marks"]?.length, ids["queues"]?.length]).toEqual([4, 2, 3]);
    });
    afterAll(() => stack.stop());

    it("is not touched without leave, and the error says how to take it over", async () => {
        await stack.pulumi(["config", "set", "profile", "seed-2018"]);
        const up = await stack.up();
        expect(up.code).not.toBe(0);
        expect(up.output).toMatch(/adopt/);
        expect(stack.router.configuration()).toEqual(before);
    });

    it("is taken over under seed-2018 in one up: every row stays, none is made", async () => {
        await stack.pulumi(["config", "set", "adopt", "true"]);
        const up = await stack.up();
        expect(up).toMatchObject({ code: 0 });
        expect(handMade()).toEqual(ids);
        const ours = [lists, mangle, queues].flatMap((menu) =>
            stack.router.rows(menu).filter((row) => row["comment"]?.includes("[pulumi:")),
        );
        expect(ours).toHaveLength(9);
        expect(ours.every((row) => row["comment"]?.endsWith(",adopted]"))).toBe(true);
        expect(queue("glacier")).toMatchObject({ "limit-at": "10000000", "max-limit": "10000000" });
        expect(await stack.preview(["--expect-no-changes", "--refresh"])).toMatchObject({ code: 0 });
    });

    it("moves on to scavenger in a second one, in the same rows", async () => {
        await stack.pulumi(["config", "set", "profile", "scavenger"]);
        expect(await stack.up()).toMatchObject({ code: 0 });
        expect(handMade()).toEqual(ids);
        expect(queue("WAN")).toMatchObject({ "max-limit": "19000000", "bucket-size": "0.002" });
        expect(queue("games")).toMatchObject({ "limit-at": "18050000", priority: "1" });
        expect(queue("glacier")).toMatchObject({ "limit-at": "190000", "max-limit": "19000000" });
        expect(stack.router.rows(mangle).filter(marking)).toMatchObject([
            { "out-interface": "ether5", "connection-mark": "no-mark" },
            { "out-interface": "ether5", "packet-size": "1000-65535" },
        ]);
    });

    it("is given back at destroy as it was", async () => {
        expect(await stack.destroy()).toMatchObject({ code: 0 });
        expect(stack.router.configuration()).toEqual(before);
        expect(handMade()).toEqual(ids);
    });
});
