/** The embedded S3 server and the aws command line, in a Python environment of their own. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { commandsFolder, pythonFolder, requirements } from "./paths.mjs";
import { howToGet, Problem } from "./problem.mjs";
import { ask, missing, run } from "./run.mjs";

const stamp = path.join(pythonFolder, ".requirements.sha256");
const interpreter = path.join(pythonFolder, "bin/python");
/** On PATH is this one program of the environment, not its `python` and `pip`. */
const aws = path.join(commandsFolder, "aws");

export function pythonMissing() {
    return !fs.existsSync(interpreter) || read(stamp) !== wanted() || !fs.existsSync(aws);
}

export async function installPython(progress) {
    const python = process.env.PYTHON ?? "python3";
    const version = ask(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    if (version === undefined) throw missing("python3");
    const [major, minor] = version.split(".").map(Number);
    if (major < 3 || minor < 10) throw new Problem(`Python ${version} is too old; ${howToGet("python3")}.`);
    const step = progress.step("python", "installing the S3 server and the aws command line, about a minute");
    try {
        // The environment holds its own path, so it is made in place; the stamp says that it is whole.
        fs.rmSync(stamp, { force: true });
        if (ask(interpreter, ["-m", "pip", "--version"]) === undefined) {
            fs.rmSync(pythonFolder, { recursive: true, force: true });
            if (ask(python, ["-c", "import venv, ensurepip"]) === undefined) throw missing("python3-venv");
            await run(python, ["-m", "venv", pythonFolder]);
        }
        const args = [
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--no-deps",
            "-r",
            requirements,
        ];
        const onLine = (line) => {
            const collecting = /^Collecting (\S+)/.exec(line);
            if (collecting) step.update(`fetching ${collecting[1]}`);
            if (line.startsWith("Installing collected")) step.update("installing what was fetched");
        };
        await run(interpreter, args, { onLine });
        fs.mkdirSync(commandsFolder, { recursive: true });
        fs.rmSync(aws, { force: true });
        fs.symlinkSync(path.relative(commandsFolder, path.join(pythonFolder, "bin/aws")), aws);
        fs.writeFileSync(stamp, wanted());
    } catch (error) {
        step.failed();
        throw error;
    }
    step.done("installed");
}

function wanted() {
    return createHash("sha256").update(fs.readFileSync(requirements)).digest("hex");
}

function read(file) {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}
