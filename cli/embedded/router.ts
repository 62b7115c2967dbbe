import { existsSync } from "node:fs";

import { Command, InvalidArgumentError, Option } from "commander";

import type { RouterOptions } from "../../router/api";
import { readExport } from "./export-text";

interface Flags {
    port: number;
    host: string;
    username: string;
    password: string;
    state?: string;
    version?: string;
    latency: NonNullable<RouterOptions["latency"]>;
    https?: boolean;
    rsc?: string;
    closeConnections?: boolean;
    behaviour?: Record<string, string | number | boolean>;
}

const help = `
It answers as the recorded facts about RouterOS's REST API say, and refuses what RouterOS refuses. Once it is ready it
prints one line, "router: http://127.0.0.1:PORT", on its standard output; everything else it has to say goes to the
standard error. It ends, with 0, on SIGINT or SIGTERM.

  npx routeros-s3 router --port 8080 --username admin --password secret
  curl -u admin:secret http://127.0.0.1:8080/rest/ip/firewall/filter

State: with --state, what was answered is in the file after a clean stop, and with up to 2,000 rows also after a crash.

A page that shows the tables, the queue tree and the requests as they come is at / of that address. What it uses can
be used by anybody with the router's credentials, JSON both ways, below /_/:

  GET    /_/state?menu=/queue/tree   version, identity, and the rows of all menus, or of those named
  GET    /_/log?since=12             requests, with rows scanned and time; DELETE forgets them
  GET    /_/events                   server-sent events: request, change
  POST   /_/faults                   {"kind":"drop","when":"after","at":1,"times":1,"methods":["PUT"],"path":"/queue"};
                                     kinds: drop, reset, hang, 500, 401, cut-body, foreign-answer, restart;
                                     GET lists them, DELETE forgets them
  POST   /_/release                  lets hanging requests go
  POST   /_/restart                  {"renumber":true}: dynamic rows and counters are lost, ids change
  POST   /_/reset                    {"serial":"HE000000001"}: the default configuration, as another device
  POST   /_/edit                     {"menu":"/queue/tree","command":"set","id":"*1000000","values":{"disabled":"yes"}},
                                     now, or with "at":{"methods":["PUT"],"request":2,"when":"before"} at that moment
  POST   /_/traffic                  {"to":"52.95.132.33:443","upload":1500000,"seconds":1}: counters move
  POST   /_/trace                    {"to":"52.95.132.33:443"}: rules, marks and queues that a connection meets
  POST   /_/advance                  {"seconds":600}: the router's clock
  POST   /_/password                 {"username":"admin","password":"new"}
  GET    /_/export                   the configuration as text; /_/configuration as JSON without ids and counters
  POST   /_/behaviour                {"reuseIds":false}; GET shows all

--behaviour names what the sources leave open: reuseIds, proplistAddsId, flagsAlways, decodeStar,
absentVerbStatus (406, 400), unknownPlaceBefore (refuse, append), refuseForeignContentType, sessionSeconds, maxBodyBytes.

  npx routeros-s3 router --behaviour reuseIds=false --behaviour unknownPlaceBefore=append
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
        .option(
            "--version <version>",
            "RouterOS version whose menus are served: 7.20.8, 7.22.3 or 7.24 (default: the export's or the state's own, else 7.22.3)",
        )
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
        .option("--close-connections", "close the connection after every answer, as some routers do")
        .option(
            "--behaviour <name=value>",
            "where the facts leave a choice; may be given again (see below)",
            parseSwitch,
        )
        .addHelpText("after", help)
        .action(run);
}

function parsePort(text: string): number {
    const port = Number(text);
    if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError("A port is a number from 0 to 65535.");
    return port;
}

function parseSwitch(text: string, before: Flags["behaviour"] = {}): Flags["behaviour"] {
    const [name, value] = text.split("=");
    if (!name || value === undefined) throw new InvalidArgumentError("It takes name=value.");
    const known = value === "true" || value === "yes" ? true : value === "false" || value === "no" ? false : value;
    return { ...before, [name]: typeof known === "string" && /^\d+(\.\d+)?$/.test(known) ? Number(known) : known };
}

async function run(flags: Flags): Promise<void> {
    const { start } = await import("../../router/index.js");
    const { state: stateFile, rsc: file, ...options } = flags;
    const rsc = file === undefined ? undefined : readExport(file);
    if (rsc !== undefined && stateFile !== undefined && existsSync(stateFile)) {
        process.stderr.write(`router: ${stateFile} holds a state already, so ${file} is not read\n`);
    }
    const router = await start({ ...options, stateFile, rsc }).catch((error: unknown) => {
        throw explained(error, flags);
    });
    const signalled = new Promise<string>((resolve) => {
        for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => resolve(name));
    });
    for (const warning of router.warnings) process.stderr.write(`router: ${warning}\n`);
    if (router.fingerprint !== undefined) process.stderr.write(`router: certificate SHA-256 ${router.fingerprint}\n`);
    process.stdout.write(`router: ${router.url}\n`);
    const signal = await signalled;
    await router.stop();
    process.stderr.write(`router: stopped (${signal})\n`);
}

function explained(error: unknown, { host, port }: Flags): unknown {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EADDRINUSE") return new Error(`port ${port} of ${host} is in use; --port 0 takes a free one`);
    if (code === "EACCES") return new Error(`port ${port} of ${host} may not be opened by this user`);
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN") {
        return new Error(`--host ${host} is no address of this machine; 127.0.0.1 is for this machine alone`);
    }
    return error;
}
