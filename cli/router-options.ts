import type { Command } from "commander";

import type { Settings } from "../providers/routeros/runtime/router/settings";

/** How a command reaches a router. The password comes from the environment alone. */
export interface RouterFlags {
    url?: string;
    username?: string;
    connection?: string;
    caCertificate?: string;
    fingerprint?: string;
    allowPlaintext?: boolean;
    timeout?: string;
}

export function withRouterOptions(command: Command): Command {
    return command
        .option("--url <url>", "address of the router, such as https://192.168.88.1 (or ROUTEROS_URL)")
        .option("--username <name>", "user on the router (or ROUTEROS_USERNAME)")
        .option("--connection <name>", "take ROUTEROS_<NAME>_URL, … in place of ROUTEROS_URL, …")
        .option("--ca-certificate <path>", "certificate of the authority, PEM (or ROUTEROS_CA_CERTIFICATE)")
        .option("--fingerprint <sha256>", "pinned certificate (or ROUTEROS_CERTIFICATE_FINGERPRINT)")
        .option("--allow-plaintext", "take http:// too (or ROUTEROS_ALLOW_PLAINTEXT)")
        .option("--timeout <seconds>", "for one request (or ROUTEROS_TIMEOUT_SECONDS)")
        .addHelpText("after", "\nThe password is read from ROUTEROS_PASSWORD; there is no option for it.");
}

/** Options over environment. */
export async function settingsOf(flags: RouterFlags): Promise<Settings> {
    const { environmentName, readSettings } = await import("../providers/routeros/runtime/router/settings.js");
    const name = flags.connection ?? "";
    const given: Record<string, string | undefined> = {
        url: flags.url,
        username: flags.username,
        caCertificate: flags.caCertificate,
        certificateFingerprint: flags.fingerprint,
        allowPlaintext: flags.allowPlaintext ? "true" : undefined,
        timeoutSeconds: flags.timeout,
    };
    const environment = { ...process.env };
    for (const [key, value] of Object.entries(given)) {
        if (value !== undefined) environment[environmentName(key, name)] = value;
    }
    return readSettings(() => undefined, name, environment);
}
