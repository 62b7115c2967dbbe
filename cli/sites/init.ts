import { Command } from "commander";

import { readSite, SiteProblems } from "../../components/site/site";
import { Client } from "../../providers/routeros/runtime/router/client";
import { readSettings } from "../../providers/routeros/runtime/router/settings";
import type { Ask } from "./ask";
import { questions } from "./ask";
import { openWorkspace } from "./engine";
import { credentials } from "./prepare";
import type { RouterFacts } from "./router-facts";
import { certificateOf, factsOf } from "./router-facts";
import { readProject } from "./site-files";
import { makeSite } from "./stack-file";

interface InitFlags {
    url?: string;
    username?: string;
    fingerprint?: string;
    allowPlaintext?: boolean;
    passwordCommand?: string;
    wan?: string;
    uplink?: string;
    region?: string;
    yes?: boolean;
}

/** `sites init`: a stack file that works, tried on the router before it is written. */
export function initCommand(): Command {
    return new Command("init")
        .description("Makes a site: asks for what is missing, tries the router, and writes Pulumi.<site>.yaml.")
        .argument("<site>", "name of the site, which is that of its stack")
        .option("--url <url>", "address of the router, such as https://192.168.88.1")
        .option("--username <name>", "user on the router")
        .option("--fingerprint <sha256>", "the router's certificate, known beforehand")
        .option("--allow-plaintext", "take http:// too: the password goes over the network in plain text")
        .option("--password-command <command>", "prints the password; it finds the site's name in $SITE")
        .option("--wan <interface>", "WAN interface (default: that of the default route)")
        .option("--uplink <rate>", "measured upload rate, such as 20M")
        .option("--region <region>", "AWS region of the bucket")
        .option("--yes", "pin the certificate that the router shows, and take what is proposed")
        .addHelpText("after", "\nThe password is asked for, or read from ROUTEROS_PASSWORD; there is no option for it.")
        .action(init);
}

async function init(name: string, flags: InitFlags): Promise<void> {
    if (!/^[A-Za-z0-9_.-]{1,100}$/.test(name))
        throw new Error(`${name} is no name of a stack: letters, digits, dots, hyphens and underscores, at most 100`);
    const workspace = await openWorkspace();
    const { name: project, shared, sites } = await readProject(workspace);
    if (sites.some((site) => site.name === name))
        throw new Error(`Pulumi.${name}.yaml stands already; \`pulumi config set -s ${name}\` changes it`);
    const ask = questions(flags.yes === true);
    try {
        const url = await ask("Address of the router", flags.url ?? shared["routeros:url"]);
        const username = await ask("User on the router", flags.username ?? shared["routeros:username"] ?? "pulumi");
        const given =
            process.env["ROUTEROS_PASSWORD"] ?? (await credentials(name, flags.passwordCommand))["ROUTEROS_PASSWORD"];
        const password = given ?? (await ask("Password", undefined, { hidden: true }));
        const fingerprint = await pinFor(url, flags, ask);
        const facts = await tryRouter({ url, username, password, fingerprint, flags });
        const wan = await ask("WAN interface", flags.wan ?? facts.wan);
        const uplink = await ask("Measured upload rate", flags.uplink ?? (shared[`${project}:uplink`] || undefined));
        const region = await ask("AWS region", flags.region ?? shared["aws:region"]);
        const config: Record<string, string> = {
            "aws:region": region,
            "routeros:url": url,
            "routeros:username": username,
            ...(fingerprint === undefined ? {} : { "routeros:certificateFingerprint": fingerprint }),
            ...(url.startsWith("http:") ? { "routeros:allowPlaintext": "true" } : {}),
            [`${project}:wanInterface`]: wan,
            [`${project}:uplink`]: uplink,
        };
        judge({ ...shared, ...config }, project);
        await makeSite(workspace, name, config, password);
        console.log(`\nPulumi.${name}.yaml is written. Next:\n\n  routeros-s3 sites up --only ${name}`);
    } finally {
        ask.close();
    }
}

function judge(config: Record<string, string>, project: string): void {
    try {
        readSite(config, { namespace: project });
    } catch (error) {
        throw error instanceof SiteProblems ? new Error(error.message) : error;
    }
}

/** Shows the certificate, and pins it where no authority vouches for it. */
async function pinFor(url: string, { fingerprint, yes }: InitFlags, ask: Ask): Promise<string | undefined> {
    if (fingerprint !== undefined || !URL.canParse(url) || !url.startsWith("https:")) return fingerprint;
    const seen = await certificateOf(new URL(url), 10_000);
    if (seen.isTrusted) return undefined;
    console.log(`The router's certificate is its own:\n\n  SHA-256 ${seen.fingerprint}\n`);
    console.log("On the router, `/certificate print detail` shows the same.");
    if (yes) return seen.fingerprint;
    const answer = await ask("Pin it? (yes/no)");
    if (answer !== "yes") throw new Error("nothing is written; --fingerprint takes a certificate known beforehand");
    return seen.fingerprint;
}

interface Trial {
    url: string;
    username: string;
    password: string;
    fingerprint: string | undefined;
    flags: InitFlags;
}

async function tryRouter({ url, username, password, fingerprint, flags }: Trial): Promise<RouterFacts> {
    const given: Record<string, string | undefined> = {
        "routeros:url": url,
        "routeros:username": username,
        "routeros:password": password,
        "routeros:certificateFingerprint": fingerprint,
        "routeros:allowPlaintext": flags.allowPlaintext ? "true" : undefined,
    };
    const client = new Client(readSettings((key) => given[key], "", {}));
    try {
        const facts = await factsOf(client, username);
        console.log(`${client.router}: ${facts.board}, RouterOS ${facts.version}`);
        const { missingRights } = facts;
        if (missingRights === undefined) console.log(`the rights of ${username} cannot be read`);
        else if (missingRights.length > 0)
            throw new Error(
                `${username} lacks ${missingRights.join(", ")}; its group needs read, write, api and rest-api`,
            );
        return facts;
    } finally {
        client.close();
    }
}
