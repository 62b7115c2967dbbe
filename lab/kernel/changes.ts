/** What is changed in the kernel's sources, so that a run depends on its seed and on nothing of the host. */
export interface Change {
    file: string;
    why: string;
    /** Must be found exactly once. */
    find: RegExp;
    put: string;
}

const call = String.raw`os_getrandom\((?:[^()]|\([^()]*\))*\)`;

export const changes: readonly Change[] = [
    {
        file: "arch/um/Kconfig",
        why: "timers in steps of 1 ms, not 10",
        find: /(\bconfig HZ\s+int\s+default )100\b/g,
        put: "$11000",
    },
    {
        file: "arch/um/include/asm/archrandom.h",
        why: "no randomness from the host in the kernel's pool",
        find: new RegExp(`= ${call}`, "g"),
        put: "= 0",
    },
    {
        file: "arch/um/kernel/um_arch.c",
        why: "no randomness from the host at boot",
        find: new RegExp(call, "g"),
        put: "0",
    },
];

/** The file with the change made. Throws where the file is not the one the change was written for. */
export function changed(text: string, { file, find, put, why }: Change): string {
    const places = [...text.matchAll(find)].length;
    if (places === 1) return text.replace(find, put);
    throw new Error(
        `${file} is not the file that "${why}" was written for: its place was found ${places} times. ` +
            "Linux 6.12 is known to work (--source).",
    );
}
