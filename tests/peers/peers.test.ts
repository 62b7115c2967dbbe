import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { start } from "../../router";
import type { Router } from "../../router/api";

const python = path.resolve(__dirname, "../../.sandbox/peers/bin/python");
const access = { username: "admin", password: "peer's secret" };

/** Runs a Python program of this folder and reads the JSON it prints. */
async function run(program: string, args: string[]): Promise<unknown> {
    const { stdout } = await promisify(execFile)(python, ["-W", "ignore", path.join(__dirname, program), ...args]);
    return JSON.parse(stdout);
}

type Result = { value: unknown } | { error: string };

describe("rosrestpy", () => {
    let router: Router;
    let results: Record<string, Result>;
    beforeAll(async () => {
        router = await start(access);
        const args = [router.url, access.username, access.password];
        results = (await run("rosrestpy_client.py", args)) as Record<string, Result>;
    }, 60_000);
    afterAll(() => router.stop());

    const valueOf = (name: string) => {
        const result = results[name];
        if (!result || "error" in result) throw new Error(result?.error ?? `${name} was not tried`);
        return result.value;
    };

    test("does everything but what the router refuses", () => {
        const failed = Object.entries(results).flatMap(([name, result]) => ("error" in result ? [name] : []));
        expect(failed).toEqual(["add again"]);
    });

    test("is told what a router refuses", () => {
        expect(results["add again"]).toEqual({
            error: "Error: Bad Request (400): failure: already have such entry",
        });
    });

    test("reads every menu that it knows", () => {
        for (const path of ["interface", "ip/service", "user", "system/health", "ip/firewall/filter"]) {
            expect(valueOf(`list ${path}`)).not.toEqual([]);
        }
        expect(valueOf("get system/identity")).toEqual({ name: "MikroTik" });
        expect(valueOf("get system/resource")).toMatchObject({ version: expect.stringContaining("7.22.3") as string });
    });

    test("adds rows, changes them, and reads back what it wrote", () => {
        expect(valueOf("add and set ip/firewall/address-list")).toMatchObject([
            { list: "peer", address: "192.0.2.1", comment: "changed" },
        ]);
        expect(valueOf("add and set queue/tree")).toMatchObject([
            { name: "peer", parent: "global", max_limit: "12000000" },
        ]);
        expect(valueOf("add and set queue/simple")).toMatchObject([{ name: "peer", max_limit: "2000000/2000000" }]);
        expect(valueOf("add and set ip/firewall/mangle")).toMatchObject([{ new_packet_mark: "other" }]);
        expect(valueOf("add and set ip/firewall/filter")).toMatchObject([{ chain: "peer", dst_port: "25" }]);
        expect(valueOf("add and set interface/list/member")).toMatchObject([{ list: "PEER", interface: "ether2" }]);
        expect(valueOf("add queue/type")).toMatchObject({ name: "peer", kind: "pfifo", pfifo_limit: 20 });
        const policy = /^(?=.*\bread\b)(?=.*,write\b)(?=.*\brest-api\b)/;
        expect(valueOf("add and set user/group")).toMatchObject([{ policy: expect.stringMatching(policy) as string }]);
        expect(router.rows("/queue/tree")).toMatchObject([
            { name: "peer", "max-limit": "12000000", disabled: "false" },
        ]);
    });

    test("filters, moves, and runs commands", () => {
        expect(valueOf("filter")).toHaveLength(1);
        expect(valueOf("move")).toEqual(["peer-2", "peer"]);
        expect(valueOf("disable")).toMatchObject({ name: "peer" });
        const tree = router.log.filter(({ path: at }) => at.startsWith("/queue/tree"));
        expect(tree.filter(({ status }) => status >= 400)).toEqual([]);
        expect(tree.map(({ method, path: at }) => `${method} ${at}`)).toContain("POST /queue/tree/reset-counters-all");
    });
});

describe("rest-routeros", () => {
    let router: Router;
    let folder: string;
    beforeAll(async () => {
        router = await start({ ...access, https: true });
        folder = mkdtempSync(path.join(tmpdir(), "routeros-s3-peers-"));
    });
    afterAll(async () => {
        await router.stop();
        rmSync(folder, { recursive: true, force: true });
    });

    test("reads over HTTPS, trusting the router's certificate", async () => {
        const certificate = path.join(folder, "router.pem");
        writeFileSync(certificate, router.certificate ?? "");
        const { hostname, port } = new URL(router.url);
        const args = [hostname, port, access.username, access.password, certificate];
        const read = (await run("rest_routeros_client.py", args)) as Record<string, unknown>;
        expect(read).toMatchObject({
            identity: { name: "MikroTik" },
            routerboard: { routerboard: "true", "current-firmware": "7.22.3" },
            resource: { platform: "MikroTik" },
        });
        expect(read["health"]).toEqual(expect.arrayContaining([expect.objectContaining({ name: "temperature" })]));
        expect(router.log.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    });
});
