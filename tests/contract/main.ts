import { Command } from "commander";

import { checks } from "./checks";
import type { Target } from "./harness/bench";
import { report } from "./harness/report";
import type { Result } from "./harness/runner";
import { runCheck } from "./harness/runner";
import { embedded, real, versions } from "./harness/targets";

interface Options {
    url?: string;
    username: string;
    ca?: string;
    fingerprint?: string;
    allowUsers?: boolean;
    fact?: string;
    routerVersion?: string;
}

const program = new Command("test:contract")
    .description(
        "Asserts what is known of RouterOS's REST API, statement by statement, against the embedded router, or against " +
            "a router of yours. There it works only in rows that it makes itself, in lists, chains and queues of its " +
            "own names that nothing refers to, and removes them again.",
    )
    .option("--url <url>", "a real router, https://192.168.88.1 (CONTRACT_URL); without it the embedded one")
    .option("--username <name>", "(CONTRACT_USERNAME)", process.env["CONTRACT_USERNAME"] ?? "admin")
    .option("--ca <file>", "PEM of the authority that signed the router's certificate (CONTRACT_CA)")
    .option("--fingerprint <sha256>", "of the router's own certificate (CONTRACT_FINGERPRINT)")
    .option("--allow-users", "may make and remove users and groups on a real router (facts 9.4 to 9.6 and 9.26)")
    .option("--fact <number>", "only assertions of this fact, such as 12.5, or of this part, such as 12")
    .option("--router-version <version>", `one version of the embedded router; without it ${versions.join(", ")}`)
    .addHelpText("after", "\nThe password of a real router is taken from CONTRACT_PASSWORD alone.");

/** Said before anything is asked of a router of somebody's. */
const announcement =
    "Scripts go to /rest/execute: they put text, and add, change, move and remove rows of the suite's own list and chain, " +
    "which nothing refers to. Each holds its own commands and no secret, is not stored, and what it made is removed again.";

async function main(): Promise<void> {
    const options = program.parse().opts<Options>();
    const own = checks.filter(({ fact }) => !options.fact || `${fact}.`.startsWith(`${options.fact}.`));
    if (own.length === 0) throw new Error(`no assertion rests on fact ${options.fact}`);
    const results = new Map<string, readonly Result[]>();
    const url = options.url ?? process.env["CONTRACT_URL"];
    if (url) {
        const { target, stop } = await real(access(url, options), options.allowUsers === true);
        if (own.some(({ fact }) => fact.startsWith("18."))) process.stdout.write(`${announcement}\n`);
        results.set(target.version, await run(own, target, `RouterOS ${target.version} at ${url}`));
        stop();
    } else {
        for (const version of options.routerVersion ? [options.routerVersion] : versions) {
            const { target, stop } = await embedded(version);
            results.set(version, await run(own, target, `embedded router, RouterOS ${version}`));
            await stop();
        }
    }
    process.stdout.write(`${report(results)}\n`);
    const all = [...results.values()].flat();
    const count = (outcome: Result["outcome"]) => all.filter((result) => result.outcome === outcome).length;
    process.stdout.write(`\n${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped\n`);
    if (all.some(({ outcome, left }) => outcome === "failed" || left.length > 0)) process.exitCode = 1;
}

async function run(own: typeof checks, target: Target, title: string): Promise<Result[]> {
    process.stdout.write(`${title}\n`);
    const results: Result[] = [];
    for (const check of own) {
        const result = await runCheck(check, target);
        results.push(result);
        const sign = { passed: "ok  ", failed: "FAIL", skipped: "skip" }[result.outcome];
        process.stdout.write(`  ${sign} ${check.fact.padEnd(6)} ${check.mark}  ${check.behaviour}\n`);
    }
    return results;
}

function access(url: string, options: Options) {
    const ca = options.ca ?? process.env["CONTRACT_CA"];
    const fingerprint = options.fingerprint ?? process.env["CONTRACT_FINGERPRINT"];
    return {
        url: url.replace(/\/+$/, "").replace(/\/rest$/, ""),
        username: options.username,
        password: process.env["CONTRACT_PASSWORD"] ?? "",
        ...(ca ? { ca } : {}),
        ...(fingerprint ? { fingerprint } : {}),
    };
}

main().catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    const wayOut = /certificate/.test(text) ? "; --fingerprint or --ca names the one to trust" : "";
    process.stderr.write(`test:contract: ${text}${wayOut}\n`);
    process.exitCode = 1;
});
