import { Command } from "commander";

import { table } from "../table";
import { problemsOf } from "./choose";
import { openWorkspace } from "./engine";
import { lastFile, readLast } from "./last";
import { readProject } from "./site-files";

export function listCommand(): Command {
    return new Command("list")
        .description("Shows every site: router, profile, uplink, last up, and the last check.")
        .option("--last <file>", "where the last check is kept", lastFile)
        .option("--json", "print JSON and nothing else")
        .action(list);
}

async function list(flags: { last: string; json?: boolean }): Promise<void> {
    const last = await readLast(flags.last);
    const workspace = await openWorkspace();
    const project = await readProject(workspace);
    const stacks = new Map((await workspace.listStacks()).map((stack) => [stack.name, stack]));
    const mistakes = problemsOf(project, project.sites, {
        environment: { ...process.env, ROUTEROS_URL: undefined },
        hasPasswordCommand: true,
    });
    const sites = project.sites.map(({ name, config }) => {
        const key = (suffix: string) => config[`${project.name}:${suffix}`];
        return {
            site: name,
            router: config["routeros:url"],
            version: last[name]?.version,
            profile: key("profile"),
            uplink: key("uplink"),
            // A stack that was never brought up has a time too: that of its making.
            lastUp: stacks.get(name)?.resourceCount ? stacks.get(name)?.lastUpdate : undefined,
            lastCheck: last[name] && { at: last[name].at, state: last[name].state },
            problems: mistakes.get(name) ?? (stacks.has(name) ? [] : ["no stack of this name yet"]),
        };
    });
    if (flags.json) return void process.stdout.write(`${JSON.stringify(sites, undefined, 2)}\n`);
    const rows = sites.map(({ site, router, version, profile, uplink, lastUp, lastCheck, problems }) => [
        site,
        router ?? "-",
        version ?? "-",
        profile ?? "-",
        uplink ?? "-",
        day(lastUp),
        inShort(problems) ?? (lastCheck ? `${lastCheck.state}, ${day(lastCheck.at)}` : "-"),
    ]);
    const header = ["site", "router", "version", "profile", "uplink", "last up", "last check"];
    process.stdout.write(`${table(header, rows, "")}\n`);
}

/** The first, and how many more; `sites preview` names all. */
function inShort([first, ...others]: readonly string[]): string | undefined {
    return first === undefined || others.length === 0 ? first : `${first} (and ${others.length} more)`;
}

function day(time: string | undefined): string {
    return time === undefined ? "never" : time.slice(0, 16).replace("T", " ");
}
