import { constants } from "node:fs";
import { access, writeFile } from "node:fs/promises";
import path from "node:path";

import { Command, Option } from "commander";

import type { Verification } from "../../line/output";
import { colours } from "../colours";
import { interruptible } from "../s3/progress";
import type { SendFlags } from "./upload";
import { announcement, explained, sendTarget, targetsOf, within, withSendOptions } from "./upload";
import { exitCodes, untold } from "./verdict";

interface VerifyFlags extends SendFlags {
    load?: string;
    page: string;
    json?: boolean;
}

const help = `
Looks at the router each second while the line is idle, while it sends random bytes to the stack's bucket, and while
another load is on the line: one that you start when it says so, or with --load one that it makes. The upload is
aborted; nothing is stored, and nothing is written to the router. The parts are PUT requests of the storage class.

Where --load points, on a machine beyond the line that is your own, something has to listen: nc -lk 9000 >/dev/null

  npx routeros-s3 verify
  npx routeros-s3 verify --load vps.example.net:9000 --page proof.html

It writes a page and, beside it, a JSON of the same name (--json prints that too; docs/line-json.md has its fields). Ends
with 0 where uploads are shaped, 1 where they are not, 2 where that could not be told, 130 interrupted.`;

/** `routeros-s3 verify`: the proof on a user's own line. */
export function verifyCommand(): Command {
    const command = new Command("verify")
        .description("Prove it on this line: how an upload goes through the router, alone and beside another load.")
        .addOption(new Option("--seconds <seconds>", "of each phase").default(15).argParser(within("seconds", 5, 120)))
        .addOption(
            new Option("--connections <count>", "of the upload").default(6).argParser(within("connections", 1, 64)),
        )
        .option("--load <host:port>", "make another load, to a listener of your own beyond the line")
        .option("--page <file>", "where the page goes", "routeros-s3-verify.html")
        .option("--json", "print JSON and nothing else");
    return withSendOptions(command)
        .addHelpText("after", help)
        .action((flags: VerifyFlags) => run(flags).catch(untold("verify")));
}

async function run(flags: VerifyFlags): Promise<void> {
    const load = flags.load === undefined ? undefined : endOf(flags.load);
    await writable(flags.page);
    const { verify } = await import("../../line/verify.js");
    const { startLoad } = await import("../../line/probes/load.js");
    const { Upload } = await import("../../line/probes/upload.js");
    const { settingsOf } = await import("../router/options.js");
    const { siteOf } = await import("./site.js");
    const settings = await settingsOf(flags);
    const { site, more } = await siteOf(flags, settings);
    const { bucket, target } = await sendTarget(flags);
    const { seconds, connections } = flags;
    const say = (line: string): void => void (flags.json || process.stderr.write(`verify: ${line}\n`));
    say(await announcement(target, seconds * 3, connections, bucket.region));
    try {
        await interruptible(async (signal) => {
            const found = await verify({
                settings,
                site,
                more,
                targets: targetsOf(flags, bucket.region),
                start: () => Upload.start(target, signal),
                seconds,
                connections,
                say,
                signal,
                ...(load && { load: () => startLoad(load) }),
            });
            await print(found, flags);
            process.exitCode = exitCodes[found.verdict];
        }, "stopping: the upload is aborted, nothing stays");
    } catch (error) {
        // Interrupted is said already.
        if (process.exitCode !== 130) throw await explained(error, bucket);
    } finally {
        bucket.client.destroy();
        (await import("../../providers/routeros/runtime/lifecycles.js")).forget();
    }
}

async function writable(file: string): Promise<void> {
    const folder = path.dirname(path.resolve(file));
    await access(folder, constants.W_OK).catch((error: NodeJS.ErrnoException) => {
        throw new Error(
            `--page is "${file}", and nothing can be written to ${folder} (${error.code ?? ""}); name another`,
        );
    });
}

function endOf(text: string): { host: string; port: number } {
    const [, host, port] = /^\[?(.+?)\]?:(\d+)$/.exec(text) ?? [];
    if (host !== undefined && Number(port) > 0 && Number(port) < 65536) return { host, port: Number(port) };
    throw new Error(`--load is "${text}"; it is written host:port, such as vps.example.net:9000`);
}

async function print(found: Verification, { page, json }: VerifyFlags): Promise<void> {
    const { verificationFigures, verificationSentence } = await import("../../line/views/verification.js");
    const { verificationPage } = await import("../../line/views/verification-page.js");
    const data = `${JSON.stringify(found, undefined, 2)}\n`;
    const beside = page.replace(/(\.html?)?$/i, ".json");
    await writeFile(page, await verificationPage(found, new Date().toISOString().slice(0, 16).replace("T", " ")));
    await writeFile(beside, data);
    if (json) {
        process.stdout.write(data);
        return;
    }
    const paint = { shaped: colours.green, "not-shaped": colours.red, undecided: colours.yellow }[found.verdict];
    const lines = verificationFigures(found).map(([what, value]) => `  ${what}: ${value}`);
    process.stdout.write(
        [
            colours.bold(paint(verificationSentence(found))),
            "",
            ...lines,
            "",
            `${page} and ${beside} are written`,
            "",
        ].join("\n"),
    );
}
