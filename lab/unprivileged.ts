import { spawn } from "node:child_process";

/**
 * Runs this same program as root of a user namespace of its own, where nothing outside can be touched and everything
 * is gone when it ends. Returns its exit code; 2 with the reason where user namespaces are not allowed.
 */
export function inUserNamespace(): Promise<number> {
    const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
    // Its own /run: namespaces made there have names of their own.
    const script = 'mount -t tmpfs tmpfs /run && exec "$@"';
    return new Promise((resolve) => {
        const child = spawn(
            "unshare",
            [
                "--user",
                "--map-root-user",
                "--net",
                "--mount",
                "--fork",
                "--kill-child",
                "sh",
                "-c",
                script,
                "lab",
                ...again,
            ],
            { stdio: "inherit" },
        );
        child.once("error", () => {
            process.stderr.write("The lab needs root, or the program unshare: apt-get install -y util-linux\n");
            resolve(2);
        });
        child.once("close", (code, signal) => {
            if (code === 1 && signal === null)
                process.stderr.write("If no user namespace could be made here, run the lab as root.\n");
            resolve(code ?? 2);
        });
    });
}
