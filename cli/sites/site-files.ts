/** The sites of a project: one stack file each, with what they share in `Pulumi.yaml`. */
import { readdirSync } from "node:fs";

import type { LocalWorkspace } from "@pulumi/pulumi/automation";

/** A site as the files say it. */
export interface SiteFile {
    name: string;
    /** Keys with their namespace, the project's among them, objects as JSON text. Secrets are left out. */
    config: Record<string, string>;
    /** Keys whose value is encrypted. */
    secrets: string[];
    /** Why its file cannot be used, one line. */
    problem?: string;
}

export interface Project {
    name: string;
    /** Whether the project declares the keys of a site, as the program of this package does. */
    hasSiteKeys: boolean;
    /** What every site is given, as in {@link SiteFile.config}. */
    shared: Record<string, string>;
    sites: SiteFile[];
}

const stackFile = /^Pulumi\.(.+)\.ya?ml$/;

/** Every site that has a stack file in the workspace's folder, by name. */
export async function readProject(workspace: LocalWorkspace): Promise<Project> {
    const { name, config = {} } = await workspace.projectSettings();
    const shared = flatten(name, config, sharedValue);
    const names = readdirSync(workspace.workDir).flatMap((file) => stackFile.exec(file)?.[1] ?? []);
    const sites = await Promise.all(
        [...new Set(names)].sort().map(async (site): Promise<SiteFile> => {
            const own = await workspace.stackSettings(site).then(
                (settings) => flatten(name, settings.config ?? {}, (value) => value),
                (error: unknown) => firstLine(error),
            );
            if (typeof own === "string") {
                return { name: site, config: {}, secrets: [], problem: `Pulumi.${site}.yaml cannot be read: ${own}` };
            }
            const problem =
                own.keys.length > 0
                    ? {}
                    : {
                          problem: `Pulumi.${site}.yaml has no configuration; \`routeros-s3 sites init ${site}\` writes it`,
                      };
            return {
                name: site,
                config: { ...shared.texts, ...own.texts },
                secrets: [...new Set([...shared.secrets, ...own.secrets])],
                ...problem,
            };
        }),
    );
    return { name, hasSiteKeys: Object.hasOwn(config, "wanInterface"), shared: shared.texts, sites };
}

/** What `Pulumi.yaml` gives every stack for a key: its `value`, or its `default`. */
function sharedValue(entry: unknown): unknown {
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return entry;
    const { value, default: fallback } = entry as { value?: unknown; default?: unknown };
    return value ?? fallback;
}

function flatten(project: string, config: Record<string, unknown>, valueOf: (entry: unknown) => unknown) {
    const texts: Record<string, string> = {};
    const secrets: string[] = [];
    const keys = Object.keys(config).map((key) => (key.includes(":") ? key : `${project}:${key}`));
    Object.values(config).forEach((entry, index) => {
        const key = keys[index] ?? "";
        const value = valueOf(entry);
        if (isSecret(value)) secrets.push(key);
        else if (value !== undefined && value !== null)
            texts[key] = typeof value === "string" ? value : JSON.stringify(value);
    });
    return { texts, secrets, keys };
}

function isSecret(value: unknown): boolean {
    return typeof value === "object" && value !== null && "secure" in value;
}

function firstLine(error: unknown): string {
    // An empty file is no mapping, which the Automation API trips over.
    if (error instanceof TypeError) return "it is empty";
    return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
