import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { runMachine, sweepMachines } from "../../lab/ground/machine";
import { findKernel } from "../../lab/kernel/place";
import { build, root } from "./support";

jest.setTimeout(120_000);

const kernel = findKernel();
(kernel === undefined ? describe.skip : describe)(
    `the virtual machine${kernel === undefined ? " (skipped: npm run lab:kernel)" : ""}`,
    () => {
        const shell = async (script: string, seed = 1, silence = 60): Promise<string[]> => {
            const lines: string[] = [];
            const command = ["/bin/sh", "-c", script];
            await runMachine({ kernel: kernel!, command, seed, silence, onLine: (line) => lines.push(line) });
            return lines;
        };
        const folders = (): string[] =>
            readdirSync(os.tmpdir()).filter((name) => name.startsWith(`rs3-machine-${process.pid}-`));
        afterEach(() => expect(folders()).toEqual([]));

        it("draws the same numbers for the same seed, and others for another", async () => {
            const draw = "od -An -tx1 -N16 /dev/urandom; cat /proc/sys/kernel/random/boot_id; date +%N";
            const [first, again, other] = [await shell(draw), await shell(draw), await shell(draw, 2)];
            expect(again).toEqual(first);
            expect(other).not.toEqual(first);
        });

        it("lets an hour pass in no time, to the millisecond", async () => {
            const [began, ended] = await shell("date +%s%3N; sleep 3600; date +%s%3N");
            expect(Number(ended) - Number(began) - 3_600_000).toBeLessThan(20);
        });

        it("reads this machine's files and writes none of them", async () => {
            expect(await shell("touch /etc/rs3-test 2>&1 || test -r /etc/passwd && echo fine")).toEqual([
                expect.stringMatching(/Read-only/),
                "fine",
            ]);
        });

        it("says what the program said when that ends badly", async () => {
            await expect(shell("echo it is so; exit 3")).rejects.toThrow("it is so");
        });

        it("is ended from outside when a program stops virtual time", async () => {
            await expect(shell("echo begun; while :; do :; done", 1, 3)).rejects.toThrow(
                /^Virtual time has stood still for 3 s: stopped. Last: begun$/,
            );
        });

        it("dies with the process that started it", async () => {
            build();
            const script = `require(${JSON.stringify(path.join(root, "bin/lab/ground/machine.js"))}).runMachine({
                kernel: ${JSON.stringify(kernel)}, seed: 7, onLine: console.log,
                command: ["/bin/sh", "-c", "echo up; while :; do :; done"] })`;
            const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
            await once(child.stdout, "data");
            child.kill("SIGKILL");
            await once(child, "close");
            const left = (): string => spawnSync("ps", ["-eo", "ppid,args"], { encoding: "utf8" }).stdout;
            for (let tries = 0; left().includes("umid=machine") && left().includes("seed=7") && tries < 100; tries++)
                await new Promise((resolve) => setImmediate(resolve));
            expect(left()).not.toContain("seed=7");
            sweepMachines();
        });
    },
);
