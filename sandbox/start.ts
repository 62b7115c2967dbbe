import { parseArgs } from "node:util";

import { colours } from "../cli/colours";
import { runCommand } from "./command";
import type { Environment } from "./environment";
import { say, warnOfForeign } from "./say";
import { awsText } from "./show-aws";
import { routerText } from "./show-router";
import { bucketName, ensureStack, lastChanges } from "./stack";
import { openStandIns } from "./stand-ins";
import { stackName } from "./state";

const usage = `npm start [-- --fresh]

Brings the sandbox stack up with the real Pulumi engine, on an embedded router and an embedded S3, and shows what then
stands on both. What stands there is kept: a second call finds nothing to change.

    --fresh   forget the state, the stack and its configuration first
    --help    this text
`;

const next = `
Next:
    npm run sandbox                                     keep both up to look at, until Ctrl-C
    npm run sandbox -- pulumi preview --diff            what would change
    npm run sandbox -- pulumi config set routeros-s3:uplink 30M
    npm run sandbox -- pulumi up                        make it so
    npm run sandbox -- pulumi refresh                   what somebody changed by hand
    npm run sandbox -- aws s3 cp README.md s3://BUCKET/ --storage-class GLACIER
    npm run sandbox -- pulumi destroy --exclude-protected   the router is as it was before; the bucket stays
`;

async function main(): Promise<number> {
    const { values } = parseArgs({
        options: { fresh: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) {
        process.stdout.write(usage);
        return 0;
    }
    warnOfForeign();
    const standIns = await openStandIns({ what: "npm start", shared: false, fresh: values.fresh ?? false, say });
    try {
        ensureStack(standIns.state, standIns.env, say);
        const code = await runCommand("pulumi", ["up", "--yes", "--skip-preview", "--stack", stackName], standIns.env);
        if (code !== 0) {
            say(`pulumi up ended with ${code}`);
            return code;
        }
        await show(standIns.env);
        return 0;
    } finally {
        await standIns.close();
    }
}

/** Reads back what stands on the router and in S3, and says what to try. */
async function show(env: Environment): Promise<void> {
    const router = {
        url: env["ROUTEROS_URL"] ?? "",
        username: env["ROUTEROS_USERNAME"] ?? "",
        password: env["ROUTEROS_PASSWORD"] ?? "",
    };
    const onRouter = await routerText(router);
    const inAws = await awsText(env);
    print(`\n${colours.bold("On the router")} (read back from ${router.url}):\n${onRouter}\n`);
    print(`\n${colours.bold("In S3")} (read back from ${env["AWS_ENDPOINT_URL"]}):\n${inAws}\n`);
    print(`\n${colours.bold(changesText(lastChanges(env)))}\n`);
    print(next.replace("BUCKET", bucketName(env) ?? "BUCKET"));
}

function changesText(changes: Record<string, number>): string {
    const made = Object.entries(changes).filter(([kind]) => kind !== "same");
    if (made.length === 0) return "No changes: everything stands as the program describes it.";
    return `Changes: ${made.map(([kind, number]) => `${number} ${kind}`).join(", ")}.`;
}

function print(text: string): void {
    process.stdout.write(text);
}

main().then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
        say(error instanceof Error ? error.message : String(error));
        process.exitCode = 1;
    },
);
