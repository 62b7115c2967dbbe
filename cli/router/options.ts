import type { Command } from "commander";

import { routerProblems } from "../../providers/routeros/configuration";
import {
    type ConnectionKey,
    connectionsOf,
    environmentName,
    keyLabel,
    readSettings,
    type Settings,
} from "../../providers/routeros/runtime/router/settings";
import { stackConfig } from "../stack/config";

/** How a command reaches a router. There is no option for the password: others on this machine could read it. */
export interface RouterFlags {
    url?: string;
    username?: string;
    connection?: string;
    caCertificate?: string;
    fingerprint?: string;
    allowPlaintext?: boolean;
    timeout?: string;
    stack?: string;
}

const help = `
Which router, and how: these options, over the environment (ROUTEROS_URL, ROUTEROS_USERNAME, ROUTEROS_PASSWORD, …), over
the configuration of the stack (--stack, or the one that is selected in this folder). With --url or ROUTEROS_URL no stack
is asked, unless --stack names one. The password comes from the environment or the stack; there is no option for it.`;

export function withRouterOptions(command: Command): Command {
    return command
        .option("--stack <name>", "the stack whose router it is (default: the one that is selected)")
        .option("--url <url>", "address of the router, such as https://192.168.88.1 (or ROUTEROS_URL)")
        .option("--username <name>", "user on the router (or ROUTEROS_USERNAME)")
        .option("--connection <name>", "a router of routeros:connections (or ROUTEROS_<NAME>_URL, …)")
        .option("--ca-certificate <path>", "certificate of the authority, PEM (or ROUTEROS_CA_CERTIFICATE)")
        .option("--fingerprint <sha256>", "pinned certificate (or ROUTEROS_CERTIFICATE_FINGERPRINT)")
        .option("--allow-plaintext", "take http:// too (or ROUTEROS_ALLOW_PLAINTEXT)")
        .option("--timeout <seconds>", "for one request (or ROUTEROS_TIMEOUT_SECONDS)")
        .addHelpText("after", help);
}

/** Options over environment over the stack's configuration. */
export async function settingsOf(flags: RouterFlags): Promise<Settings> {
    const name = flags.connection ?? "";
    const given = givenBy(flags);
    const environment = { ...process.env };
    for (const [key, [, value]] of given) environment[environmentName(key, name)] = value;
    try {
        return await settingsFrom(flags, name, environment);
    } catch (error) {
        throw blamed(error, given, name);
    }
}

type Given = [key: ConnectionKey, [flag: string, value: string]][];

/** What the options set, and by which of them. */
function givenBy(flags: RouterFlags): Given {
    const all: Partial<Record<ConnectionKey, [string, string | undefined]>> = {
        url: ["--url", flags.url],
        username: ["--username", flags.username],
        caCertificate: ["--ca-certificate", flags.caCertificate],
        certificateFingerprint: ["--fingerprint", flags.fingerprint],
        allowPlaintext: ["--allow-plaintext", flags.allowPlaintext ? "true" : undefined],
        timeoutSeconds: ["--timeout", flags.timeout],
    };
    return (Object.entries(all) as Given).filter(([, [, value]]) => value !== undefined);
}

/** What is wrong with an option is said of the option, and not of the key that it stands for. */
function blamed(error: unknown, given: Given, name: string): unknown {
    if (!(error instanceof Error)) return error;
    const [key, [flag]] = given.find(([one]) => error.message.startsWith(keyLabel(one, name))) ?? ["", [""]];
    if (key === "") return error;
    const text = error.message
        .replace(keyLabel(key, name), flag)
        .replace(/Correct it with `[^`]*`[^;[]*/, "Correct it ");
    return new Error(text, { cause: error });
}

async function settingsFrom(flags: RouterFlags, name: string, environment: NodeJS.ProcessEnv): Promise<Settings> {
    const url = environment[environmentName("url", name)] || undefined;
    if (url !== undefined && flags.stack === undefined) return readSettings(() => undefined, name, environment);

    const config = await routerConfig(flags.stack, url === undefined);
    const problems = routerProblems(config, () => true, environment);
    if (problems.length > 0) throw new Error(problems.join("; "));
    const own = ownUrl(config, name);
    // The stack's user and password are for the stack's router alone.
    if (own !== undefined && url !== undefined && originOf(own) !== originOf(url)) {
        throw new Error(
            `the router of stack ${flags.stack} is ${originOf(own)}, and not ${originOf(url)}; ` +
                "leave out --stack, or --url and ROUTEROS_URL",
        );
    }
    return readSettings((key) => config[key], name, environment);
}

async function routerConfig(stack: string | undefined, needed: boolean): Promise<Record<string, string>> {
    try {
        return await stackConfig(stack, { secrets: true });
    } catch (error) {
        if (stack !== undefined || !needed) throw error;
        throw new Error(
            `which router? Give --url or --stack, or set ROUTEROS_URL; ${error instanceof Error ? error.message : ""}`,
            { cause: error },
        );
    }
}

function ownUrl(config: Record<string, string>, name: string): string | undefined {
    if (name === "") return config["routeros:url"];
    const found = connectionsOf(config["routeros:connections"])[name] as { url?: string } | undefined;
    return found?.url;
}

/** Without a user or a password that may stand in it. */
function originOf(text: string): string {
    return URL.canParse(text) ? new URL(text).origin : "no address";
}
