/** The first import of whatever a person starts: a Node that is too old is said in one line, not by what fails in it. */

/** As package.json's `engines` says. From here on `require` takes packages that are ECMAScript modules. */
export const oldestNode = "22.12.0";

export function tooOld(version: string): string | undefined {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const [wantedMajor = 0, wantedMinor = 0] = oldestNode.split(".").map(Number);
    if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return undefined;
    return `routeros-s3 needs Node ${oldestNode} or newer, and this is ${version}. Install it from https://nodejs.org`;
}

const problem = tooOld(process.versions.node);
if (problem !== undefined) {
    // Pulumi prints an error of its own kind without a stack.
    throw Object.assign(new Error(problem), { __pulumiRunError: true, stack: problem });
}
