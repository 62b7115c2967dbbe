import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { root, sandboxFolder } from "./places";

/** What the sandbox keeps between two calls; `--fresh` forgets all of it. */
export interface SandboxState {
    /** Where the engine's file backend keeps the stack. */
    backend: string;
    /** File with the passphrase of the stack's secrets, made at random. */
    passphraseFile: string;
    routerFile: string;
    /** Of the embedded router's user `admin`, made at random. */
    routerPassword: string;
    /** Folder of the embedded S3 server. */
    awsFolder: string;
}

const folder = path.join(sandboxFolder, "state");
export const stackName = "sandbox";
export const stackFile = path.join(root, `Pulumi.${stackName}.yaml`);

/** Finds what was kept, and makes what is not there yet. */
export function openState(): SandboxState {
    const state = {
        backend: path.join(folder, "backend"),
        passphraseFile: path.join(folder, "passphrase"),
        routerFile: path.join(folder, "router.json"),
        awsFolder: path.join(folder, "aws"),
    };
    for (const made of [state.backend, state.awsFolder]) fs.mkdirSync(made, { recursive: true, mode: 0o700 });
    if (!fs.existsSync(state.passphraseFile)) forgetSalt();
    secret(state.passphraseFile);
    return { ...state, routerPassword: secret(path.join(folder, "router-password")) };
}

export function forgetState(): void {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.rmSync(stackFile, { force: true });
}

function secret(file: string): string {
    if (!fs.existsSync(file)) fs.writeFileSync(file, randomBytes(16).toString("hex"), { mode: 0o600 });
    return fs.readFileSync(file, "utf8");
}

/** A stack file that outlived the state: its salt belongs to a passphrase that is gone. */
function forgetSalt(): void {
    if (!fs.existsSync(stackFile)) return;
    const lines = fs.readFileSync(stackFile, "utf8").split("\n");
    if (lines.some((line) => /^\s+secure:/.test(line))) {
        throw new Error(
            `${path.basename(stackFile)} holds secrets of a sandbox whose passphrase is gone: ` +
                "`npm start -- --fresh` makes both anew",
        );
    }
    fs.writeFileSync(stackFile, lines.filter((line) => !line.startsWith("encryptionsalt:")).join("\n"));
}
