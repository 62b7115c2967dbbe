import { Command } from "commander";

import type { Settings } from "../../providers/routeros/runtime/router/settings";
import { environmentName, readSettings } from "../../providers/routeros/runtime/router/settings";
import { shellWord } from "../shell";
import { stackConfig } from "../stack/config";
import type { Environment } from "./engine";
import { credentials } from "./prepare";

/** `sites credentials`: how a site's router is reached, for whatever takes it from the environment. */
export function credentialsCommand(): Command {
    return new Command("credentials")
        .description("Prints the variables by which a site's router is reached, as lines for a shell.")
        .argument("<site>", "name of the site")
        .option("--show-secrets", "the password too; without it that line is left out")
        .option("--password-command <command>", "prints the password; it finds the site's name in $SITE")
        .addHelpText("after", '\n  eval "$(npx routeros-s3 sites credentials branch-07 --show-secrets)"')
        .action(async (site: string, flags: { showSecrets?: boolean; passwordCommand?: string }) => {
            const settings = await settingsOfSite(site, await credentials(site, flags.passwordCommand));
            for (const line of environmentLines(settings, flags.showSecrets === true)) console.log(line);
        });
}

/** How a site's router is reached: `env` over the environment over the stack's configuration. */
export async function settingsOfSite(site: string, env: Environment): Promise<Settings> {
    const config = await stackConfig(site, { secrets: true });
    return readSettings((key) => config[key], "", { ...process.env, ...env });
}

/** `export ROUTEROS_URL=https://192.168.88.1`, …. Pure. */
export function environmentLines(settings: Settings, withPassword: boolean): string[] {
    const { url, username, password, fingerprint, caCertificate, device, timeoutSeconds, bulkWrites } = settings;
    const values = {
        url,
        username,
        password: withPassword ? password : undefined,
        certificateFingerprint: fingerprint,
        caCertificate,
        allowPlaintext: url.startsWith("http:") ? "true" : undefined,
        device,
        timeoutSeconds: String(timeoutSeconds),
        bulkWrites,
    };
    return Object.entries(values).flatMap(([key, value]) =>
        value === undefined ? [] : [`export ${environmentName(key)}=${shellWord(value)}`],
    );
}
