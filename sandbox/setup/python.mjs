/** The embedded S3 server and the aws command line, in a Python environment of their own. */
import fs from "node:fs";
import path from "node:path";

import { commandsFolder, pythonFolder, requirements } from "./paths.mjs";
import { howToGet, Problem } from "./problem.mjs";
import { ask, missing } from "./run.mjs";
import { Venv } from "./venv.mjs";

const venv = new Venv(pythonFolder, requirements);
/**
 * On PATH is this one program of the environment, not its `python` and `pip`. By a path from where it stands, so that a
 * checkout can be moved: what pip makes holds the path of the day.
 */
const aws = path.join(commandsFolder, "aws");
const text = `#!/bin/sh\nexec "$(dirname "$0")/${path.relative(commandsFolder, pythonFolder)}/bin/python" -m awscli "$@"\n`;

export function pythonMissing() {
    return venv.missing || !awsStands();
}

export async function installPython(progress) {
    const python = process.env.PYTHON ?? "python3";
    const version = ask(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    if (version === undefined) throw missing("python3");
    const [major, minor] = version.split(".").map(Number);
    if (major < 3 || minor < 10) throw new Problem(`Python ${version} is too old; ${howToGet("python3")}.`);
    const step = progress.step("python", "installing the S3 server and the aws command line, about a minute");
    await venv.install(python, step);
    fs.mkdirSync(commandsFolder, { recursive: true });
    fs.rmSync(aws, { force: true });
    fs.writeFileSync(aws, text, { mode: 0o755 });
}

function awsStands() {
    try {
        return fs.readFileSync(aws, "utf8") === text;
    } catch {
        return false;
    }
}
