/** Runs other programs, remembers the beginning and the end of what they print, and ends them when set-up is interrupted. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

import { howToGet, Problem } from "./problem.mjs";

const running = new Set();

/** How much of a failed program's output is shown. */
const keptFirst = 8;
const keptLast = 8;

/**
 * Runs a program to its end.
 * @param options.onLine called with every line it prints
 * @throws Problem naming the program when it cannot be found; an Error with what it printed when it fails
 */
export function run(command, args, { onLine, timeoutSeconds, ...options } = {}) {
    return new Promise((resolve, reject) => {
        // A group of its own, so that what it started ends with it.
        const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, ...options });
        running.add(child);
        const lines = [];
        const timer = timeoutSeconds && setTimeout(() => end(child), timeoutSeconds * 1000);
        for (const stream of [child.stdout, child.stderr]) {
            let rest = "";
            stream.setEncoding("utf8").on("data", (text) => {
                const whole = (rest + text).split(/[\r\n]+/);
                rest = whole.pop();
                for (const line of whole.filter(Boolean)) {
                    onLine?.(line);
                    lines.push(line);
                    if (lines.length > keptFirst + keptLast) lines.splice(keptFirst, 1);
                }
            });
            stream.on("end", () => rest && lines.push(rest));
        }
        child.on("error", (error) => {
            running.delete(child);
            clearTimeout(timer);
            reject(error.code === "ENOENT" ? missing(command) : error);
        });
        child.on("close", (code, signal) => {
            running.delete(child);
            clearTimeout(timer);
            if (code === 0) resolve();
            else {
                const how = signal ? `was ended by ${signal}` : `ended with ${code}`;
                reject(new Error(`\`${[command, ...args].join(" ")}\` ${how}:\n${lines.join("\n")}`));
            }
        });
    });
}

/** What a short question to a program answers, or undefined where it cannot be asked. */
export function ask(command, args, options = {}) {
    const result = spawnSync(command, args, { encoding: "utf8", timeout: 30_000, ...options });
    return result.status === 0 ? result.stdout.trim() : undefined;
}

/** Ends what runs, and returns when it has ended; what does not within a few seconds is ended the hard way. */
export async function endAll() {
    for (const child of running) end(child);
    const late = setTimeout(() => [...running].forEach((child) => end(child, "SIGKILL")), 3000);
    await Promise.all([...running].map((child) => once(child, "close")));
    clearTimeout(late);
}

export function missing(program) {
    const way = howToGet(program);
    return new Problem(`${program} is missing${way ? `; ${way}` : ""}. Then run the same command again.`);
}

function end(child, signal = "SIGTERM") {
    try {
        process.kill(-child.pid, signal);
    } catch {
        // gone already
    }
}
