import path from "node:path";

const bin = `${path.sep}bin${path.sep}`;

/** A program of the lab: what runs as plain Node is compiled, also where this file is run from its source. */
export function compiledProgram(file: string): string {
    const here = __dirname.includes(bin) ? __dirname : path.join(__dirname, "..", "bin", "lab");
    return path.join(here, file);
}
