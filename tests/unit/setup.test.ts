import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const setup = path.resolve(__dirname, "../../sandbox/setup");

/** Runs a piece of a module program that may import set-up's parts from `SETUP`. */
function script(text: string, cwd: string): ChildProcess {
    const source = text.replaceAll("SETUP", setup);
    return spawn(process.execPath, ["--input-type=module", "-e", source], { cwd, stdio: ["ignore", "pipe", "pipe"] });
}

async function output(child: ChildProcess): Promise<string> {
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (part) => (text += part));
    await once(child, "close");
    return text;
}

async function line(child: ChildProcess): Promise<string> {
    const [text] = (await once(child.stdout!, "data")) as [Buffer];
    return text.toString().trim();
}

const holder = `
    import { takeLock } from "SETUP/lock.mjs";
    const release = await takeLock("setup.lock", (pid) => console.log("waits for " + pid));
    process.on("SIGTERM", () => { release(); process.exit(0); });
    console.log("has it");
    setInterval(() => undefined, 1000);
`;

describe("set-up", () => {
    let folder: string;
    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-setup-"));
    });
    afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

    it("lets a second one wait for the first, and go on when it ends", async () => {
        const first = script(holder, folder);
        expect(await line(first)).toBe("has it");
        const second = script(holder, folder);
        try {
            expect(await line(second)).toBe(`waits for ${first.pid}`);
            first.kill("SIGTERM");
            expect(await line(second)).toBe("has it");
        } finally {
            first.kill("SIGKILL");
            second.kill("SIGTERM");
            await once(second, "close");
        }
        expect(fs.readdirSync(folder)).toEqual([]);
    });

    it("takes over the lock of one that was killed", async () => {
        const first = script(holder, folder);
        expect(await line(first)).toBe("has it");
        first.kill("SIGKILL");
        await once(first, "close");
        expect(fs.readdirSync(folder)).toEqual(["setup.lock"]);
        const second = script(holder, folder);
        try {
            expect(await line(second)).toBe("has it");
        } finally {
            second.kill("SIGTERM");
            await once(second, "close");
        }
    });

    it("takes over a lock whose number is another process's by now", async () => {
        fs.writeFileSync(path.join(folder, "setup.lock"), JSON.stringify({ pid: process.pid, started: "1" }));
        const second = script(holder, folder);
        try {
            expect(await line(second)).toBe("has it");
        } finally {
            second.kill("SIGTERM");
            await once(second, "close");
        }
    });

    it("names a missing program and the way to get it", async () => {
        const text = await output(
            script(
                `
                import { run } from "SETUP/run.mjs";
                import { missing } from "SETUP/run.mjs";
                process.env.PATH = "";
                await run("npm", ["ci"]).catch((error) => console.log(error.message));
                console.log(missing("python3-venv").message);
                `,
                folder,
            ),
        );
        expect(text).toMatch(/^npm is missing; it comes with Node: .*\. Then run the same command again\.$/m);
        expect(text).toMatch(/^python3-venv is missing; .*`apt-get install python3-venv`/m);
    });

    it("shows how a failed program's output began and ended", async () => {
        const text = await output(
            script(
                `
                import { run } from "SETUP/run.mjs";
                const args = ["-e", "for (let i = 1; i < 100; i++) console.log('line ' + i); process.exit(3)"];
                await run(process.execPath, args).catch((error) => console.log(error.message));
                `,
                folder,
            ),
        );
        expect(text).toContain("ended with 3:\nline 1\n");
        expect(text).toContain("line 99");
        expect(text).not.toContain("line 50");
    });

    it("tells in plain lines what a step does and how long it took, where there is no terminal", async () => {
        const text = await output(
            script(
                `
                import { Progress } from "SETUP/progress.mjs";
                const step = new Progress().step("engine", "building");
                step.done("built");
                `,
                folder,
            ),
        );
        expect(text).toMatch(/^set-up: engine: building\nset-up: engine: built \(\d+\.\d s\)\n$/);
    });
});

it("the lock file names exact versions with their checksums, and no place to download them from", () => {
    const lock = fs.readFileSync(path.resolve(__dirname, "../../package-lock.json"), "utf8");
    const { packages } = JSON.parse(lock) as {
        packages: Record<string, { version?: string; resolved?: string; integrity?: string }>;
    };
    delete packages[""];
    for (const [name, { resolved, version, integrity }] of Object.entries(packages)) {
        expect([name, resolved, version, integrity]).toEqual([
            name,
            undefined,
            expect.stringMatching(/^\d+\.\d+\.\d+/),
            expect.stringMatching(/^sha512-/),
        ]);
    }
});
