import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, rmSync } from "node:fs";

import { Command } from "commander";

import { Client } from "../../providers/routeros/runtime/router/client";
import { isRouterError } from "../../providers/routeros/runtime/router/errors";
import type { Settings } from "../../providers/routeros/runtime/router/settings";
import { questions } from "./ask";
import { settingsOfSite } from "./credentials";
import type { Operation } from "./operate";
import { printed, withSiteOptions } from "./prepare";
import type { SiteResult } from "./result";
import { emptyResult } from "./result";
import type { StagedFlags } from "./run";
import { agreed, prepareWrites, runAt, staged, stagesOf, tell } from "./run";
import type { SiteFile } from "./site-files";
import { keepPassword } from "./stack-file";

interface RotateFlags extends StagedFlags {
    yes?: boolean;
    admin?: string;
    newPasswordCommand?: string;
}

const help = `
A random password for each router, kept as a secret of its stack; or, where the passwords are kept elsewhere, the one that
--new-password-command prints. The new one is kept before the router is told, and tried afterwards; the old stack file stays
as Pulumi.<site>.yaml.before-rotation until the router is known to have taken it.

RouterOS lets only users with the right \`policy\` change a password. Where the site's own user has it not, --admin names
one that has: its password is read from ROUTEROS_ADMIN_PASSWORD, or asked for.`;

/** `sites rotate`: a new password for the user of every chosen site's router. */
export function rotateCommand(): Command {
    const command = new Command("rotate").description("Gives the user of every chosen site's router a new password.");
    return staged(withSiteOptions(command))
        .option("--new-password-command <command>", "prints the new password; it finds the site's name in $SITE")
        .option("--admin <name>", "the user that changes it on the router (default: the site's own)")
        .option("--yes", "do not ask")
        .addHelpText("after", help)
        .action(rotate);
}

async function rotate(flags: RotateFlags): Promise<void> {
    if (process.env["ROUTEROS_PASSWORD"])
        throw new Error(
            "ROUTEROS_PASSWORD is set, one password for all, and would win over each router's own; unset it",
        );
    if (flags.passwordCommand !== undefined && flags.newPasswordCommand === undefined)
        throw new Error(
            "what --password-command reads is kept elsewhere: --new-password-command has to print the new ones",
        );
    const prepared = await prepareWrites(flags);
    refuseShared(prepared.sites, prepared.project.sites);
    const admin = flags.admin === undefined ? undefined : await administrator(flags.admin);
    if (!flags.yes && prepared.sites.length > 0 && !(await agreed(prepared.sites.length)))
        throw new Error("nothing is changed");
    const change = (site: string, operation: Operation) => changeAt(site, operation, flags, admin);
    await tell("rotate", flags, prepared, await runAt(prepared, change, stagesOf(flags)));
}

/** A password that two sites have, changed at one, would lock the other out. */
function refuseShared(chosen: readonly SiteFile[], all: readonly SiteFile[]): void {
    const login = ({ config }: SiteFile) => `${config["routeros:username"]} at ${config["routeros:url"]}`;
    for (const site of chosen) {
        const other = all.find((one) => one.name !== site.name && login(one) === login(site));
        if (other !== undefined && site.config["routeros:url"] !== undefined)
            throw new Error(
                `nothing is changed: ${site.name} and ${other.name} are both ${login(site)}; ` +
                    `give each a user of its own, or leave them out with --except ${site.name} ${other.name}`,
            );
    }
}

type Login = Pick<Settings, "username" | "password">;

async function administrator(username: string): Promise<Login> {
    const given = process.env["ROUTEROS_ADMIN_PASSWORD"];
    if (given !== undefined) return { username, password: given };
    const ask = questions(false);
    try {
        return { username, password: await ask(`Password of ${username}`, undefined, { hidden: true }) };
    } finally {
        ask.close();
    }
}

async function changeAt(
    site: string,
    { workspace, env, signal }: Operation,
    { newPasswordCommand: command }: RotateFlags,
    admin: Login | undefined,
): Promise<SiteResult> {
    const begun = Date.now();
    const file = `Pulumi.${site}.yaml`;
    const former = `${file}.before-rotation`;
    if (existsSync(former)) throw new Error(`${former} is left of an earlier rotation; delete it once ${file} works`);
    const before = await settingsOfSite(site, env);
    const user = await userOn({ ...before, ...admin }, before.username);
    const after = { ...before, password: command ? await printed(command, site, signal) : freshPassword() };
    if (command === undefined) {
        copyFileSync(file, former);
        await keepPassword(workspace, site, after.password);
    }
    const failure = await tellRouter({ ...before, ...admin }, user, after.password).catch((error: Error) => error);
    // The answer may be lost and the password changed: what counts is which of the two the router takes.
    if (await takes(after)) rmSync(former, { force: true });
    else if (await takes(before)) {
        if (command === undefined) putBack(former, file);
        throw failure instanceof Error ? failure : new Error("the router kept its password");
    } else {
        const where = command === undefined ? `${file} has the new one, ${former} the old` : "keep both";
        throw new Error(`whether the router took the new password is not known: ${where}`);
    }
    return { ...emptyResult(site, "done"), seconds: Math.round((Date.now() - begun) / 100) / 10 };
}

function putBack(former: string, file: string): void {
    copyFileSync(former, file);
    rmSync(former);
}

/** 144 bits, in letters that no console needs quoted. */
function freshPassword(): string {
    return randomBytes(18).toString("base64url");
}

async function userOn(login: Settings, username: string): Promise<string> {
    return withClient(login, async (client) => {
        const rows = await client.rows("/user", { name: username, ".proplist": ".id,name" }, ["name"]);
        const id = rows[0]?.[".id"];
        if (id === undefined) throw new Error(`${login.username} sees no user ${username} on ${client.router}`);
        return id;
    });
}

function tellRouter(login: Settings, id: string, password: string): Promise<unknown> {
    return withClient(login, (client) => client.request("PATCH", `/user/${id}`, { body: { password } }));
}

/** Whether the router takes a login; false, too, where it gives no answer. */
function takes(login: Settings): Promise<boolean> {
    return withClient(login, (client) => client.row("/system/resource", { ".proplist": "version" })).then(
        (row) => row !== undefined,
        (error: unknown) => {
            if (isRouterError(error)) return false;
            throw error;
        },
    );
}

async function withClient<T>(settings: Settings, use: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client(settings);
    try {
        return await use(client);
    } finally {
        client.close();
    }
}
