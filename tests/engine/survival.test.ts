/** Rows outlive replacements, renames and a killed engine: none is made twice, none is lost. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import type { Row } from "../../sandbox/router";
import { type EngineSession, engineTimeout, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

const menu = "/ip/firewall/address-list";
const addresses = Array.from({ length: 40 }, (_, index) => `198.51.100.${index + 1}`);
const program = (name: string, options = "{}", count = 3) => `
const { AddressList } = require("./bin/components");
new AddressList(${JSON.stringify(name)}, { list: "l", addresses: ${JSON.stringify(addresses.slice(0, count))} }, ${options});
`;

let session: EngineSession;
afterEach(() => session.stop());

const rows = (): Row[] => session.router.rows(menu);
const ids = (): string[] => rows().map((row) => row[".id"] ?? "");
const write = (text: string): void => fs.writeFileSync(path.join(session.folder, "index.js"), text);

it("a forced replacement leaves every row once", async () => {
    session = await startEngine({ program: { "index.js": program("list") } });
    expect(await session.up()).toMatchObject({ code: 0 });
    const urn = (await session.resources()).find(({ type }) => type.endsWith(":AddressList"))?.urn ?? "";
    expect(await session.up(["--replace", urn])).toMatchObject({ code: 0 });
    expect(rows().map((row) => row["address"])).toEqual(addresses.slice(0, 3));
    expect(await session.preview(["--refresh", "--expect-no-changes"])).toMatchObject({ code: 0 });
});

it("an alias and a renamed stack mark rows anew and make none", async () => {
    session = await startEngine({ program: { "index.js": program("list") } });
    expect(await session.up()).toMatchObject({ code: 0 });
    const before = ids();

    write(program("renamed", '{ aliases: [{ name: "list" }] }'));
    expect(await session.up()).toMatchObject({ code: 0 });
    expect(ids()).toEqual(before);
    expect(rows().every((row) => row["comment"]?.includes("/renamed#"))).toBe(true);

    expect(await session.pulumi(["stack", "rename", "moved"])).toMatchObject({ code: 0 });
    const engine = (...args: string[]) =>
        session.run("pulumi", [...args, "--stack", "moved", "--yes", "--skip-preview", "--non-interactive"]);
    expect(await engine("up")).toMatchObject({ code: 0 });
    expect(ids()).toEqual(before);
    expect(rows().every((row) => row["comment"]?.includes("/moved/renamed#"))).toBe(true);
    expect(await engine("destroy")).toMatchObject({ code: 0 });
    expect(rows()).toEqual([]);
});

it("rows moved to another list by hand come back, and another device is given all of them", async () => {
    session = await startEngine({ program: { "index.js": program("list") } });
    expect(await session.up()).toMatchObject({ code: 0 });
    const before = ids();
    session.router.set(menu, before[1] ?? "", { list: "elsewhere" });
    const moved = await session.preview(["--refresh", "--diff"]);
    expect(moved.output).toContain(addresses[1]);
    expect(await session.up(["--refresh"])).toMatchObject({ code: 0 });
    expect(rows().map((row) => row["list"])).toEqual(["l", "l", "l"]);
    expect(ids()).toEqual(before);

    session.router.reset({ serial: "ANOTHER123" });
    const swapped = await session.up(["--refresh"]);
    expect(swapped.code).toBe(0);
    // Pulumi says it when it comes and once more in its summary.
    const summary = swapped.output.slice(swapped.output.indexOf("Diagnostics:"));
    expect(summary.match(/is another device/g)).toHaveLength(1);
    expect(rows().map((row) => row["address"])).toEqual(addresses.slice(0, 3));
});

it("a changed list name is a replacement that leaves nothing under the old one", async () => {
    session = await startEngine({ program: { "index.js": program("list") } });
    expect(await session.up()).toMatchObject({ code: 0 });
    write(program("list").replace('list: "l"', 'list: "m"'));
    const up = await session.up();
    expect(up.code).toBe(0);
    expect(up.output).toMatch(/1 replaced/);
    expect(rows().map((row) => row["list"])).toEqual(["m", "m", "m"]);
});

it("an engine killed in the middle of an up leaves no writer behind, and the next up goes on from there", async () => {
    session = await startEngine({
        program: { "index.js": program("list", "{}", 40) },
        router: { latency: { requestMs: 60, rowMs: 0 } },
    });
    const engine = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "test"], {
        cwd: session.folder,
        env: session.env,
        stdio: "ignore",
    });
    let writes = 0;
    const unhook = session.router.onRequest(({ method, when }) => {
        if (method === "PUT" && when === "before" && ++writes === 5) engine.kill("SIGKILL");
    });
    await once(engine, "exit");
    unhook();
    while (providers(session.folder).length > 0) await pause(100);
    const left = rows().length;
    expect(left).toBeGreaterThanOrEqual(4);
    expect(left).toBeLessThan(40);

    expect(await session.pulumi(["cancel", "--yes"])).toMatchObject({ code: 0 });
    expect(await session.up()).toMatchObject({ code: 0 });
    expect(rows().map((row) => row["address"])).toHaveLength(40);
    expect(new Set(rows().map((row) => row["address"]))).toEqual(new Set(addresses));
    expect(await session.destroy()).toMatchObject({ code: 0 });
    expect(rows()).toEqual([]);
});

/** Processes of the dynamic provider that were started for this folder. */
function providers(folder: string): string[] {
    return fs.readdirSync("/proc").filter((pid) => {
        if (!/^\d+$/.test(pid)) return false;
        try {
            const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
            return command.includes("dynamic-provider") && fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
        } catch {
            return false; // ended meanwhile
        }
    });
}
