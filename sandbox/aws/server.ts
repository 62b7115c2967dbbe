import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

/** The access key of the account's root: it may do everything but what a bucket's policy denies. */
export const ROOT_CREDENTIALS = { accessKeyId: "AKIAROOTOFTHESANDBOX", secretAccessKey: "sandbox" };

export interface AwsOptions {
    /** Folder that keeps buckets, objects and identities between runs. Without one they are forgotten at the end. */
    state?: string;
    /** Restores of archived objects go on for as long as this file is there. Without one they are ready at once. */
    holdRestores?: string;
    /** The Python that has moto. @default the sandbox's own, in `.sandbox/python` of the repository */
    python?: string;
    /** @default the region in the environment, or `ap-southeast-2` */
    region?: string;
    /** Real names it answers by, too, with a certificate for them, kept in a folder of its own. */
    names?: readonly string[];
    /** Where else it listens by TLS: path of a network namespace, address, port; 0 is the port of `url`. Root's alone. */
    also?: readonly { namespace: string; address: string; port: number }[];
}

/** One request that the server answered. */
export interface AwsRequest {
    scheme: "http" | "https";
    method: string;
    /** With the query. */
    path: string;
    status: number;
}

/** A running S3, IAM and STS on loopback. */
export interface Aws {
    /** The endpoint to use: TLS, with a certificate that `caFile` vouches for. */
    url: string;
    /** The same by plain HTTP, which a policy that wants TLS refuses. */
    plainUrl: string;
    caFile: string;
    /** What AWS's command line, the SDKs and the sandbox's Pulumi plugin need to find it, as the account's root. */
    env: Record<string, string>;
    /** Every request answered so far, oldest first. */
    requests(): AwsRequest[];
    /** Ends when the process has, its state saved. */
    stop(): Promise<void>;
}

/**
 * Starts the sandbox's AWS and returns when it answers. It stops by itself when this process is gone.
 *
 * IAM is enforced: the root's credentials may do everything, an access key made through IAM what its policies allow.
 */
export async function startAws(options: AwsOptions = {}): Promise<Aws> {
    const python = options.python ?? sandboxPython();
    const scratch = mkdtempSync(path.join(tmpdir(), "routeros-s3-aws-"));
    const forget = () => rmSync(scratch, { recursive: true, force: true });
    const { names = [], also = [] } = options;
    const tls = options.state ? path.join(options.state, names.length > 0 ? "tls-of-names" : "tls") : scratch;
    const log = path.join(scratch, "requests");
    const args = [path.join(__dirname, "server.py"), "--tls", tls, "--log", log, "--until-stdin-closes"];
    for (const name of names) args.push("--name", name);
    for (const { namespace, address, port } of also) args.push("--also", namespace, address, String(port));
    if (options.state) args.push("--state", options.state);
    if (options.holdRestores) args.push("--hold-restores", options.holdRestores);

    const child = spawn(python, args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
    child.stdin.on("error", () => undefined);
    const ended = once(child, "close").catch(() => undefined);
    const [url, plainUrl] = await ready(child).catch((error: unknown) => {
        forget();
        throw error;
    });

    const caFile = path.join(tls, "ca.pem");
    return {
        url,
        plainUrl,
        caFile,
        env: environment(url, caFile, options.region),
        requests: () =>
            (existsSync(log) ? readFileSync(log, "utf8") : "")
                .split("\n")
                .filter((line) => line !== "")
                .map((line) => JSON.parse(line) as AwsRequest),
        stop: async () => {
            child.kill("SIGTERM");
            await ended;
            forget();
        },
    };
}

function environment(url: string, caFile: string, region: string | undefined): Record<string, string> {
    const chosen = region ?? process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"] ?? "ap-southeast-2";
    return {
        AWS_ENDPOINT_URL: url,
        AWS_CA_BUNDLE: caFile,
        AWS_ACCESS_KEY_ID: ROOT_CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: ROOT_CREDENTIALS.secretAccessKey,
        AWS_REGION: chosen,
        AWS_DEFAULT_REGION: chosen,
        AWS_EC2_METADATA_DISABLED: "true",
        // Nothing of the user's own account is read.
        AWS_CONFIG_FILE: "/dev/null",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        ROUTEROS_S3_SANDBOX: "1",
    };
}

function sandboxPython(): string {
    // This file is in sandbox/aws, or compiled in bin/sandbox/aws.
    for (const root of ["../..", "../../.."]) {
        const found = path.resolve(__dirname, root, ".sandbox/python/bin/python");
        if (existsSync(found)) return found;
    }
    throw new Error("the sandbox's AWS is not set up: run `node sandbox/setup.mjs`");
}

async function ready(child: ReturnType<typeof spawn>): Promise<[string, string]> {
    return new Promise((resolve, reject) => {
        let output = "";
        let errors = "";
        child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
        child.stdout?.setEncoding("utf8").on("data", (text: string) => {
            output += text;
            const found = /^s3: (\S+) \(plain HTTP: (\S+)\)$/m.exec(output);
            if (found) resolve([found[1]!, found[2]!]);
        });
        child.once("error", (error) => reject(new Error(`the sandbox's AWS did not start: ${error.message}`)));
        child.once("close", (code) => {
            reject(new Error(`the sandbox's AWS did not start (exit ${code}): ${errors.trim().split("\n").at(-1)}`));
        });
    });
}
