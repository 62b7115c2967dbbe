import { spawn } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import * as path from "node:path";

import type { Ground } from "./archive-ground";
import { archiveGround } from "./archive-ground";
import type { Key, Run } from "./command-line";

const root = path.resolve(__dirname, "../..");

/** The commands of the page, each with the comment that stands over it. */
function commands(): { as: string; line: string }[] {
    const page = readFileSync(path.join(root, "docs/cloud.md"), "utf8");
    const [, block = ""] = /<!-- getting-it-back: begin -->\s*```\n([\s\S]*?)```/.exec(page) ?? [];
    let as = "";
    return block.split("\n").flatMap((line) => {
        if (line.startsWith("#")) as = line;
        return line === "" || line.startsWith("#") ? [] : [{ as, line }];
    });
}

let ground: Ground;

jest.setTimeout(180_000);
beforeAll(async () => {
    ground = await archiveGround();
    ground.file("photos/2026/a.raw", "a photo");
    ground.file("photos/2026/summer/b c.raw", Buffer.alloc(9 * 1024 * 1024, "large"));
    ground.file("photos/2025/old.raw", "not meant");
    // What `npx` finds in an installed project.
    const npx = ground.file(
        "bin/npx",
        `#!/bin/sh\nshift\nexec "${process.execPath}" "${path.join(root, "cli/routeros-s3.cjs")}" "$@"\n`,
    );
    chmodSync(npx, 0o755);
});
afterAll(() => ground?.stop());

test("the commands of the page bring an archive back, from the upload to the restored folder", async () => {
    const all = commands();
    expect(all).toHaveLength(7);
    for (const { as, line } of all) {
        const key = as.includes("as the uploader") ? ground.uploader : ground.restorer;
        // Nobody can be asked here.
        const { code, text } = await shell(line.includes("--tier") ? `${line} --yes` : line, key);
        expect([line, code, text]).toEqual([line, 0, text]);
    }
    for (const folder of ["back", "back-by-aws"]) {
        for (const file of ["a.raw", "summer/b c.raw"]) {
            const brought = readFileSync(path.join(ground.folder, folder, file));
            expect(brought.equals(readFileSync(path.join(ground.folder, "photos/2026", file)))).toBe(true);
        }
    }
});

function shell(line: string, key: Key): Promise<Run> {
    const env = {
        ...ground.aws.env,
        HOME: ground.folder,
        LANG: "C.UTF-8",
        PATH: `${ground.folder}/bin:${path.join(root, ".sandbox/python/bin")}:${process.env["PATH"]}`,
        AWS_ACCESS_KEY_ID: key.id,
        AWS_SECRET_ACCESS_KEY: key.secret,
    };
    return new Promise((resolve, reject) => {
        const child = spawn("sh", ["-c", line], { cwd: ground.folder, env, stdio: ["ignore", "pipe", "pipe"] });
        let text = "";
        for (const stream of [child.stdout, child.stderr]) {
            stream.setEncoding("utf8").on("data", (more: string) => (text += more));
        }
        child.once("error", reject);
        child.once("close", (code) => resolve({ code: code ?? 1, text }));
    });
}
