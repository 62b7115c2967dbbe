/** The time that a site may take, with a program in Pulumi's place that never ends by itself. */
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { openWorkspace, TookTooLong } from "../../cli/sites/engine";
import { update } from "../../cli/sites/operate";
import { prepare } from "../../cli/sites/prepare";
import { emptyResult } from "../../cli/sites/result";
import { runAt } from "../../cli/sites/run";

/** Takes no notice of Ctrl-C, and has a plugin in a group of its own, as Pulumi has. */
const endless = `#!${process.execPath}
if (process.argv[2] === "version") console.log("v3.200.0");
else {
    process.on("SIGINT", () => require("node:fs").writeFileSync("asked", ""));
    const plugin = require("node:child_process").spawn("sleep", ["600"], { detached: true });
    require("node:fs").writeFileSync("begun", String(plugin.pid));
    setInterval(() => undefined, 1e6);
}
`;

const [cwd, searched, listeners] = [process.cwd(), process.env["PATH"], process.listeners("SIGINT")];
let folder: string;

beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "sites-limits-"));
    process.chdir(folder);
    writeFileSync("pulumi", endless, { mode: 0o755 });
    process.env["PATH"] = `${folder}${path.delimiter}${searched}`;
    writeFileSync("Pulumi.yaml", "name: small\nruntime: nodejs\n");
    for (const site of ["a", "b", "slow"])
        writeFileSync(`Pulumi.${site}.yaml`, `config: { "routeros:url": "https://${site}.example" }\n`);
    jest.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(() => {
    jest.restoreAllMocks();
    process.chdir(cwd);
    process.env["PATH"] = searched;
    for (const event of ["SIGINT", "SIGTERM"] as const)
        for (const listener of process.listeners(event))
            if (!listeners.includes(listener)) process.removeListener(event, listener);
    rmSync(folder, { recursive: true });
});

const appears = async (file: string): Promise<void> => {
    const watcher = watch(folder);
    while (!existsSync(file)) await once(watcher, "change");
    watcher.close();
};
const isAlive = (id: number): boolean => {
    try {
        // One that has ended and is not yet waited for is a zombie.
        return !readFileSync(`/proc/${id}/stat`, "utf8").includes(") Z ");
    } catch {
        return false;
    }
};

it("ends a site that takes too long: asked, then by force with all that it started; the others go on", async () => {
    const workspace = await openWorkspace();
    const limit = new TookTooLong(0.001);
    const late = new AbortController();
    const begun = appears("begun").then(() => late.abort(limit));
    const results = await runAt(
        {
            project: { name: "small", hasSiteKeys: false, shared: {}, sites: [] },
            workspace,
            parallel: 1,
            sites: ["a", "slow", "b"].map((name) => ({ name, config: {}, secrets: [] })),
            refused: [],
            signal: new AbortController().signal,
            operation: () =>
                Promise.resolve({
                    workspace,
                    env: {},
                    signal: late.signal,
                    reason: () => ({ error: limit.message, outcome: "failed" }),
                }),
        },
        (site, operation) =>
            site === "slow" ? update(site, operation, "plan.json") : Promise.resolve(emptyResult(site, "done")),
    );
    await begun;
    expect(results.map(({ site, outcome }) => [site, outcome])).toEqual([
        ["a", "done"],
        ["slow", "partly"],
        ["b", "done"],
    ]);
    expect(results[1]?.error).toBe(
        "took longer than 0.001 minutes, and ended by force: `pulumi cancel -s slow` frees its state",
    );
    expect(existsSync("asked")).toBe(true);
    expect(isAlive(Number(readFileSync("begun", "utf8")))).toBe(false);
});

it("counts the time of a site from where its password is asked for", async () => {
    const flags = { timeout: 0.0001, only: ["a"] };
    const { operation } = await prepare({ ...flags, passwordCommand: "exec sleep 600" });
    await expect(operation("a")).rejects.toThrow("took longer than 0.0001 minutes");

    const { signal, reason } = await (await prepare(flags)).operation("a");
    if (!signal.aborted) await once(signal, "abort");
    expect(reason()).toEqual({ error: "took longer than 0.0001 minutes", outcome: "failed" });
});
