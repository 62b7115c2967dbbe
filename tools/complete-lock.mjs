/**
 * Completes package-lock.json for other systems than this one: `node tools/complete-lock.mjs`.
 *
 * npm leaves an optional package out of the lock file when its registry did not answer for it, and `npm ci` then calls
 * the lock file out of step with package.json. Run after `npm install` wherever a registry serves part of them only.
 * A completed entry has no checksum; npm adds it where it installs the package.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const file = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../package-lock.json");
const lock = JSON.parse(fs.readFileSync(file, "utf8"));
const systems = new Set(["aix", "android", "darwin", "freebsd", "linux", "openbsd", "openharmony", "sunos", "win32"]);
const processors = { armv7: "arm", arm: "arm" };

let added = 0;
for (const [place, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
        const exact = /^\d+\.\d+\.\d+[\w.-]*$/.test(version);
        const system = systemOf(name);
        if (!exact || system === undefined || `node_modules/${name}` in lock.packages) continue;
        if (`${place}/node_modules/${name}` in lock.packages) continue;
        lock.packages[`node_modules/${name}`] = { version, ...system, dev: entry.dev, optional: true };
        added += 1;
    }
}
if (added > 0) {
    lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
    fs.writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
}
console.log(`package-lock.json: ${added} packages of other systems added`);

/** The system that a package's name ends in, such as `…-linux-arm-gnueabihf`, or undefined for any other name. */
function systemOf(name) {
    const words = name.split(/[/-]/);
    const at = words.findIndex((word) => systems.has(word));
    const cpu = words[at + 1];
    return at > 0 && cpu !== undefined ? { cpu: [processors[cpu] ?? cpu], os: [words[at]] } : undefined;
}
