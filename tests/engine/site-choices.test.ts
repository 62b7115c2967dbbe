/** Choices of a site as the router has them afterwards. One stack; every test leaves the router as it found it. */
import type { UploadShapingArgs } from "../../components";
import type { Row } from "../../router/api";
import { engineTimeout, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

const program = `
const pulumi = require("@pulumi/pulumi");
const { UploadShaping } = require("./bin/components");
const args = new pulumi.Config().requireObject("args");
const prefixes = { ipv4: ["52.95.128.0/21"], ipv6: ["2406:da70:8000::/40"] };
new UploadShaping("nas", { wanInterface: "ether5", uplink: "20M", prefixes, ...args });
`;

let stack: ScratchStack;
let before: Record<string, Row[]>;

beforeAll(async () => {
    stack = await startEngine({ program: { "index.js": program } });
    before = stack.router.configuration();
});
afterAll(() => stack.stop());

const ours = (menu: string) => stack.router.rows(menu).filter((row) => row["comment"]?.includes("[pulumi:"));
const queues = () => ours("/queue/tree").map((row) => [row["name"], row["parent"], row["disabled"]]);

async function up(args: Partial<UploadShapingArgs>): Promise<string> {
    await stack.pulumi(["config", "set", "args", JSON.stringify(args)]);
    const { code, output } = await stack.up();
    return code === 0 ? "" : output;
}

async function down(): Promise<void> {
    expect(await stack.destroy()).toMatchObject({ code: 0 });
    expect(stack.router.configuration()).toEqual(before);
}

it("changes uplink, kind of leaf and shaping in place, and leaves no queue type behind", async () => {
    expect(await up({})).toBe("");
    const ids = stack.router.rows("/queue/tree").map((row) => row[".id"]);
    const types = () =>
        stack.router
            .rows("/queue/type")
            .filter((row) => row["default"] !== "true")
            .map((row) => row["kind"]);
    expect(types()).toEqual(["fq-codel", "fq-codel"]);

    expect(await up({ leafQueue: "cake", shaping: "off", uplink: "50M" })).toBe("");
    expect(types()).toEqual(["cake"]);
    expect(queues()).toEqual([
        ["upload", "ether5", "true"],
        ["upload-rest", "upload", "false"],
        ["upload-s3", "upload", "false"],
    ]);
    expect(stack.router.rows("/queue/tree").map((row) => row[".id"])).toEqual(ids);

    expect(await up({ leafQueue: "existing:default-small", fastTrack: "leave", addressFamilies: ["ipv4"] })).toBe("");
    expect(types()).toEqual([]);
    expect(ours("/ip/firewall/filter")).toEqual([]);
    expect(ours("/ipv6/firewall/address-list")).toEqual([]);
    expect(ours("/queue/tree").map((row) => row["queue"])).toEqual(["default-small", "default-small", "default-small"]);
    await down();
});

it("hangs its leaves under a queue that stands, and leaves that queue alone", async () => {
    const id = stack.router.add("/queue/tree", { name: "line", parent: "ether5", "max-limit": "20M" });
    try {
        const withLine = stack.router.configuration();
        expect(await up({ parentQueue: "line", restMarks: ["voip"] })).toBe("");
        expect(queues()).toEqual([
            ["upload-rest", "line", "false"],
            ["upload-s3", "line", "false"],
        ]);
        expect(await stack.destroy()).toMatchObject({ code: 0 });
        expect(stack.router.configuration()).toEqual(withLine);
    } finally {
        stack.router.remove("/queue/tree", id);
    }
});

it("refuses a line that somebody else shapes, and a parent that is not there, before the first row", async () => {
    const id = stack.router.add("/queue/tree", { name: "theirs", parent: "ether5", "max-limit": "20M" });
    try {
        expect(await up({})).toMatch(/ether5 .* is shaped already by theirs/);
    } finally {
        stack.router.remove("/queue/tree", id);
    }
    expect(await up({ parentQueue: "nowhere" })).toMatch(/has no queue "nowhere"/);
    expect(stack.router.configuration()).toEqual(before);
    await down();
});

it("marks packets directly, of some hosts only, before a rule of somebody's, and keeps replies out of FastTrack", async () => {
    const id = stack.router.add("/ip/firewall/mangle", {
        chain: "forward",
        action: "change-mss",
        "new-mss": "clamp-to-pmtu",
        protocol: "tcp",
        "tcp-flags": "syn",
        comment: "clamp mss",
    });
    try {
        expect(
            await up({
                addressFamilies: ["ipv4"],
                marking: "packet",
                sourceAddresses: ["192.168.88.20", "AA:BB:CC:00:11:22"],
                rulesPosition: { before: { comment: "clamp mss" } },
            }),
        ).toBe("");
        const rules = stack.router.rows("/ip/firewall/mangle").filter((row) => row["dynamic"] !== "true");
        expect(rules).toMatchObject([
            { action: "mark-packet", "src-address-list": "aws-s3-sources", "dst-address-list": "aws-s3" },
            { action: "mark-packet", "src-mac-address": "AA:BB:CC:00:11:22", "dst-address-list": "aws-s3" },
            { comment: "clamp mss" },
        ]);
        expect(ours("/ip/firewall/filter")).toMatchObject([
            { action: "accept", "dst-address-list": "aws-s3", "connection-state": "established,related" },
            { action: "accept", "src-address-list": "aws-s3", "connection-state": "established,related" },
        ]);
        expect(await stack.destroy()).toMatchObject({ code: 0 });
    } finally {
        stack.router.remove("/ip/firewall/mangle", id);
    }
    expect(stack.router.configuration()).toEqual(before);
});
