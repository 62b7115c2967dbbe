import { execFile } from "node:child_process";
import * as path from "node:path";

import type { Aws } from "../../sandbox/aws/server";

/** The real command line, PyPI's `awscli`, in the sandbox's own Python. */
const program = path.resolve(__dirname, "../../.sandbox/python/bin/aws");

export interface Run {
    code: number;
    /** Standard output and standard error, as a person sees them. */
    text: string;
}

export interface Key {
    id: string;
    secret: string;
    /** Of a role that was taken on. */
    token?: string;
}

/** Runs `aws …` in a folder with nothing of the user's own account; as the account's root where no key is given. */
export function awsCommand(aws: Aws, folder: string, key?: Key): (...args: string[]) => Promise<Run> {
    const env = {
        PATH: process.env["PATH"],
        HOME: folder,
        LANG: "C.UTF-8",
        ...aws.env,
        ...(key ? { AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret } : {}),
        ...(key?.token ? { AWS_SESSION_TOKEN: key.token } : {}),
    };
    return (...args) =>
        new Promise((resolve, reject) => {
            execFile(program, args, { cwd: folder, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
                if (error && typeof error.code !== "number") reject(new Error(error.message));
                else resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr });
            });
        });
}
