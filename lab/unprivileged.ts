import { spawn } from "node:child_process";
import { Socket } from "node:net";

import { succeeds } from "./net/commands";

/** Descriptor on which the lab inside learns that the process that started it is gone. */
const lifeline = 3;

/**
 * Runs this same program as root of a user namespace of its own, where nothing outside can be touched and everything
 * is gone when it ends. Returns its exit code; 2 with the reason where user namespaces are not allowed.
 */
export async function inUserNamespace(): Promise<number> {
    const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
    const own = ["--user", "--map-root-user", "--net", "--mount", "--fork", "--kill-child"];
    if (!(await succeeds("unshare", [...own, "true"]))) {
        process.stderr.write(
            "The lab needs root: as this user no namespace can be made.\n" +
                "  Run it as root, or allow user namespaces (sysctl user.max_user_namespaces, unshare of util-linux).\n",
        );
        return 2;
    }
    // Its own /run: namespaces made there have names of their own.
    const script = 'mount -t tmpfs tmpfs /run && exec "$@"';
    return new Promise((resolve, reject) => {
        const child = spawn("unshare", [...own, "sh", "-c", script, "lab", ...again], {
            stdio: ["inherit", "inherit", "inherit", "pipe"],
            env: { ...process.env, [insideVariable]: "1" },
        });
        child.once("error", reject);
        child.once("close", (code) => resolve(code ?? 2));
    });
}

const insideVariable = "ROUTEROS_S3_LAB_INSIDE";

/** Inside: ends this process when the one outside is gone, however that ended. */
export function endWithParent(): void {
    if (process.env[insideVariable] === undefined) return;
    const parent = new Socket({ fd: lifeline });
    parent.once("close", () => process.exit(2));
    parent.resume();
    parent.unref();
}
