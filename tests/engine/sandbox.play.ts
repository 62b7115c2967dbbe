/** `npm start` and `npm run sandbox`, run as a person would, in a copy of the checkout with a state of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { root } from "../../sandbox/places";
import { engineTimeout } from "./harness";

jest.setTimeout(2 * engineTimeout);

interface Run {
    child: ChildProcess;
    /** Resolves when a line with this text has been printed. */
    says(text: string): Promise<void>;
    /** What has been printed so far. */
    seen(): string;
    /** Exit code, or -1 where a signal ended it, and all that was printed. */
    done: Promise<{ code: number; output: string }>;
}

describe("the sandbox", () => {
    let checkout: string;
    const running = new Set<ChildProcess>();

    beforeAll(() => {
        checkout = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-checkout-")));
        const left = new Set(["node_modules", ".sandbox", ".git", "tests", "Pulumi.sandbox.yaml"]);
        fs.cpSync(root, checkout, {
            recursive: true,
            filter: (source) => !left.has(path.relative(root, source)),
        });
        const link = (name: string) => {
            fs.mkdirSync(path.dirname(path.join(checkout, name)), { recursive: true });
            fs.symlinkSync(path.join(root, name), path.join(checkout, name));
        };
        // The plugins are not linked: the one in the sandbox holds the path of its checkout.
        const made = ["bin", "compiled", "node", "peers", "python", "pulumi/versions"].map(
            (name) => `.sandbox/${name}`,
        );
        for (const name of ["node_modules", ...made]) if (fs.existsSync(path.join(root, name))) link(name);
    });
    afterEach(async () => {
        for (const child of running) {
            child.kill("SIGKILL");
            await once(child, "close");
        }
    });
    afterAll(() => fs.rmSync(checkout, { recursive: true, force: true }));

    function run(args: string[], env: NodeJS.ProcessEnv = {}): Run {
        const child = spawn(process.execPath, ["sandbox/run.mjs", ...args], {
            cwd: checkout,
            env: { ...process.env, ...env },
            stdio: ["ignore", "pipe", "pipe"],
        });
        running.add(child);
        let output = "";
        const waiting: (() => void)[] = [];
        for (const stream of [child.stdout, child.stderr]) {
            stream.setEncoding("utf8").on("data", (text: string) => {
                output += text;
                for (const look of waiting) look();
            });
        }
        const done = once(child, "close").then(([code]) => {
            running.delete(child);
            for (const look of waiting) look();
            return { code: (code as number | null) ?? -1, output };
        });
        const says = (text: string) =>
            new Promise<void>((resolve, reject) => {
                const look = () => {
                    if (output.includes(text)) resolve();
                    else if (!running.has(child)) reject(new Error(`it ended without saying "${text}":\n${output}`));
                };
                waiting.push(look);
                look();
            });
        return { child, says, seen: () => output, done };
    }

    /** The output of a run that must have gone well. */
    async function well({ done }: Run): Promise<string> {
        const { code, output } = await done;
        if (code !== 0) throw new Error(`it ended with ${code}:\n${output}`);
        return output;
    }

    it("brings both sides up, shows what stands there, and finds nothing to change the second time", async () => {
        const first = await well(run(["start"]));
        expect(first).toMatch(/^\/queue\/tree\nadd .*\[pulumi:routeros-s3\/sandbox\//m);
        expect(first).toMatch(/^bucket \S+\n\s+lifecycle\s+all objects move to GLACIER after 0 days$/m);
        expect(first).toMatch(/^IAM user /m);
        expect(first).toMatch(/^Changes: \d+ create\.$/m);

        const second = await well(run(["start"]));
        expect(second).toMatch(/^No changes: /m);
    });

    it("runs a command with both up, passes on how it ended, and nothing of the caller's own router", async () => {
        const { code, output } = await run(["sandbox", "sh", "-c", "echo =$ROUTEROS_URL=; exit 7"], {
            ROUTEROS_URL: "https://192.168.88.1",
        }).done;
        expect(code).toBe(7);
        expect(output).toMatch(/^=http:\/\/127\.0\.0\.1:\d+=$/m);
        expect(output).toContain("ROUTEROS_URL of your shell is not used here");

        const missing = await run(["sandbox", "no-such-program"]).done;
        expect(missing).toMatchObject({ code: 127, output: expect.stringContaining("no such program") as string });
    });

    it("lets other commands use it while it is kept up, and waits for them at the end", async () => {
        const keeper = run(["sandbox"]);
        await keeper.says("up until Ctrl-C");
        const [, url = "", user = "", password = ""] =
            /router {2}(http:\S+) {2}user (\S+), password (\S+); its page is at/.exec(keeper.seen()) ?? [];
        const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
        expect((await fetch(`${url}/_/state`, { headers: { authorization } })).status).toBe(200);
        expect(await (await fetch(`${url}/`)).text()).toContain("Sign in");

        const fresh = await run(["start", "--fresh"]).done;
        expect(fresh.code).toBe(1);
        expect(fresh.output).toMatch(/the sandbox is in use by `npm run sandbox` \(process \d+\): stop it before/);

        const command = run([
            "sandbox",
            "sh",
            "-c",
            "echo has it; until [ -e go ]; do sleep 0.05; done; pulumi stack output bucket",
        ]);
        await command.says("has it");
        keeper.child.kill("SIGTERM");
        await keeper.says("waiting for 1 other command");
        fs.writeFileSync(path.join(checkout, "go"), "");
        expect(await command.done).toMatchObject({
            code: 0,
            output: expect.stringContaining("site-archive") as string,
        });
        expect(await keeper.done).toMatchObject({ code: 0 });
    });

    it("lets a second start wait for the first", async () => {
        const first = run(["start"]);
        await first.says("Updating (sandbox)");
        const second = run(["start"]);
        await second.says("waiting for `npm start`");
        await well(first);
        expect(await well(second)).toMatch(/^No changes: /m);
    });

    it("goes on after it was killed: the dead engine's lock is removed", async () => {
        const script = `pulumi up --yes --skip-preview --non-interactive & engine=$!
            until ls .sandbox/state/backend/.pulumi/locks/organization/routeros-s3/sandbox/*.json >/dev/null 2>&1
            do sleep 0.05; done; kill -9 $engine; wait $engine; echo killed`;
        const killed = await run(["sandbox", "bash", "-c", script]).done;
        expect(killed.output).toContain("killed");
        expect(await well(run(["start"]))).toMatch(/removed the stack's lock of process \d+, which is gone/);
    });

    it("uploads with the commands it prints, in the class of the archive", async () => {
        const printed = /npm run sandbox -- (aws s3 cp .*)$/m.exec(await well(run(["start"])))?.[1] ?? "";
        const script = `set -e
            ${printed}
            upload=$(pulumi stack output uploadFile)
            eval "$(echo "$upload" | sed s/FILE/package.json/)"
            query='Contents[].[Key,StorageClass]'
            aws s3api list-objects-v2 --bucket "$(pulumi stack output bucket)" --query "$query" --output text`;
        const listed = await well(run(["sandbox", "sh", "-c", script]));
        expect(listed).toMatch(/^README\.md\s+GLACIER$/m);
        expect(listed).toMatch(/^package\.json\s+GLACIER$/m);
    });

    it("does what each line under Next says", async () => {
        const [, next = ""] = (await well(run(["start"]))).split("\nNext:\n");
        const lines = next.split("\n").map((line) => line.trim().split(/ {2,}/)[0] ?? "");
        const commands = lines.flatMap((line) => /^npm run sandbox -- (.+)$/.exec(line)?.[1] ?? []);
        expect(commands.length).toBeGreaterThan(4);
        for (const command of commands) {
            const asks = /^pulumi (up|refresh|destroy)/.test(command);
            await well(run(["sandbox", ...command.split(" "), ...(asks ? ["--yes"] : [])]));
        }
    });

    it("keeps its stack, its state and its commands where the checkout is copied, and where it is moved", async () => {
        const made = await well(run(["start"]));
        expect(made).toMatch(/^(Changes: |No changes: )/m);
        const old = checkout;
        const works = async () => {
            expect(await well(run(["sandbox", "pulumi", "stack", "--show-name"]))).toContain("sandbox\n");
            expect(await well(run(["sandbox", "pulumi", "config", "get", "routeros-s3:uplink"]))).toMatch(/^\d+M$/m);
            expect(await well(run(["sandbox", "aws", "s3", "ls"]))).toContain("site-archive");
            expect(await well(run(["start"]))).toMatch(/^No changes: /m);
        };
        checkout = `${old}-copied`;
        fs.cpSync(old, checkout, { recursive: true, verbatimSymlinks: true });
        try {
            await works();
        } finally {
            fs.rmSync(checkout, { recursive: true });
            checkout = `${old}-moved`;
            fs.renameSync(old, checkout);
        }
        await works();
    });

    it("forgets everything with --fresh", async () => {
        const before = fs.readFileSync(path.join(checkout, ".sandbox/state/passphrase"), "utf8");
        expect(await well(run(["start", "--fresh"]))).toMatch(/^Changes: \d+ create\.$/m);
        expect(fs.readFileSync(path.join(checkout, ".sandbox/state/passphrase"), "utf8")).not.toBe(before);
    });
});
