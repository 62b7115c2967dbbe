/** `verify` on a line of real packets: its figures against those that the line itself counted. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import type { UploadShapingArgs } from "../../components/shaping/upload-shaping";
import { type LiveLine, startLiveLine } from "../../lab/live/line";
import type { Agent } from "../../lab/traffic/agents";
import { ports } from "../../lab/traffic/protocol";
import { wireShare } from "../../line/findings/rate";
import type { Verification } from "../../line/output";
import { tune } from "../../providers/routeros/runtime/router/session";
import { recordStack } from "../../testing/recorded-stack";
import { carrierOf, real } from "../../testing/stages";
import { build, describeWithPackets, root } from "./support";

jest.setTimeout(240_000);

const uplink = 20e6;
const bucket = "proof";

describeWithPackets("on a line of real packets", () => {
    let folder: string;
    let line: LiveLine;
    beforeAll(async () => {
        build();
        folder = mkdtempSync(path.join(tmpdir(), "live-proof-"));
        line = await startLiveLine({ uplink });
        await line.agent("far", "live");
        await makeBucket();
        jest.spyOn(console, "warn").mockReturnValue();
    });
    afterAll(async () => {
        jest.restoreAllMocks();
        await line?.stop();
        rmSync(folder, { recursive: true, force: true });
    });
    afterEach(() => line.router.reset());

    /** Brings a site up, and says how a command is run on a host of it. */
    async function site(args: Partial<UploadShapingArgs>) {
        const stage = await real({ wanInterface: "ether5", addressFamilies: ["ipv4"], ...args }, uplink);
        const carrier = carrierOf(line.router, stage);
        const { error } = await carrier.up(stage.declared, { skipPreview: true });
        if (error) throw error;
        tune({});
        const config = {
            "aws:region": "ap-southeast-2",
            "routeros:url": line.routerUrl,
            "routeros-s3:wanInterface": "ether5",
            "routeros-s3:uplink": "20M",
            "routeros-s3:addressFamilies": '["ipv4"]',
            "routeros-s3:awsIpRanges": path.join(root, "sandbox/ip-ranges.json"),
            ...(args.fastTrack && { "routeros-s3:fastTrack": args.fastTrack }),
        };
        const env = { ...line.env, HOME: folder, ...recordStack(folder, carrier, { config, outputs: { bucket } }) };
        return (words: string[], told: (said: string) => void = () => undefined) =>
            new Promise<{ code: number; out: string; errors: string }>((resolve) => {
                const [program = "", ...all] = line.command([
                    process.execPath,
                    path.join(root, "cli/routeros-s3.cjs"),
                    ...words,
                ]);
                const child = execFile(program, all, { env, cwd: folder }, (error, out, errors) =>
                    resolve({ code: error ? Number(error.code) : 0, out, errors }),
                );
                child.stderr?.on("data", (chunk: Buffer | string) => told(chunk.toString()));
            });
    }

    /** A person who starts another upload when he is asked to, and ends it. */
    const besideOf = (host: Agent) => (said: string) => {
        const load = { op: "upload", flow: "load", to: line.far.ipv4, port: ports.web, connections: 4 } as const;
        if (said.includes("start another upload")) void host.do(load);
        if (said.includes("end the other upload")) void host.do({ op: "stop", flow: "load" });
    };

    async function makeBucket(): Promise<void> {
        const [program = "", ...args] = line.command([
            path.join(root, ".sandbox/python/bin/aws"),
            "s3",
            "mb",
            `s3://${bucket}`,
        ]);
        await promisify(execFile)(program, args, { env: { ...process.env, ...line.env } });
    }

    it("verify proves an upload through its leaf that gives way, by what the line counted", async () => {
        const run = await site({});
        const before = await line.counters();
        const { code, out } = await run(["verify", "--seconds", "8"], besideOf(await line.agent("pc")));
        const { up } = await line.counters();
        expect(out).toMatch(/^shaped: \d+ % of .* it gave way from .* and was back within/);
        expect(code).toBe(0);
        const found = JSON.parse(readFileSync(path.join(folder, "routeros-s3-verify.json"), "utf8")) as Verification;
        expect(found.share).toBeGreaterThan(0.97);
        expect(Math.abs(found.carried / (found.sent * wireShare) - 1)).toBeLessThan(0.03);
        expect(up.bytes - before.up.bytes).toBeGreaterThan(found.carried);
    });

    it("verify makes a load of its own, which gets what the upload gives up", async () => {
        const run = await site({});
        const { code, out } = await run(["verify", "--seconds", "8", "--load", `${line.far.ipv4}:9`]);
        expect(out).toMatch(/^shaped: \d+ % of .* it gave way from .* and was back within/);
        expect(code).toBe(0);
        const { giving } = JSON.parse(
            readFileSync(path.join(folder, "routeros-s3-verify.json"), "utf8"),
        ) as Verification;
        expect(giving!.load).toBeGreaterThan(giving!.before / 2);
        expect(giving!.load).toBeGreaterThan(3 * giving!.beside);
    });

    it("verify names FastTrack where it takes the upload past its leaf", async () => {
        const run = await site({ fastTrack: "leave" });
        const { code, out, errors } = await run(["verify", "--seconds", "5"], besideOf(await line.agent("console")));
        expect(`${out}${code === 2 ? errors : ""}`).toMatch(/^not shaped, because FastTrack: \d % of /);
        expect(code).toBe(1);
    });
});
