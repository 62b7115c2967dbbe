/** `examples/state`: the bucket is made by the tests that keep their states in one (`tests/engine/sites`). */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { root } from "../../sandbox/places";

const run = (script: string, ...args: string[]) =>
    spawnSync("sh", [path.join(root, "examples/state", script), ...args], { encoding: "utf8" });

it("makes a passphrase that its owner alone can read, and never a second one over it", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "state-scripts-"));
    try {
        const file = path.join(folder, "deep/passphrase");
        expect(run("make-passphrase.sh", file)).toMatchObject({ status: 0 });
        const text = readFileSync(file, "utf8");
        expect(text).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);
        expect(statSync(file).mode & 0o777).toBe(0o600);
        expect(run("make-passphrase.sh", file)).toMatchObject({
            status: 1,
            stderr: `${file} stands already, and is left as it is\n`,
        });
        expect(readFileSync(file, "utf8")).toBe(text);
    } finally {
        rmSync(folder, { recursive: true });
    }
});

it.each(["make-bucket.sh", "make-passphrase.sh"])("%s says what is missing", (script) => {
    const { status, stderr } = run(script);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/which bucket\?|which file\?/);
});
