/** Which sites a command is for, and what is wrong with them before anything begins. Pure. */
import { readSite, SiteProblems } from "../../components/site/site";
import type { Project, SiteFile } from "./site-files";

export interface Choice {
    /** Patterns of names, `*` for any text. @default all */
    only?: string[];
    except?: string[];
    /** `k/n`: every n-th site, from the k-th on, so that n runners share them. */
    shard?: string;
}

/** The chosen sites, by name. @throws Error naming a pattern that fits nothing, or a shard that is none */
export function chooseSites<Site extends { name: string }>(
    sites: readonly Site[],
    { only, except, shard }: Choice,
): Site[] {
    for (const pattern of [...(only ?? []), ...(except ?? [])]) {
        if (!sites.some(({ name }) => fits(name, pattern)))
            throw new Error(`no site is called ${pattern}; there are ${namesOf(sites)}`);
    }
    const chosen = sites
        .filter(({ name }) => only === undefined || only.some((pattern) => fits(name, pattern)))
        .filter(({ name }) => !except?.some((pattern) => fits(name, pattern)))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    if (shard === undefined) return chosen;
    const [, k = "0", n = "0"] = /^(\d+)\/(\d+)$/.exec(shard) ?? [];
    if (!(Number(k) >= 1 && Number(k) <= Number(n)))
        throw new Error(`--shard ${shard} is none: it is written k/n with k from 1 to n, such as 2/4`);
    return chosen.filter((_, index) => index % Number(n) === Number(k) - 1);
}

function fits(name: string, pattern: string): boolean {
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`).test(name);
}

function namesOf(sites: readonly { name: string }[]): string {
    const names = sites.map(({ name }) => name);
    return names.length === 0 ? "none: no Pulumi.<site>.yaml stands here" : names.join(", ");
}

export interface Surroundings {
    environment: Readonly<Record<string, string | undefined>>;
    /** A command prints the routers' passwords. */
    hasPasswordCommand: boolean;
}

/** What is wrong with the chosen sites, by name, one line each. Sites without a mistake are not in it. */
export function problemsOf(
    { name: namespace, hasSiteKeys, sites: all }: Project,
    chosen: readonly SiteFile[],
    { environment, hasPasswordCommand }: Surroundings,
): Map<string, string[]> {
    if (environment["ROUTEROS_URL"] && chosen.length > 1)
        throw new Error("ROUTEROS_URL is set, and would send every site to one router; unset it");
    const found = new Map<string, string[]>();
    for (const site of chosen) {
        const problems = site.problem === undefined ? [] : [site.problem];
        if (site.problem === undefined) {
            if (hasSiteKeys) problems.push(...mistakes(site, namespace));
            if (!has(site, "routeros:url") && !environment["ROUTEROS_URL"])
                problems.push(
                    "routeros:url is not set; it should hold the router's address, such as https://192.168.88.1",
                );
            if (!has(site, "routeros:password") && !environment["ROUTEROS_PASSWORD"] && !hasPasswordCommand) {
                problems.push(
                    `routeros:password is not set; \`pulumi config set --secret routeros:password -s ${site.name}\`, ` +
                        "ROUTEROS_PASSWORD, or --password-command",
                );
            }
            const twins = all.filter((other) => other.name !== site.name && isTwin(other, site, namespace));
            for (const twin of twins) {
                problems.push(
                    `has the router and the interface of ${twin.name} (${site.config["routeros:url"]}, ` +
                        `${site.config[`${namespace}:wanInterface`]}): one of them would take down what the other made`,
                );
            }
        }
        if (problems.length > 0) found.set(site.name, problems);
    }
    return found;
}

function has({ config, secrets }: SiteFile, key: string): boolean {
    return secrets.includes(key) || Boolean(config[key]);
}

function mistakes({ config, secrets }: SiteFile, namespace: string): readonly string[] {
    // A key of the project that is secret cannot be judged from here; the program judges it.
    if (secrets.some((key) => key.startsWith(`${namespace}:`))) return [];
    try {
        readSite(config, { namespace });
        return [];
    } catch (error) {
        if (error instanceof SiteProblems) return error.problems;
        throw error;
    }
}

function isTwin(one: SiteFile, other: SiteFile, namespace: string): boolean {
    const place = ({ config }: SiteFile): string | undefined => {
        const url = config["routeros:url"];
        const host = url !== undefined && URL.canParse(url) ? new URL(url).host : url;
        return host && `${host} ${config[`${namespace}:wanInterface`]}`;
    };
    return place(one) !== undefined && place(one) === place(other);
}
