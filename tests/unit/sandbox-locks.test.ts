import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { dropDeadLocks } from "../../sandbox/stack";

describe("locks of a stack whose engine was killed", () => {
    let folder: string;
    let locks: string;
    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-locks-"));
        locks = path.join(folder, ".pulumi/locks/organization/routeros-s3/sandbox");
        fs.mkdirSync(locks, { recursive: true });
    });
    afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

    const lock = (pid: number, hostname = os.hostname()) => {
        const file = path.join(locks, `${pid}-${hostname}.json`);
        fs.writeFileSync(file, JSON.stringify({ pid, hostname, username: "x", timestamp: "2026-01-01T00:00:00Z" }));
        return file;
    };

    it("removes the lock of a process that is gone, and says so", async () => {
        const gone = spawn(process.execPath, ["-e", ""]);
        await once(gone, "close");
        const file = lock(gone.pid ?? 0);
        expect(dropDeadLocks({ backend: folder })).toEqual([expect.stringContaining(`process ${gone.pid}`)]);
        expect(fs.existsSync(file)).toBe(false);
        expect(dropDeadLocks({ backend: folder })).toEqual([]);
    });

    it("never removes the lock of a living engine", async () => {
        // A program by the engine's name: the lock's number alone could be another process's by now.
        const engine = path.join(folder, "pulumi");
        fs.copyFileSync("/bin/sleep", engine);
        fs.chmodSync(engine, 0o755);
        const living = spawn(engine, ["60"]);
        await once(living, "spawn");
        try {
            const file = lock(living.pid ?? 0);
            expect(dropDeadLocks({ backend: folder })).toEqual([]);
            expect(fs.existsSync(file)).toBe(true);
        } finally {
            living.kill();
            await once(living, "close");
        }
    });

    it("leaves a lock of another host alone", () => {
        const file = lock(999_999_999, "elsewhere");
        expect(dropDeadLocks({ backend: folder })).toEqual([]);
        expect(fs.existsSync(file)).toBe(true);
    });

    it("finds nothing where there is no backend yet", () => {
        expect(dropDeadLocks({ backend: path.join(folder, "none") })).toEqual([]);
    });
});
