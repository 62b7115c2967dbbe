/**
 * `npm run test:aws`: the cloud side on a real account, with Pulumi's own AWS plugin. Makes one bucket, one user and,
 * for a minute, that user's key; uploads 9 MB; removes all of it. Costs less than a cent. Runs only when it is asked
 * to by the number of the account, which has to be the one that the credentials belong to.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const account = process.env.ROUTEROS_S3_AWS_ACCOUNT ?? "";
const endpoint = Object.keys(process.env).find((name) => name.startsWith("AWS_ENDPOINT_URL"));

if (!/^\d{12}$/.test(account)) {
    refuse(
        "this makes a bucket and a user in a real AWS account, uploads 9 MB and removes all of it again; " +
            "to run it, set ROUTEROS_S3_AWS_ACCOUNT to the account's number (twelve digits), and credentials as for the aws command",
    );
} else if (endpoint) {
    refuse(`${endpoint} is set, so this would not reach AWS; unset it`);
} else {
    const jest = createRequire(import.meta.url).resolve("jest/bin/jest.js");
    const args = [jest, "--runInBand", "--testMatch", "**/tests/aws/account.ts", ...process.argv.slice(2)];
    process.exitCode = spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
}

function refuse(reason) {
    process.stderr.write(`test:aws: ${reason}\n`);
    process.exitCode = 2;
}
