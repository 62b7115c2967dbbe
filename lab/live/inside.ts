import path from "node:path";

import { engineBin, root } from "../../sandbox/places";
import { NoGround } from "../ground/ground";
import { runMachine, sweepMachines, whyNoMachine } from "../ground/machine";
import { beat } from "../ground/virtual";
import { endOnSignals } from "../groups";
import { findKernel } from "../kernel/place";

/** For the engine, its plugins, the embedded router, the embedded S3 and what they keep in memory. In MiB. */
const memory = 4096;
/** The engine may say nothing for long on a busy host; the machine itself says that it lives. In seconds. */
const silence = 900;

/**
 * `lab:live` in a machine of its own, in virtual time: engine, embedded router, line and packets. How busy this host is
 * changes nothing in it but how long it takes. Returns whether all bounds were kept; throws what the program inside said last where it
 * could not measure.
 */
export async function liveInside(words: readonly string[], print: (text: string) => void, seed = 1): Promise<boolean> {
    const kernel = findKernel();
    if (kernel === undefined) throw new NoGround("The lab's kernel is not there: npm run lab:kernel builds it.");
    sweepMachines();
    endOnSignals(() => sweepMachines(true));
    const why = await whyNoMachine(kernel, memory);
    if (why !== undefined) throw new NoGround(why);
    const command = ["/bin/sh", "-c", script, root, process.execPath, engineBin, path.join(root, "bin"), ...words];
    let good = false;
    await runMachine({
        kernel,
        seed,
        memory,
        silence,
        command,
        onLine: (line) => {
            if (line.startsWith(verdict)) good = line === `${verdict}0`;
            else if (line !== beat) print(line);
        },
    });
    return good;
}

const verdict = "verdict: ";

/**
 * The host's files are read only: the programs lie in memory, where the build may look after them. Each Node works without
 * helper threads, for where nothing costs time one that asks again and again for a helper never lets it run.
 */
const script = `
node=$1 engine=$2 programs=$3
shift 3
cp -r "$programs" /run/programs && mount --bind /run/programs "$programs" || exit
mkdir /run/path
printf '#!/bin/sh\\nexec "%s" --single-threaded "$@"\\n' "$node" > /run/path/node
chmod +x /run/path/node
export PATH="/run/path:$engine:$PATH"
while sleep 5; do echo "${beat}"; done &
cd "$0" && node "$programs/lab/live/main.js" "$@"
code=$?
echo "${verdict}$code"
[ $code -lt 2 ]
`;
