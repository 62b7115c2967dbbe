import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { start } from "../../router";
import { parseRsc } from "../../router/language/rsc";
import { rowsOf, withRouter } from "../../testing/embedded-router";

const lists = "/ip/firewall/address-list";

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
    const folder = mkdtempSync(path.join(tmpdir(), "router-state-"));
    try {
        await use(folder);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

describe("the state file", () => {
    test("keeps rows, ids, freed ids and references between runs", () =>
        withFolder(async (folder) => {
            const stateFile = path.join(folder, "state.json");
            let rows: unknown;
            await withRouter({ stateFile }, async (call, router) => {
                router.add(lists, { list: "a", address: "10.0.0.1" });
                router.add(lists, { list: "a", address: "10.0.0.2" });
                router.remove(lists, "*1");
                await call("PUT", "/queue/tree", { name: "up", parent: "ether5" });
                await call("PATCH", "/interface/ether5", { name: "wan" });
                rows = [router.rows(lists), router.rows("/queue/tree"), router.configuration()];
            });
            expect(readdirSync(folder)).toEqual(["state.json"]);
            await withRouter({ stateFile, password: "another" }, async (call, router) => {
                expect([router.rows(lists), router.rows("/queue/tree"), router.configuration()]).toEqual(rows);
                expect(router.add(lists, { list: "a", address: "10.0.0.3" })).toBe("*1");
                expect((await call("GET", "/system/identity")).status).toBe(200);
            });
        }));

    test("is on the disk before a write is answered, also without a clean stop", () =>
        withFolder(async (folder) => {
            const stateFile = path.join(folder, "state.json");
            await withRouter({ stateFile }, async (call) => {
                await call("PUT", lists, { list: "a", address: "10.0.0.1" });
                const copy = path.join(folder, "copy.json");
                writeFileSync(copy, (await import("node:fs")).readFileSync(stateFile));
                await withRouter({ stateFile: copy }, (_call, other) => {
                    expect(other.rows(lists)).toHaveLength(1);
                    return Promise.resolve();
                });
            });
        }));

    test("keeps the certificate that HTTPS shows", () =>
        withFolder(async (folder) => {
            const options = { https: true, stateFile: path.join(folder, "state.json") };
            const seen: (string | undefined)[] = [];
            for (let run = 0; run < 2; run++) {
                const router = await start(options);
                seen.push(router.fingerprint);
                await router.stop();
            }
            expect(seen[1]).toMatch(/^[0-9A-F]{2}:/);
            expect(seen[1]).toBe(seen[0]);
        }));

    test("that is none says so, and is left alone", () =>
        withFolder(async (folder) => {
            const stateFile = path.join(folder, "state.json");
            for (const text of ["{", "{}", '{"format":2}']) {
                writeFileSync(stateFile, text);
                await expect(start({ stateFile })).rejects.toThrow(stateFile);
            }
            expect(existsSync(`${stateFile}.${process.pid}.tmp`)).toBe(false);
        }));

    test("an unknown version is refused by name", () =>
        expect(start({ version: "6.49" })).rejects.toThrow(
            "RouterOS 6.49 is not known here, only 7.20.8, 7.22.3, 7.24",
        ));
});

describe("restart and reset", () => {
    test("renumbering changes every id and keeps every reference", () =>
        withRouter({}, async (call, router) => {
            router.add("/queue/tree", { name: "up", parent: "ether5", queue: "ethernet-default" });
            router.add("/queue/tree", { name: "leaf", parent: "up", "packet-mark": "no-mark" });
            const before = router.configuration();
            const ids = router.rows("/queue/tree").map((row) => row[".id"]);
            router.restart({ renumber: true });
            expect(router.configuration()).toEqual(before);
            const after = router.rows("/queue/tree").map((row) => row[".id"]);
            expect(after.filter((id) => ids.includes(id))).toEqual([]);
            expect((await call("GET", `/queue/tree/${ids[0]}`)).status).toBe(404);
        }));

    test("a restart alone keeps ids and loses counters", () =>
        withRouter({}, (_call, router) => {
            router.traffic({ to: "198.51.100.7:443" });
            const rules = () => router.rows("/ip/firewall/filter").map((row) => [row[".id"], row["packets"]]);
            const before = rules();
            expect(before.some(([, packets]) => packets !== "0")).toBe(true);
            router.restart();
            expect(rules()).toEqual(before.map(([id]) => [id, "0"]));
            expect(router.rows("/ip/firewall/connection")).toEqual([]);
            return Promise.resolve();
        }));

    test("a reset router has the default configuration; another device another serial number too", () =>
        withRouter({}, async (call, router) => {
            const fresh = router.configuration();
            const serial = async () => (await call("GET", "/system/routerboard")).body;
            const first = await serial();
            router.add(lists, { list: "a", address: "10.0.0.1" });
            router.reset();
            expect(router.configuration()).toEqual(fresh);
            expect(await serial()).toEqual(first);
            router.reset({ serial: "HE000000001" });
            expect(await serial()).toMatchObject({ "serial-number": "HE000000001" });
            expect((await call("GET", "/system/identity")).status).toBe(200);
        }));
});

describe("export and import", () => {
    test("what was exported reads back as the same configuration", () =>
        withRouter({}, async (_call, router) => {
            router.add("/interface/pppoe-client", { name: "pppoe-out1", interface: "ether1", user: "me" });
            router.add(lists, { list: "S3", address: "52.95.128.0/21", comment: 'quotes " and \\ and $x; [a] {b} ?' });
            router.add("/ip/firewall/mangle", {
                ...{ chain: "forward", action: "mark-packet", "new-packet-mark": "s3", "out-interface": "!pppoe-out1" },
                ...{
                    comment:
                        "a long comment that makes the line longer than eighty characters, several times over, and on",
                },
            });
            router.add("/queue/type", { name: "fq", kind: "fq-codel", "fq-codel-limit": "1000" });
            router.set("/queue/type", "default-small", { "pfifo-limit": "20" });
            router.add("/queue/tree", { name: "up", parent: "pppoe-out1", queue: "fq", disabled: "yes" });
            router.set("/interface", "ether5", { name: "wan", comment: "uplink" });
            const text = router.export();
            expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(170);
            expect(text).toContain("/queue tree\nadd disabled=yes name=up parent=pppoe-out1 queue=fq\n");
            const other = await start({ rsc: text });
            try {
                expect(other.warnings).toEqual([]);
                expect(other.configuration()).toEqual(router.configuration());
            } finally {
                await other.stop();
            }
        }));

    test("an export holds nothing that is dynamic, nor users", () =>
        withRouter({ password: "secret" }, (_call, router) => {
            router.add(lists, { list: "blocked", address: "10.0.0.1", timeout: "1h" });
            router.add(lists, { list: "names", address: "s3.example.com" });
            const text = router.export();
            expect(text).toContain("add address=s3.example.com list=names\n");
            expect(text).not.toMatch(/blocked|198\.51\.100|dummy|secret|\/user/);
            return Promise.resolve();
        }));

    test("menus that are not modelled are named, refused lines too; ports that are only referred to are made", () =>
        withRouter(
            {
                rsc: [
                    "# 2026-01-01 by RouterOS 7.22.3",
                    "/interface ethernet",
                    "set [ find default-name=ether1 ] name=wan",
                    "/interface gre",
                    "add name=gre1 remote-address=192.0.2.1",
                    "/ip firewall nat",
                    "add action=masquerade chain=srcnat \\",
                    "    out-interface=wan",
                    "/ip dns",
                    "set servers=192.0.2.53",
                    "/queue tree",
                    "add name=a parent=sfp-sfpplus1",
                    "add name=b parent=gre1",
                    "add name=c parent=wan",
                    "add name=d parent=nowhere",
                ].join("\r\n"),
            },
            async (call, router) => {
                expect(router.warnings).toEqual([
                    "line 15: /queue/tree add: input does not match any value of parent",
                    "/ip/dns: not modelled, 1 line kept as written",
                ]);
                expect(await rowsOf(call, "/queue/tree", "name", "parent")).toEqual([
                    { name: "a", parent: "sfp-sfpplus1" },
                    { name: "b", parent: "gre1" },
                    { name: "c", parent: "wan" },
                ]);
                expect((await call("GET", "/interface/wan")).body).toMatchObject({ "default-name": "ether1" });
            },
        ));

    test("comments, continued lines, quotes and path forms are read", () => {
        const text = [
            "# a comment",
            "/ip firewall filter",
            'add chain=forward comment="one \\',
            '    line; \\"two\\" \\24 \\41" action=accept',
            "/ip/firewall/mangle add chain=x; /queue tree",
            'remove [ find where name="a b" ]',
        ].join("\n");
        expect(parseRsc(text)).toMatchObject([
            {
                line: 3,
                path: "/ip/firewall/filter",
                command: "add",
                words: [],
                args: { chain: "forward", comment: 'one line; "two" $ A', action: "accept" },
            },
            { line: 5, path: "/ip/firewall/mangle", command: "add", words: [], args: { chain: "x" } },
            { line: 6, path: "/queue/tree", command: "remove", words: ['[ find where name="a b" ]'], args: {} },
        ]);
        expect(() => parseRsc('add comment="no end')).toThrow("line 1: a string does not end");
        expect(() => parseRsc("remove [find")).toThrow("line 1: a [ is not closed");
    });
});
