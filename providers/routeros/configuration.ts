/** What a program can tell of `routeros:` keys before any resource: the provider sees only those it asks for. */
import type { ConnectionKey } from "./runtime/router/settings";
import { connectionKeys, connectionsOf, environmentName, keyLabel } from "./runtime/router/settings";
import { nearest } from "./runtime/rows/text";

const topKeys: readonly string[] = [...connectionKeys, "connections"];

/**
 * Misspelt keys and passwords in plain text, one line each; where there are any, what is missing of a connection that
 * has a misspelt key, too.
 *
 * @param config every key of the stack with its namespace, objects as JSON text
 */
export function routerProblems(
    config: Record<string, string>,
    isSecret: (key: string) => boolean,
    environment: Record<string, string | undefined> = process.env,
): string[] {
    const own = Object.entries(config).flatMap(([key, value]) =>
        key.startsWith("routeros:") ? [[key.slice("routeros:".length), value] as const] : [],
    );
    const top = Object.fromEntries(own);
    const problems = [...misspelt(Object.keys(top), topKeys, ""), ...plainPasswords(config, isSecret)];
    if (top["connections"] !== undefined) {
        for (const [name, keys] of Object.entries(readable(top["connections"]))) {
            if (typeof keys !== "object" || keys === null) continue;
            const wrong = misspelt(Object.keys(keys), connectionKeys, name);
            if (wrong.length > 0) problems.push(...wrong, ...missing(keys, name, environment));
        }
    }
    if (misspelt(Object.keys(top), topKeys, "").length > 0) problems.push(...missing(top, "", environment));
    return problems;
}

function misspelt(given: readonly string[], known: readonly string[], name: string): string[] {
    return given
        .filter((key) => !known.includes(key))
        .map((key) => {
            const near = nearest(key, known);
            const meant = near === undefined ? undefined : keyLabel(near as ConnectionKey, name);
            const advice = meant === undefined ? "docs/configuration.md lists the keys" : `did you mean ${meant}?`;
            return `${keyLabel(key as ConnectionKey, name)} is not a key of a router; ${advice} [settings/unknown-key]`;
        });
}

function missing(given: object, name: string, environment: Record<string, string | undefined>): string[] {
    return (["url", "username", "password"] as const).flatMap((key) => {
        const variable = environmentName(key, name);
        if (Object.hasOwn(given, key) || environment[variable] !== undefined) return [];
        return [`${keyLabel(key, name)} (or ${variable}) is not set [settings/missing]`];
    });
}

/** The provider only ever sees decrypted values; here it can still be told whether the stack file holds the password. */
function plainPasswords(config: Record<string, string>, isSecret: (key: string) => boolean): string[] {
    const problems: string[] = [];
    if (config["routeros:password"] !== undefined && !isSecret("routeros:password")) {
        problems.push(
            "routeros:password stands in the stack's configuration in plain text. " +
                "Run `pulumi config set --secret routeros:password` [settings/password-in-clear]",
        );
    }
    if (config["routeros:connections"]?.includes('"password"') && !isSecret("routeros:connections")) {
        problems.push(
            "routeros:connections holds a password in plain text. " +
                "Run `pulumi config set --secret --path routeros:connections.<name>.password` [settings/password-in-clear]",
        );
    }
    return problems;
}

/** What is no object is said by the provider. */
function readable(text: string): Record<string, unknown> {
    try {
        return connectionsOf(text);
    } catch {
        return {};
    }
}
