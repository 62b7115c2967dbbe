/** Uploads that run while a stack changes their mark and their list, with the engine: what `up` says, does, and leaves. */
import type { UploadShapingArgs } from "../../components";
import type { Row } from "../../router/api";
import { engineTimeout, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

const program = `
const pulumi = require("@pulumi/pulumi");
const { AddressList, UploadShaping } = require("./bin/components");
const args = new pulumi.Config().requireObject("args");
const prefixes = { ipv4: ["52.95.128.0/21", "54.231.248.0/22"], ipv6: ["2a05:d07a:8000::/40"] };
new UploadShaping("nas", { wanInterface: "ether5", uplink: "20M", prefixes, ...args });
const first = new pulumi.Config().get("first");
const addresses = [...(first ? [first] : []), ...Array.from({ length: 500 }, (_, at) => \`10.\${1 + Math.floor(at / 250)}.\${at % 250}.0/24\`)];
const many = new AddressList("many", { list: "many", addresses });
exports.addresses = many.addresses.apply((all) => [all.length, all.at(-1)]);
`;
const uploads = ["52.95.132.33:443", "[2a05:d07a:8000::33]:443"];

let stack: ScratchStack;
/** What FastTrack took, or ended elsewhere, after a request of the run that is under way. */
let lost: string[];

beforeAll(async () => {
    stack = await startEngine({ program: { "index.js": program } });
    expect(await up({ connectionMark: "a", listName: "one" })).toMatchObject({ code: 0 });
    for (const to of uploads) stack.router.traffic({ to });
    stack.router.onRequest(({ method, path, when }) => {
        if (when === "after" && method !== "GET") lost.push(...judged().map((what) => `${method} ${path}: ${what}`));
    });
});
afterAll(() => stack.stop());

function judged(): string[] {
    return uploads.flatMap((to) => {
        stack.router.traffic({ to, upload: 0 });
        const { fastTracked, leaf } = stack.router.traffic({ to });
        return fastTracked || leaf !== "upload-s3"
            ? [`${to} ends in ${leaf}${fastTracked ? ", FastTracked" : ""}`]
            : [];
    });
}

async function up(args: Partial<UploadShapingArgs>) {
    lost = [];
    await stack.pulumi(["config", "set", "args", JSON.stringify(args)]);
    return stack.pulumi(["up", "--yes", "--non-interactive", "--color=never"]);
}

const ours = (menu: string): Row[] => stack.router.rows(menu).filter((row) => row["comment"]?.includes("[pulumi:"));
/** Rules that go by a mark: one for packets in each family, and the bypass of the one FastTrack rule. */
const told = (mark: string): number =>
    ["/ip/firewall", "/ipv6/firewall"]
        .flatMap((menu) => [...ours(`${menu}/mangle`), ...ours(`${menu}/filter`)])
        .filter((row) => row["connection-mark"] === mark).length;

it("keeps them last and out of FastTrack while the mark changes, and says so before", async () => {
    const { code, output } = await up({ connectionMark: "b", listName: "one" });
    expect([code, lost]).toEqual([0, []]);
    const preview = output.slice(0, output.indexOf("Updating"));
    expect(preview.replaceAll(/\s+/g, " ")).toContain("1 ipv4 connections with connection mark a");
    expect(preview.replaceAll(/\s+/g, " ")).toContain("1 ipv6 connections with connection mark a");
    expect([told("a"), told("b")]).toEqual([3, 3]);
    const recorded = (await stack.resources()).map(({ outputs }) => outputs?.["leftover"]).filter(Boolean);
    expect(recorded).toEqual(Array(4).fill([{ connectionMark: "a" }]));
});

it("shows no difference while they run, and keeps the former mark at the next up", async () => {
    const { code, output } = await stack.preview(["--refresh", "--expect-no-changes"]);
    expect([code, output]).toEqual([0, expect.stringContaining("unchanged")]);
    expect(await up({ connectionMark: "b", listName: "one" })).toMatchObject({ code: 0 });
    expect([told("a"), lost]).toEqual([3, []]);
});

it("makes a renamed list before the old one goes", async () => {
    const held = (list: string): number =>
        ours("/ip/firewall/address-list").filter((row) => row["list"] === list).length;
    const empty: string[] = [];
    const stop = stack.router.onRequest(({ method, path, when }) => {
        if (when === "after" && method !== "GET" && held("one") < 2 && held("two") < 2) empty.push(`${method} ${path}`);
    });
    const { code } = await up({ connectionMark: "b", listName: "two" });
    stop();
    expect([code, lost, empty, held("one"), held("two")]).toEqual([0, [], [], 0, 2]);
    expect(await stack.preview(["--refresh", "--expect-no-changes"])).toMatchObject({ code: 0 });
});

it("takes the rules for the former mark away at the first up that finds no connection with it", async () => {
    for (const to of uploads) stack.router.traffic({ to, end: true });
    expect(await stack.preview(["--refresh", "--expect-no-changes"])).toMatchObject({ code: 0 });
    lost = [];
    expect(await stack.up()).toMatchObject({ code: 0 });
    expect([told("a"), told("b")]).toEqual([0, 3]);
    expect((await stack.resources()).flatMap(({ outputs }) => outputs?.["leftover"] ?? [])).toEqual([]);
    expect(await stack.preview(["--refresh", "--expect-no-changes"])).toMatchObject({ code: 0 });
});

it("shows the one prefix that comes before 500 others as one line, and a program reads a list", async () => {
    await stack.pulumi(["config", "set", "first", "10.0.0.0/24"]);
    const { code, output } = await stack.preview(["--diff"]);
    const changed = output.split("\n").filter((line) => /^\s*[+~-] .*\d+\.\d+\.\d+\.\d+/.test(line));
    expect([code, changed]).toEqual([0, [expect.stringContaining("10.0.0.0/24")]]);
    expect(await stack.up()).toMatchObject({ code: 0 });
    const { stdout } = await stack.pulumi(["stack", "output", "addresses", "--json"]);
    expect(JSON.parse(stdout)).toEqual([501, "10.2.249.0/24"]);
});
