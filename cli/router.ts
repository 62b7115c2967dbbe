import { existsSync, readFileSync } from "node:fs";

import { Command, InvalidArgumentError, Option } from "commander";

import type { RouterOptions } from "../sandbox/router/api";

interface Flags {
    port: number;
    host: string;
    username: string;
    password: string;
    state?: string;
    version: string;
    latency: NonNullable<RouterOptions["latency"]>;
    https?: boolean;
    rsc?: string;
}

const help = `
It answers as the recorded facts about RouterOS's REST API say, and refuses what RouterOS refuses.

  npx routeros-s3 router --port 8728 --username admin --password secret
  curl -u admin:secret http://127.0.0.1:8728/rest/ip/firewall/filter

Once it is ready it prints one line, "router: http://127.0.0.1:PORT". It ends, with 0, on SIGINT or SIGTERM.
A page that shows its tables, its queue tree and its requests is at / of that address.
`;

/** `routeros-s3 router`: the embedded router alone. */
export function routerCommand(): Command {
    return new Command("router")
        .description("An embedded RouterOS with the REST API of a router, to develop and test against.")
        .addOption(new Option("--port <port>", "port to listen on; 0 takes a free one").default(0).argParser(parsePort))
        .option("--host <address>", "address to listen on", "127.0.0.1")
        .option("--username <name>", "administrator", "admin")
        .option("--password <password>", "the administrator's password; empty is allowed, as on RouterOS", "")
        .option("--state <file>", "JSON file that keeps the configuration between runs")
        .option("--version <version>", "RouterOS version whose menus are served: 7.20.8, 7.22.3 or 7.24", "7.22.3")
        .addOption(
            new Option("--latency <device>", "answer as slowly as a device, one request after another")
                .choices(["none", "hex", "rb5009"])
                .default("none"),
        )
        .option("--https", "serve HTTPS, with a certificate made at the start")
        .option(
            "--rsc <file>",
            "an /export to start from in place of the default configuration, when there is no state yet",
        )
        .addHelpText("after", help)
        .action(run);
}

function parsePort(text: string): number {
    const port = Number(text);
    if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError("A port is a number from 0 to 65535.");
    return port;
}

async function run(flags: Flags): Promise<void> {
    const { start } = await import("../sandbox/router/index.js");
    const { state: stateFile, rsc: file, ...options } = flags;
    const rsc = file === undefined ? undefined : readExport(file);
    if (rsc !== undefined && stateFile !== undefined && existsSync(stateFile)) {
        process.stderr.write(`router: ${stateFile} holds a state already, so ${file} is not read\n`);
    }
    const router = await start({ ...options, stateFile, rsc }).catch((error: unknown) => {
        throw explained(error, flags);
    });
    for (const warning of router.warnings) process.stderr.write(`router: ${warning}\n`);
    process.stdout.write(`router: ${router.url}\n`);
    if (router.fingerprint !== undefined) process.stderr.write(`router: certificate SHA-256 ${router.fingerprint}\n`);
    const signal = await new Promise<string>((resolve) => {
        for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => resolve(name));
    });
    await router.stop();
    process.stderr.write(`router: stopped (${signal})\n`);
}

function readExport(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        throw new Error(`the export ${file} cannot be read: ${(error as Error).message}`, { cause: error });
    }
}

function explained(error: unknown, { host, port }: Flags): unknown {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EADDRINUSE") return new Error(`port ${port} of ${host} is in use; --port 0 takes a free one`);
    if (code === "EACCES") return new Error(`port ${port} of ${host} may not be opened by this user`);
    if (code === "EADDRNOTAVAIL") return new Error(`${host} is no address of this machine`);
    return error;
}
