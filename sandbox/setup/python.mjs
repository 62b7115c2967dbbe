/** The embedded S3 server and the aws command line, in a Python environment of their own. */
import fs from "node:fs";
import path from "node:path";

import { commandsFolder, pythonFolder, requirements } from "./paths.mjs";
import { howToGet, Problem } from "./problem.mjs";
import { ask, missing } from "./run.mjs";
import { Venv } from "./venv.mjs";

const venv = new Venv(pythonFolder, requirements);
/** On PATH is this one program of the environment, not its `python` and `pip`. */
const aws = path.join(commandsFolder, "aws");

export function pythonMissing() {
    return venv.missing || !fs.existsSync(aws);
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
    fs.symlinkSync(path.relative(commandsFolder, path.join(pythonFolder, "bin/aws")), aws);
}
