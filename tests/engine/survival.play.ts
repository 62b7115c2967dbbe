/**
 * Rows outlive replacements, renames and moves: none is made twice, none is lost, none is left where nothing is wanted.
 * One stack of every kind of resource, on two routers; the tests build on each other.
 */
import fs from "node:fs";
import path from "node:path";

import { type Router, type Row, start } from "../../router";
import { standing } from "../../testing/site";
import { engineTimeout, type Outcome, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

const lists = "/ip/firewall/address-list";
const mangle = "/ip/firewall/mangle";

interface Wanted {
    /** What each resource is named and, after a rename, was named before. */
    names?: Record<"nas" | "list" | "type" | "tree" | "rules", string>;
    list?: string;
    family?: "ipv4" | "ipv6";
    table?: "mangle" | "filter";
    connection?: string;
}

const program = `
const { AddressList, FirewallRules, QueueType, QueueTree, UploadShaping } = require("./bin/components");
const wanted = JSON.parse(require("node:fs").readFileSync("wanted.json", "utf8"));
const { list, family, table, names, connection } = wanted;
let dependsOn = [];
const options = (was) => ({ dependsOn, aliases: names[was] === was ? [] : [{ name: was }] });
const six = family === "ipv6";
dependsOn = [new UploadShaping(names.nas, {
    wanInterface: "ether5",
    uplink: "20M",
    prefixes: { ipv4: ["52.95.128.0/21"], ipv6: ["2406:da70:8000::/40"] },
    connection,
}, options("nas"))];
dependsOn = [new AddressList(names.list, {
    list,
    family,
    addresses: six ? ["2001:db8::/32", "2001:db8:1::/48"] : ["198.51.100.1", "198.51.100.2", "198.51.100.3"],
    connection,
}, options("list"))];
dependsOn = [new QueueType(names.type, { name: "short", kind: "pfifo", parameters: { pfifoLimit: 20 }, connection }, options("type"))];
dependsOn = [new QueueTree(names.tree, {
    queues: [{ name: "guests", parent: "ether2", maxLimit: "5M", queue: "short" }],
    connection,
}, options("tree"))];
new FirewallRules(names.rules, {
    family,
    table,
    rules: ["tcp", "udp"].map((protocol) => ({ key: protocol, chain: "forward", action: "accept", protocol, dstPort: 53 })),
    connection,
}, options("rules"));
`;

describe("a stack of every kind", () => {
    let stack: ScratchStack;
    let office: Router;
    let name = "test";
    let whole: Record<string, Row[]>;
    const bare: Record<string, Row[]>[] = [];

    beforeAll(async () => {
        stack = await startEngine({ program: { "index.js": program } });
        office = await start({ username: "admin", password: "another-password" });
        bare.push(standing(stack.router), standing(office));
        const connection = { url: office.url, username: "admin", allowPlaintext: "true" };
        for (const [key, value] of Object.entries(connection)) {
            await stack.pulumi(["config", "set", "--path", `routeros:connections.office.${key}`, value]);
        }
        await stack.pulumi([
            "config",
            "set",
            "--secret",
            "--path",
            "routeros:connections.office.password",
            "another-password",
        ]);
    });
    afterAll(async () => {
        await office.stop();
        await stack.stop();
    });

    const names = { nas: "nas", list: "list", type: "type", tree: "tree", rules: "rules" };
    function want(wanted: Wanted): void {
        const all = { list: "l", family: "ipv4", table: "mangle", names, ...wanted };
        fs.writeFileSync(path.join(stack.folder, "wanted.json"), JSON.stringify(all));
    }
    const run = (...args: string[]): Promise<Outcome> =>
        stack.run("pulumi", [...args, "--stack", name, "--non-interactive", "--color=never"]);
    /** An `up` that must succeed. */
    async function up(...args: string[]): Promise<string> {
        const { code, output } = await run("up", "--yes", "--skip-preview", ...args);
        if (code !== 0) throw new Error(output);
        return output;
    }
    const expectSettled = async (): Promise<void> =>
        expect(await run("preview", "--refresh", "--expect-no-changes")).toMatchObject({ code: 0 });

    const ours = (menu: string, router = stack.router): Row[] =>
        router.rows(menu).filter((row) => row["comment"]?.includes("[pulumi:"));
    /** Rows of the two resources that stand alone. */
    const alone = (menu: string, router = stack.router): Row[] =>
        ours(menu, router).filter((row) => /\/(list|rules)#/.test(row["comment"] ?? ""));
    /** Ids of everything of ours; queue types have no comment. */
    const ids = (): string[] =>
        [lists, mangle, "/ip/firewall/filter", "/ipv6/firewall/address-list", "/ipv6/firewall/mangle", "/queue/tree"]
            .flatMap((menu) => ours(menu).map((row) => `${menu} ${row[".id"]}`))
            .concat(stack.router.rows("/queue/type").map((row) => `type ${row[".id"]}`));

    it("is given other names of list and table: nothing is left under the old ones", async () => {
        want({});
        await up();
        whole = standing(stack.router);
        expect(alone(lists)).toHaveLength(3);
        expect(alone(mangle)).toHaveLength(2);

        want({ list: "m", table: "filter" });
        expect(await up()).toContain("2 replaced");
        expect(alone(lists).map((row) => row["list"])).toEqual(["m", "m", "m"]);
        expect(alone(mangle)).toEqual([]);
        expect(alone("/ip/firewall/filter").map((row) => row["protocol"])).toEqual(["tcp", "udp"]);
    });

    it("is given another family: nothing is left in the old one", async () => {
        want({ family: "ipv6" });
        expect(await up()).toContain("2 replaced");
        for (const menu of [lists, mangle, "/ip/firewall/filter"]) expect(alone(menu)).toEqual([]);
        expect(alone("/ipv6/firewall/address-list").map((row) => row["list"])).toEqual(["l", "l"]);
        expect(alone("/ipv6/firewall/mangle").map((row) => row["protocol"])).toEqual(["tcp", "udp"]);
    });

    it("is given another router, named in the configuration, and back: each has all or nothing", async () => {
        want({ connection: "office" });
        await up();
        expect(standing(stack.router)).toEqual(bare[0]);
        expect(standing(office)).toEqual(whole);

        want({});
        await up();
        expect(standing(office)).toEqual(bare[1]);
        expect(standing(stack.router)).toEqual(whole);
        await expectSettled();
    });

    it("is replaced as a whole by force: every row stands once", async () => {
        const all = (await stack.resources()).filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/"));
        const forced = await up("--refresh", ...all.flatMap(({ urn }) => ["--replace", urn]));
        expect(forced).toContain(`${all.length} replaced`);
        expect(standing(stack.router)).toEqual(whole);
    });

    it("is renamed, by an alias and as a stack: the same rows are marked anew", async () => {
        const before = ids();
        want({ names: { nas: "archive", list: "servers", type: "queue", tree: "visitors", rules: "resolvers" } });
        await up();
        expect(ids()).toEqual(before);
        const owners = () => [lists, mangle, "/queue/tree"].flatMap((menu) => ours(menu).map((row) => row["comment"]));
        for (const comment of owners())
            expect(comment).toMatch(/pulumi:small\/test\/(archive|servers|visitors|resolvers)/);

        expect(await run("stack", "rename", "moved")).toMatchObject({ code: 0 });
        name = "moved";
        await up();
        expect(ids()).toEqual(before);
        for (const comment of owners())
            expect(comment).toMatch(/pulumi:small\/moved\/(archive|servers|visitors|resolvers)/);
    });

    it("has rows moved by hand to another list and another chain: they come back as they are", async () => {
        whole = standing(stack.router);
        const before = ids();
        const [entry] = ours(lists).filter((row) => row["list"] === "l");
        const [rule] = ours(mangle).filter((row) => row["protocol"] === "udp");
        stack.router.set(lists, entry?.[".id"] ?? "", { list: "elsewhere" });
        stack.router.set(mangle, rule?.[".id"] ?? "", { chain: "prerouting" });
        const preview = await run("preview", "--refresh", "--diff");
        const update = preview.output.slice(preview.output.lastIndexOf(": (update)"));
        expect(preview.output).toMatch(/\+ "?198\.51\.100\.1"? *: true/);
        expect(update).toMatch(/chain\s*: "prerouting" => "forward"/);
        await up("--refresh");
        expect(standing(stack.router)).toEqual(whole);
        expect(ids()).toEqual(before);
    });

    it("meets another device at the address: nothing is written until it is named, then everything, with one warning", async () => {
        stack.router.reset({ serial: "ANOTHER123" });
        expect(standing(stack.router)).toEqual(bare[0]);
        const refused = await run("up", "--yes", "--skip-preview", "--refresh");
        expect(refused.code).not.toBe(0);
        expect(refused.output).toMatch(
            /is another device \(serial ANOTHER123\).*routeros:device.*\[preflight\/device\]/,
        );
        expect(standing(stack.router)).toEqual(bare[0]);

        expect(await run("config", "set", "routeros:device", "ANOTHER123")).toMatchObject({ code: 0 });
        const swapped = await up("--refresh");
        // Pulumi says it when it comes and once more in its summary.
        const summary = swapped.slice(swapped.indexOf("Diagnostics:"));
        expect(summary.match(/all rows are written to it/g)).toHaveLength(1);
        expect(standing(stack.router)).toEqual(whole);
        await expectSettled();
    });

    it("is destroyed: both routers are as they were", async () => {
        expect(await run("destroy", "--yes", "--skip-preview")).toMatchObject({ code: 0 });
        expect([standing(stack.router), standing(office)]).toEqual(bare);
    });
});
