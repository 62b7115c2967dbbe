import { parseArgs } from "node:util";

import { runCommand, untilInterrupted } from "./command";
import { say, warnOfForeign } from "./say";
import { ensureStack } from "./stack";
import { openStandIns } from "./stand-ins";

const usage = `npm run sandbox -- [--fresh] [--line <rate>] [<command> [arguments…]]

Runs a command with the embedded router and the embedded S3 up and its environment set: the engine, the stack, how to
reach both. Without a command, keeps both up until Ctrl-C; other \`npm run sandbox\` commands then use them.
What stands on both is kept between calls.

    npm run sandbox -- pulumi preview --diff
    npm run sandbox -- pulumi config set routeros-s3:uplink 30M
    npm run sandbox -- pulumi up
    npm run sandbox -- aws s3 ls
    npm run sandbox -- env ROUTEROS_URL=https://192.168.88.1 ROUTEROS_USERNAME=… ROUTEROS_PASSWORD=… pulumi up --yes

    npm run sandbox -- --line 20M aws s3 cp photos.tar s3://my-bucket/

    --line    a real line of this upload rate behind the router, made of network namespaces (Linux, as root): what is
              written on the router shapes its packets, and REST and the page show the kernel's counters. Commands run
              on a host of the LAN, where S3 answers at its own name
    --fresh   forget the state, the stack and its configuration first
    --help    this text
`;

async function main(): Promise<number> {
    // Options end where the command begins: what follows is the command's own.
    const given = process.argv.slice(2);
    const first = given.findIndex((word, index) => !word.startsWith("-") && given[index - 1] !== "--line");
    const own = first === -1 ? given : given.slice(0, first);
    const command = first === -1 ? [] : given.slice(first);
    const { values } = parseArgs({
        args: own,
        options: { fresh: { type: "boolean" }, line: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) {
        process.stdout.write(usage);
        return 0;
    }
    warnOfForeign();
    const what = ["npm run sandbox", ...(command.length > 0 ? ["--", ...command] : [])].join(" ");
    const line = values.line === undefined ? {} : { line: rateOf(values.line) };
    const standIns = await openStandIns({ what, shared: true, fresh: values.fresh ?? false, say, ...line });
    try {
        ensureStack(standIns.state, standIns.env, say);
        const [program, ...args] = command.length > 0 ? [...standIns.enter, ...command] : [];
        if (program !== undefined) return await runCommand(program, args, standIns.env);
        if (standIns.owner !== undefined) {
            say(`process ${standIns.owner} has it up already`);
            return 0;
        }
        const { ROUTEROS_URL: url, ROUTEROS_USERNAME: user, ROUTEROS_PASSWORD: password } = standIns.env;
        say(`router  ${url}  user ${user}, password ${password}; its page is at the same address`);
        say(`S3      ${standIns.env["AWS_ENDPOINT_URL"] ?? "at its own name"}`);
        say("up until Ctrl-C; in another terminal: npm run sandbox -- pulumi preview --diff");
        await untilInterrupted();
        say("stopping");
        return 0;
    } finally {
        await standIns.close();
    }
}

/** `20M`, `512k`, `1G` or plain bit/s. */
function rateOf(text: string): number {
    const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(text) ?? [];
    const rate = Number(number) * ({ k: 1e3, M: 1e6, G: 1e9 }[unit] ?? 1);
    if (!(rate >= 64e3 && rate <= 1e9))
        throw new Error(`--line ${text}: an upload rate from 64k to 1G is meant, such as 20M`);
    return rate;
}

main().then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
        say(error instanceof Error ? error.message : String(error));
        process.exitCode = 1;
    },
);
