import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { callOf } from "../../testing/embedded-router";

const command = path.join(__dirname, "../../cli/routeros-s3.cjs");
const export_ = `# by RouterOS 7.22.3
/ip firewall address-list
add address=52.95.128.0/21 list=S3
/ip firewall mangle
add action=mark-packet chain=forward dst-address-list=S3 new-packet-mark=s3
/ip firewall filter
add action=fasttrack-connection chain=forward connection-state=established,related
/ip firewall nat
add action=masquerade chain=srcnat
/queue tree
add name=s3 packet-mark=s3 parent=ether5
`;

let folder: string;
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), "router-command-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function launch(...args: string[]): { process: ChildProcess; output: () => string; errors: () => string } {
    const child = spawn(process.execPath, [command, ...args], {
        env: { ...process.env },
        stdio: ["ignore", "pipe", "pipe"],
    });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    return { process: child, output: () => output, errors: () => errors };
}

/** Runs to its end. */
async function run(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
    const { process: child, output, errors } = launch(...args);
    const [code] = (await once(child, "close")) as [number];
    return { code, output: output(), errors: errors() };
}

/** A router until `use` is done, then its end by the signal: what it printed, and its exit code. */
async function withCommand(
    args: string[],
    signal: NodeJS.Signals,
    use: (url: string) => Promise<void>,
): Promise<{ code: number; output: string; errors: string }> {
    const launched = launch("router", ...args);
    const { process: child } = launched;
    const closed = once(child, "close") as Promise<[number]>;
    try {
        const ready = new Promise<string>((resolve, reject) => {
            child.stdout!.on("data", () => {
                const url = /^router: (https?:\/\/\S+)\n/.exec(launched.output())?.[1];
                if (url !== undefined) resolve(url);
            });
            void closed.then(() => reject(new Error(`it ended: ${launched.errors()}`)));
        });
        await use(await ready);
    } finally {
        child.kill(signal);
    }
    const [code] = await closed;
    return { code, output: launched.output(), errors: launched.errors() };
}

test.each(["SIGTERM", "SIGINT"] as const)(
    "prints one line when it is ready, keeps its state, ends with 0 on %s",
    async (signal) => {
        const state = path.join(folder, `${signal}.json`);
        const args = ["--port", "0", "--username", "boss", "--password", "secret", "--state", state];
        const row = { list: "a", address: "10.0.0.1" };
        const first = await withCommand(args, signal, async (url) => {
            const answer = await callOf(url, "boss", "secret")("PUT", "/ip/firewall/address-list", row);
            expect(answer.status).toBe(201);
        });
        expect(first.code).toBe(0);
        expect(first.output).toMatch(/^router: http:\/\/127\.0\.0\.1:\d+\n$/);
        expect(readFileSync(state, "utf8") + first.errors).not.toContain("secret");
        await withCommand(args, signal, async (url) => {
            expect((await callOf(url, "boss", "secret")("GET", "/ip/firewall/address-list")).body).toMatchObject([row]);
        });
    },
);

test("serves HTTPS, another version, and an export with NAT in it", async () => {
    const file = path.join(folder, "site.rsc");
    writeFileSync(file, export_);
    const { output, errors } = await withCommand(["--https", "--rsc", file, "--version", "7.24"], "SIGTERM", () =>
        Promise.resolve(),
    );
    expect(output).toMatch(/^router: https:\/\/127\.0\.0\.1:\d+\n$/);
    expect(errors).not.toContain("/ip/firewall/nat");
    expect(errors).toMatch(/SHA-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}/);
});

describe("what it refuses, in one line", () => {
    const one = async (pattern: RegExp, ...args: string[]) => {
        const { code, output, errors } = await run("router", ...args);
        expect([code, output]).toEqual([1, ""]);
        expect(errors.trim().split("\n")[0]).toMatch(pattern);
        expect(errors).not.toMatch(/\n\s+at /);
    };

    test("a port that is taken", async () => {
        const server = createServer().listen(0, "127.0.0.1");
        await once(server, "listening");
        try {
            const { port } = server.address() as AddressInfo;
            await one(new RegExp(`port ${port} of 127.0.0.1 is in use`), "--port", String(port));
        } finally {
            server.close();
        }
    });

    test("a state file it cannot read, a version it does not know, an export that is not there, a switch that is none", async () => {
        const broken = path.join(folder, "broken.json");
        writeFileSync(broken, "{");
        await one(/the state file .*broken\.json cannot be read/, "--state", broken);
        await one(/RouterOS 6\.49 is not known here, only 7\.20\.8, 7\.22\.3, 7\.24/, "--version", "6.49");
        await one(/the export .*nothing\.rsc cannot be read/, "--rsc", path.join(folder, "nothing.rsc"));
        await one(/colour is no switch/, "--behaviour", "colour=red");
        await one(/A port is a number/, "--port", "many");
    });
});

test("help says what can be done with it", async () => {
    const { code, output } = await run("router", "--help");
    expect(code).toBe(0);
    for (const word of ["--port", "--state", "--version", "--latency", "--https", "--rsc", "/_/faults", "/_/trace"]) {
        expect(output).toContain(word);
    }
});

describe("trace", () => {
    test("tells the way through an export, a state file and a router", async () => {
        const [rsc, state] = [path.join(folder, "trace.rsc"), path.join(folder, "trace.json")];
        writeFileSync(rsc, export_);
        const told = await run("trace", "--to", "52.95.132.33:443", "--rsc", rsc);
        expect(told.code).toBe(0);
        expect(told.output).toContain("mark-packet: packet mark s3");
        expect(told.output).toContain("FastTrack takes the connection");
        expect(told.output).toMatch(/FastTracked: past all rules.*\n.*\n.*queue: none/);
        expect(told.output).toContain("Its data goes through no queue of the tree.");
        expect(told.errors).not.toContain("/ip/firewall/nat");

        await withCommand(["--rsc", rsc, "--state", state, "--password", "pw"], "SIGTERM", async (url) => {
            const login = ["--url", url, "--username", "admin", "--allow-plaintext"];
            process.env["ROUTEROS_PASSWORD"] = "pw";
            const live = await run("trace", "--to", "52.95.132.33:443", "--json", ...login);
            delete process.env["ROUTEROS_PASSWORD"];
            expect(live).toMatchObject({ code: 0, errors: "" });
            expect(JSON.parse(live.output)).toMatchObject({ fastTracked: true, outInterface: "ether5" });
        });
        const stored = await run("trace", "--to", "198.51.100.1:80", "--state", state);
        expect(stored.output).not.toContain("mark-packet");
    });

    test("says which router it wants and which address it cannot read", async () => {
        expect(await run("trace", "--to", "1.2.3.4")).toMatchObject({
            code: 1,
            errors: expect.stringContaining("which router? Give --url or --stack") as string,
        });
        const rsc = path.join(folder, "small.rsc");
        writeFileSync(rsc, export_);
        expect(await run("trace", "--to", "somewhere", "--rsc", rsc)).toMatchObject({
            code: 1,
            errors: expect.stringContaining("take an address, such as 52.95.132.33:443") as string,
        });
    });
});
