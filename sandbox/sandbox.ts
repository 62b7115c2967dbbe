import { parseArgs } from "node:util";

import { runCommand, untilInterrupted } from "./command";
import { say, warnOfForeign } from "./say";
import { ensureStack } from "./stack";
import { openStandIns } from "./stand-ins";

const usage = `npm run sandbox -- [--fresh] [<command> [arguments…]]

Runs a command with the embedded router and the embedded S3 up and its environment set: the engine, the stack, how to
reach both. Without a command, keeps both up until Ctrl-C; other \`npm run sandbox\` commands then use them.
What stands on both is kept between calls.

    npm run sandbox -- pulumi preview --diff
    npm run sandbox -- pulumi config set routeros-s3:uplink 30M
    npm run sandbox -- pulumi up
    npm run sandbox -- aws s3 ls
    npm run sandbox -- env ROUTEROS_URL=https://192.168.88.1 ROUTEROS_USERNAME=… ROUTEROS_PASSWORD=… pulumi up --yes

    --fresh   forget the state, the stack and its configuration first
    --help    this text
`;

async function main(): Promise<number> {
    // Options end where the command begins: what follows is the command's own.
    const given = process.argv.slice(2);
    const first = given.findIndex((word) => !word.startsWith("-"));
    const own = first === -1 ? given : given.slice(0, first);
    const command = first === -1 ? [] : given.slice(first);
    const { values } = parseArgs({
        args: own,
        options: { fresh: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) {
        process.stdout.write(usage);
        return 0;
    }
    warnOfForeign();
    const what = ["npm run sandbox", ...(command.length > 0 ? ["--", ...command] : [])].join(" ");
    const standIns = await openStandIns({ what, shared: true, fresh: values.fresh ?? false, say });
    try {
        ensureStack(standIns.state, standIns.env, say);
        const [program, ...args] = command;
        if (program !== undefined) return await runCommand(program, args, standIns.env);
        if (standIns.owner !== undefined) {
            say(`process ${standIns.owner} has it up already`);
            return 0;
        }
        say(`router  ${standIns.env["ROUTEROS_URL"]}  user ${standIns.env["ROUTEROS_USERNAME"]}`);
        say(`S3      ${standIns.env["AWS_ENDPOINT_URL"]}`);
        say("up until Ctrl-C; in another terminal: npm run sandbox -- pulumi preview --diff");
        await untilInterrupted();
        say("stopping");
        return 0;
    } finally {
        await standIns.close();
    }
}

main().then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
        say(error instanceof Error ? error.message : String(error));
        process.exitCode = 1;
    },
);
