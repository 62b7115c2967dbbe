/** Other people's REST clients for RouterOS, which the tests let loose on the embedded router. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { peersFolder, peersRequirements } from "./paths.mjs";
import { ask, missing } from "./run.mjs";
import { Venv } from "./venv.mjs";

/** rest-routeros says that it needs this; its code, 50 lines over httpx, also runs on an older one. */
const wanted = 13;
const venv = new Venv(peersFolder, peersRequirements);

export function peersMissing() {
    return venv.missing;
}

export async function installPeers(progress) {
    const step = progress.step("peers", "installing other REST clients, to test the embedded router with");
    const python = newest();
    // Where there is no Python 3.13, its requirement is passed over rather than the client left untested.
    await venv.install(python.command, step, { pip: python.minor < wanted ? ["--ignore-requires-python"] : [] });
}

function newest() {
    const named = ["python3.14", "python3.13", process.env.PYTHON ?? "python3"];
    const pyenv = path.join(process.env.PYENV_ROOT ?? path.join(os.homedir(), ".pyenv"), "versions");
    const kept = fs.existsSync(pyenv) ? fs.readdirSync(pyenv).map((name) => path.join(pyenv, name, "bin/python3")) : [];
    const found = [...kept.filter((file) => /\/3\.1[34]\.[^/]*\/bin/.test(file)), ...named].flatMap((command) => {
        const answer = ask(command, ["-c", "import sys, venv, ensurepip; print(sys.version_info[1])"]);
        return answer === undefined ? [] : [{ command, minor: Number(answer) }];
    });
    const best = found.sort((left, right) => right.minor - left.minor)[0];
    if (!best) throw missing(ask("python3", ["--version"]) === undefined ? "python3" : "python3-venv");
    return best;
}
