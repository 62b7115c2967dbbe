import path from "node:path";

import { commandsFolder, compileCache, engineBin, root } from "./places";

/** Variables by name; what a child process is given. */
export type Environment = Record<string, string>;

/** Names that would let a shell's own set-up reach into the sandbox, or the sandbox out of itself. */
const foreign = /^(PULUMI|AWS|ROUTEROS)_/;

/** The surrounding environment without anything that says which Pulumi, AWS account or router is meant. */
export function neutralEnvironment(base: NodeJS.ProcessEnv = process.env): Environment {
    const kept = Object.entries(base).filter(([name, value]) => value !== undefined && !foreign.test(name));
    return Object.fromEntries(kept) as Environment;
}

export interface EngineFolders {
    /** `$PULUMI_HOME`: what Pulumi remembers about workspaces and plugins. */
    home: string;
    /** Where the file backend keeps stacks. */
    backend: string;
    /** File that holds the passphrase of the stacks' secrets. */
    passphraseFile: string;
}

/** What the real engine needs to work in the given folders alone. */
export function engineEnvironment(folders: EngineFolders): Environment {
    const programs = [path.dirname(process.execPath), engineBin, commandsFolder, path.join(root, "node_modules/.bin")];
    return {
        PATH: [...programs, process.env["PATH"] ?? ""].join(path.delimiter),
        NODE_COMPILE_CACHE: compileCache,
        PULUMI_HOME: folders.home,
        XDG_STATE_HOME: path.join(folders.home, "state"),
        PULUMI_BACKEND_URL: `file://${folders.backend}`,
        PULUMI_CONFIG_PASSPHRASE_FILE: folders.passphraseFile,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
}

export interface RouterAccess {
    url: string;
    username: string;
    password: string;
}

/** How the provider reaches a router of the sandbox: by environment, so that a new port is no difference to a stack. */
export function routerEnvironment(router: RouterAccess): Environment {
    return {
        ROUTEROS_URL: router.url,
        ROUTEROS_USERNAME: router.username,
        ROUTEROS_PASSWORD: router.password,
        ROUTEROS_ALLOW_PLAINTEXT: "true",
    };
}
