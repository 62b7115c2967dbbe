/** A stack that an earlier version made goes on: its state and its router are kept in `earlier-state/`. */
import fs from "node:fs";
import path from "node:path";

import type { Row } from "../../router";
import { engineTimeout, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

const kept = (name: string): string => path.join(__dirname, "earlier-state", name);

describe("a stack made before", () => {
    let stack: ScratchStack;
    let stateFile: string;

    beforeAll(async () => {
        stateFile = path.join(
            fs.mkdtempSync(path.join(fs.realpathSync("/tmp"), "routeros-s3-earlier-")),
            "router.json",
        );
        fs.copyFileSync(kept("router.json"), stateFile);
        stack = await startEngine({
            program: { "index.js": fs.readFileSync(kept("program.js"), "utf8") },
            router: { password: "secret", stateFile },
        });
        const imported = await stack.pulumi(["stack", "import", "--file", kept("state.json")]);
        expect([imported.code, imported.output]).toEqual([0, expect.any(String)]);
    });
    afterAll(async () => {
        await stack.stop();
        fs.rmSync(path.dirname(stateFile), { recursive: true, force: true });
    });

    const writes = (): string[] =>
        stack.router.log.flatMap(({ method, path: at }) => (method === "GET" ? [] : [`${method} ${at}`]));

    it("shows no change in a preview, refreshed or not", async () => {
        for (const args of [["--refresh"], ["--refresh=false"]]) {
            const { code, output } = await stack.preview(["--expect-no-changes", ...args]);
            expect([code, output]).toEqual([0, expect.stringContaining("unchanged")]);
        }
    });

    it("writes nothing at the next up, and gives the router back as it was", async () => {
        stack.router.clearLog();
        const up = await stack.up();
        expect([up.code, up.output]).toEqual([0, expect.stringContaining("unchanged")]);
        expect(writes()).toEqual([]);
        expect((await stack.destroy()).code).toBe(0);
        const before = JSON.parse(fs.readFileSync(kept("before.json"), "utf8")) as Record<string, Row[]>;
        const after = stack.router.configuration();
        const types = (after["/queue/type"] ?? []).map((row) => ({ name: row["name"] }));
        expect({ ...after, "/queue/type": types }).toMatchObject(before);
    });
});
