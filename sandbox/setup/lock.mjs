/** One set-up at a time in a checkout: a second one waits for the first; a lock whose process is gone is taken over. */
import fs from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { lives } from "./alive.cjs";

/** Takes the lock, waiting for a living holder. `onWait` is called once with the holder's process id. */
export async function takeLock(file, onWait) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) });
    // Written aside and linked into place, so that a lock never stands there without its holder's name.
    const own = `${file}.${process.pid}`;
    fs.writeFileSync(own, mine);
    try {
        for (let waited = false; ; await wait(250)) {
            try {
                fs.linkSync(own, file);
                return () => release(file, mine);
            } catch (error) {
                if (error.code !== "EEXIST") throw error;
            }
            const found = read(file);
            if (found === undefined) continue;
            if (!isAlive(found)) {
                takeOver(file, found);
                continue;
            }
            if (!waited) onWait(holder(found).pid);
            waited = true;
        }
    } finally {
        fs.rmSync(own, { force: true });
    }
}

/** Moves a dead lock away; a lock that another process put there in the meantime is put back. */
function takeOver(file, dead) {
    const aside = `${file}.${process.pid}.dead`;
    try {
        fs.renameSync(file, aside);
        if (read(aside) !== dead) fs.linkSync(aside, file);
    } catch (error) {
        if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
    } finally {
        fs.rmSync(aside, { force: true });
    }
}

function release(file, mine) {
    if (read(file) === mine) fs.rmSync(file, { force: true });
}

function read(file) {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}

function holder(content) {
    try {
        return JSON.parse(content);
    } catch {
        return {};
    }
}

/** Whether the process that wrote a lock lives: the same id can be another process by now, so its start counts too. */
function isAlive(content) {
    const { pid, started } = holder(content);
    if (!Number.isInteger(pid) || !lives(pid)) return false;
    return started === undefined || started === startOf(pid);
}

/** When a process started, as far as the system tells (Linux), else undefined. */
function startOf(pid) {
    try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
        return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    } catch {
        return undefined;
    }
}
