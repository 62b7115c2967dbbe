import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { runMachine, sweepMachines, whyNoMachine } from "../../lab/ground/machine";
import { placed } from "../../lab/ground/virtual";
import { findKernel } from "../../lab/kernel/place";
import { optionalDisciplines } from "../../lab/translate/leaf-queues";
import { build, root, whyNoPackets } from "./support";

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
        const elsewhere = mkdtempSync(path.join(os.tmpdir(), "rs3-elsewhere-"));
        afterEach(() => expect(folders()).toEqual([]));
        afterAll(() => rmSync(elsewhere, { recursive: true }));

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

        it("has every queue that the lab knows, and flowtables", async () => {
            build();
            const module = JSON.stringify(path.join(root, "bin/lab/net/requirements.js"));
            const script = `require(${module}).examine().then(({ missing, disciplines }) =>
                console.log([...missing, ...disciplines].join(" ")))`;
            const lines: string[] = [];
            const command = [process.execPath, "--single-threaded", "-e", script];
            await runMachine({ kernel: kernel!, command, seed: 1, onLine: (line) => lines.push(line) });
            expect(lines).toEqual([[...optionalDisciplines, "flowtable"].join(" ")]);
        });

        it("reads this machine's files and writes none of them", async () => {
            expect(await shell("touch /etc/rs3-test 2>&1 || test -r /etc/passwd && echo fine")).toEqual([
                expect.stringMatching(/Read-only/),
                "fine",
            ]);
        });

        it("runs a program by paths that say nothing of where it lies on this host", async () => {
            const paths = 'echo "$0"; cat /run/checkout/bin/data; touch /run/checkout/x 2>&1 | grep -o "Read-only.*"';
            const said = ["/run/node/sh", "it is there", "Read-only file system"];
            for (const folder of ["a", "a b/longer, 'quoted'"]) {
                const checkout = path.join(elsewhere, folder);
                mkdirSync(path.join(checkout, "bin"), { recursive: true });
                writeFileSync(path.join(checkout, "bin", "data"), "it is there\n");
                const { folders, command } = placed(checkout, "/bin/sh", path.join(checkout, "bin", "lab.js"));
                expect(command).toEqual(["/run/node/sh", "--single-threaded", "/run/checkout/bin/lab.js"]);
                const lines: string[] = [];
                const run = { folders, command: ["/run/node/sh", "-c", paths], seed: 1 };
                await runMachine({ kernel: kernel!, ...run, onLine: (line) => lines.push(line) });
                expect(lines).toEqual(said);
            }
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

describe("a machine that cannot start says why in one line", () => {
    let folder: string;
    beforeAll(() => {
        folder = mkdtempSync(path.join(os.tmpdir(), "rs3-no-machine-"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it("where memory is too little", async () => {
        expect(await whyNoMachine("/nowhere/linux", 2 ** 30)).toMatch(
            /^The virtual ground takes 1073742024 MiB of memory, and \d+ are free\.$/,
        );
    });

    it("where the kernel may not trace its programs", async () => {
        const kernel = path.join(folder, "linux");
        const said = "ptrace_dump_regs: Operation not permitted";
        writeFileSync(
            kernel,
            `#!/bin/sh\necho "Checking ptrace new tags for syscall emulation..."\necho "${said}"\nexit 1\n`,
            {
                mode: 0o755,
            },
        );
        expect(await whyNoMachine(kernel)).toBe(`The virtual machine ended before its program did: ${said}`);
    });

    const why = whyNoPackets();
    (why === undefined ? it : it.skip)(
        `where no folder may hold programs${why === undefined ? "" : ` (skipped: ${why})`}`,
        () => {
            build();
            const module = JSON.stringify(path.join(root, "bin/lab/ground/machine.js"));
            const script = `for place in /dev/shm "$TMPDIR"; do mount -t tmpfs -o noexec none "$place" || exit; done
                exec "$0" -e 'require(${module}).whyNoMachine("/nowhere/linux", 64).then(console.log)'`;
            const { stdout } = spawnSync("unshare", ["--mount", "sh", "-c", script, process.execPath], {
                encoding: "utf8",
                env: { ...process.env, TMPDIR: folder },
            });
            expect(stdout).toMatch(/^Neither \/dev\/shm nor .* \(noexec\).*: set TMPDIR to a folder that may\.\n$/);
        },
    );
});
