import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { checkRoom } from "../../lab/kernel/build";
import { changed, changes } from "../../lab/kernel/changes";
import { findKernel, recipe } from "../../lab/kernel/place";
import { build, root } from "./support";

let folder: string;
beforeAll(() => {
    build();
    folder = mkdtempSync(path.join(os.tmpdir(), "rs3-kernel-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("changes to the sources", () => {
    const [clock, pool] = changes;

    it("are made where the place is found once, and leave the rest alone", () => {
        expect(changed("config HZ\n\tint\n\tdefault 100\n\nconfig X\n\tdefault 100\n", clock!)).toBe(
            "config HZ\n\tint\n\tdefault 1000\n\nconfig X\n\tdefault 100\n",
        );
        expect(changed("long os_getrandom(int);\nr = os_getrandom(v, n * sizeof(*v), 0);", pool!)).toBe(
            "long os_getrandom(int);\nr = 0;",
        );
    });

    it.each(["config HZ\n\tint\n\tdefault 250\n", "config HZ\n\tint\n\tdefault 100\n".repeat(2)])(
        "name the file that is not the one they were written for: %j",
        (text) =>
            expect(() => changed(text, clock!)).toThrow(/^arch\/um\/Kconfig is not the file that .* found [02] times/),
    );
});

it("keeps kernels apart by what they were made of, and takes the newest", () => {
    const cache = path.join(folder, "kept");
    for (const name of [`6.9.1-${recipe()}`, `6.12.3-${recipe()}`, "6.13.0-another", `6.14.0-${recipe()}`]) {
        mkdirSync(path.join(cache, name), { recursive: true });
        if (!name.startsWith("6.14")) writeFileSync(path.join(cache, name, "linux"), "");
    }
    expect(findKernel(cache)).toBe(path.join(cache, `6.12.3-${recipe()}`, "linux"));
    expect(findKernel(path.join(folder, "none"))).toBeUndefined();
});

it("refuses where there is too little room, before anything is fetched", () => {
    expect(() => checkRoom(folder, 2 ** 60)).toThrow(
        /^Building takes .* GiB in .* are free: make room, or set XDG_CACHE_HOME/,
    );
});

describe("npm run lab:kernel", () => {
    const cache = (): string => path.join(folder, "cache");
    const command = (): string => path.join(root, "bin/lab/kernel/main.js");
    const left = (): string[] => readdirSync(path.join(cache(), "routeros-s3", "kernel"));
    const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
        spawnSync(process.execPath, [command(), ...args], {
            encoding: "utf8",
            env: { ...process.env, XDG_CACHE_HOME: cache(), ...env },
        });

    it.each([
        ["no compiler", [], { PATH: "/nowhere" }, /^The program gcc is missing: apt-get install -y gcc libc6-dev\n$/],
        ["no such tree", ["--source", "/nowhere"], {}, /^--source \/nowhere: there is no such file or folder\.\n$/],
        ["a tree that is none", ["--source", root], {}, /no tree of Linux's sources.*\n$/],
    ] as const)("says so in one line of %s, leaves nothing and ends with 2", (_name, args, env, expected) => {
        const { status, stderr } = run([...args], env);
        expect([status, stderr.replace(/^\d+:\d\d .*\n/gm, "")]).toEqual([2, expect.stringMatching(expected)]);
        expect(left()).toEqual([]);
    });

    it("says so of sources that are too old, names the file, and leaves them as they were", () => {
        const tree = path.join(folder, "old");
        mkdirSync(path.join(tree, "arch", "um"), { recursive: true });
        writeFileSync(path.join(tree, "Makefile"), "VERSION = 4\nPATCHLEVEL = 9\nSUBLEVEL = 1\n");
        writeFileSync(path.join(tree, "arch/um/Kconfig"), "config NR_CPUS\n");
        const { status, stderr } = run(["--source", tree]);
        expect(stderr.split("\n").at(-2)).toMatch(/^arch\/um\/Kconfig is not the file/);
        expect([status, left(), readdirSync(tree).sort()]).toEqual([2, [], ["Makefile", "arch"]]);
    });

    it("leaves nothing behind when it is told to end", async () => {
        const never = path.join(folder, "never.tar");
        spawnSync("mkfifo", [never]);
        const child = spawn(process.execPath, [command(), "--source", never], {
            env: { ...process.env, XDG_CACHE_HOME: cache() },
            stdio: ["ignore", "ignore", "pipe"],
        });
        await once(child.stderr, "data");
        expect(left()).toEqual([`work-${child.pid}`]);
        child.kill("SIGINT");
        expect(await once(child, "close")).toEqual([130, null]);
        expect(left()).toEqual([]);
        expect(spawnSync("ps", ["-eo", "args"], { encoding: "utf8" }).stdout).not.toContain(never);
    });
});
