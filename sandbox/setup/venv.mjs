/** A Python environment with pinned packages, made once and again whenever its list of packages changes. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { missing, ask, run } from "./run.mjs";

export class Venv {
    /** @param requirements every package with its version: nothing else is installed */
    constructor(folder, requirements) {
        this.folder = folder;
        this.requirements = requirements;
        this.interpreter = path.join(folder, "bin/python");
        this.stamp = path.join(folder, ".requirements.sha256");
    }

    get missing() {
        return !fs.existsSync(this.interpreter) || read(this.stamp) !== this.#wanted();
    }

    /** @param options.pip further arguments for `pip install` */
    async install(python, step, { pip = [] } = {}) {
        try {
            // The environment holds its own path, so it is made in place; the stamp says that it is whole.
            fs.rmSync(this.stamp, { force: true });
            if (ask(this.interpreter, ["-m", "pip", "--version"]) === undefined) {
                fs.rmSync(this.folder, { recursive: true, force: true });
                if (ask(python, ["-c", "import venv, ensurepip"]) === undefined) throw missing("python3-venv");
                await run(python, ["-m", "venv", this.folder]);
            }
            const quiet = ["--disable-pip-version-check", "--no-input"];
            const args = ["-m", "pip", "install", ...quiet, "--no-deps", ...pip, "-r", this.requirements];
            const onLine = (line) => {
                const collecting = /^Collecting (\S+)/.exec(line);
                if (collecting) step.update(`fetching ${collecting[1]}`);
                if (line.startsWith("Installing collected")) step.update("installing what was fetched");
            };
            await run(this.interpreter, args, { onLine });
            fs.writeFileSync(this.stamp, this.#wanted());
        } catch (error) {
            step.failed();
            throw error;
        }
        step.done("installed");
    }

    #wanted() {
        return createHash("sha256").update(fs.readFileSync(this.requirements)).digest("hex");
    }
}

function read(file) {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}
