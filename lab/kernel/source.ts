import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

import { ProgramFailed, runGroup } from "../groups";

/** The Debian package whose sources are known to work. */
const sourcePackage = "linux-source-6.12";
/** Programs that make needs and that are fetched, without being installed, where they are missing. */
const fetched = { flex: ["flex"], bison: ["bison"], m4: ["m4", "libsigsegv2"], bc: ["bc"] };

/** Of other machines, or for devices that no machine of ours has: not unpacked. Kconfig files are needed of all. */
const unneeded = [
    "*/Documentation/[a-z]*",
    "*/tools/testing/*",
    "*/sound/*.[ch]",
    ...["gpu", "infiniband", "media", "net/ethernet", "net/wireless", "scsi", "staging", "usb"].map(
        (folder) => `*/drivers/${folder}/*.[ch]`,
    ),
    "*/arch/[a-tv-wyz]*/*.[chS]",
    "*.dts",
    "*.dtsi",
    "*.git/*",
];
const exclude = unneeded.map((pattern) => `--exclude=${pattern}`);

/** A line for the person, of what cannot work here and what to do about it. */
export class CannotBuild extends Error {
    override readonly name = "CannotBuild";
}

/** Unpacks the sources into `into`: those of a tree or an archive that is given, or Debian's. Returns their version. */
export async function unpackSource(given: string | undefined, work: string, into: string): Promise<string> {
    mkdirSync(into, { recursive: true });
    if (given !== undefined) {
        if (!existsSync(given)) throw new CannotBuild(`--source ${given}: there is no such file or folder.`);
        if (statSync(given).isDirectory()) {
            versionOf(given);
            await pipe(`tar -C "$1" -c "\${@:3}" . | tar -C "$2" -x`, [given, into, ...exclude]);
        } else await unpackArchive(given, into);
    } else await unpackArchive(await debianSource(work), into);
    return versionOf(into);
}

/** `6.12.117`, from the tree's Makefile. */
export function versionOf(tree: string): string {
    const makefile = path.join(tree, "Makefile");
    const text = existsSync(makefile) ? readFileSync(makefile, "utf8") : "";
    const numbers = ["VERSION", "PATCHLEVEL", "SUBLEVEL"].map(
        (key) => new RegExp(`^${key} = (\\d+)$`, "m").exec(text)?.[1],
    );
    if (numbers.includes(undefined) || !existsSync(path.join(tree, "arch", "um")))
        throw new CannotBuild(`${tree} is no tree of Linux's sources: no Makefile with its version, or no arch/um.`);
    return numbers.join(".");
}

function unpackArchive(archive: string, into: string): Promise<string> {
    return runGroup("tar", ["-xf", archive, "-C", into, "--strip-components=1", ...exclude]);
}

async function debianSource(work: string): Promise<string> {
    const [archive = ""] = await downloaded([sourcePackage], work);
    const folder = path.join(work, "package");
    await runGroup("dpkg-deb", ["-x", archive, folder]);
    return path.join(folder, "usr", "src", `${sourcePackage}.tar.xz`);
}

/** What must be installed, and the Debian packages it comes in. */
const installed = { gcc: "gcc libc6-dev", make: "make", ld: "binutils", tar: "tar", setpriv: "util-linux" };

export function checkPrograms(): void {
    for (const [program, packages] of Object.entries(installed))
        if (!onPath(program))
            throw new CannotBuild(`The program ${program} is missing: apt-get install -y ${packages}`);
}

/** Environment in which make finds what it needs. Programs that are missing are fetched from Debian into `work`. */
export async function buildTools(work: string): Promise<NodeJS.ProcessEnv> {
    const packages = Object.entries(fetched).flatMap(([program, names]) => (onPath(program) ? [] : names));
    const path0 = process.env["PATH"] ?? "";
    // Nothing of the caller's shell reaches the build: it is the same on the next machine.
    const env = { PATH: path0, HOME: work, LC_ALL: "C" };
    if (packages.length === 0) return env;
    const tools = path.join(work, "tools");
    for (const archive of await downloaded(packages, work)) await runGroup("dpkg-deb", ["-x", archive, tools]);
    const libraries = readdirSync(path.join(tools, "usr", "lib"))
        .map((name) => path.join(tools, "usr", "lib", name))
        .join(":");
    return {
        ...env,
        PATH: `${path.join(tools, "usr", "bin")}:${path0}`,
        LD_LIBRARY_PATH: libraries,
        ...(packages.includes("m4") && { M4: path.join(tools, "usr", "bin", "m4") }),
        ...(packages.includes("bison") && { BISON_PKGDATADIR: path.join(tools, "usr", "share", "bison") }),
    };
}

/** Archives of Debian packages, fetched into a folder and not installed. */
async function downloaded(packages: string[], work: string): Promise<string[]> {
    if (!onPath("apt-get") || !onPath("dpkg-deb"))
        throw new CannotBuild(
            `There is no apt-get here to fetch ${packages.join(", ")} with: install what is missing, and give a tree of ` +
                "Linux 6.12's sources (npm run lab:kernel -- --source <folder>).",
        );
    const folder = path.join(work, "packages");
    mkdirSync(folder, { recursive: true });
    const fetch = (): Promise<string> =>
        runGroup("apt-get", ["download", "-q", "-o", "APT::Sandbox::User=root", ...packages], { cwd: folder });
    try {
        await fetch().catch(async (error: unknown) => {
            // A fresh machine has no lists of packages yet; only root may get them.
            if (process.getuid?.() !== 0) throw error;
            await runGroup("apt-get", ["update", "-qq"]);
            return fetch();
        });
    } catch (error) {
        const why = error instanceof ProgramFailed ? error.message : String(error);
        throw new CannotBuild(`${why}. Run apt-get update, or give --source <folder>.`);
    }
    return readdirSync(folder)
        .filter((name) => packages.some((wanted) => name.startsWith(`${wanted}_`)))
        .map((name) => path.join(folder, name));
}

function onPath(program: string): boolean {
    return (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(path.join(folder, program)));
}

function pipe(script: string, args: string[]): Promise<string> {
    return runGroup("bash", ["-o", "pipefail", "-c", script, "bash", ...args]);
}
