import { X509Certificate } from "node:crypto";

import { generate } from "selfsigned";

import * as commands from "./commands";
import { Device } from "./device";
import { configurationOf, exportText } from "./export";
import { configure, makeBare, setAdministrator } from "./factory";
import { versions } from "./menus/definition";
import { type Latency, RestServer } from "./server";
import { loadState, StateFile } from "./state";
import { showId } from "./table";
import type { Router, RouterOptions, Row } from "./api";

export type { Fault, FaultKind, RequestEntry, Router, RouterOptions, Row } from "./api";

/** Measured on devices: a small request, and a row of a list that is looked at. */
const latencies: Record<NonNullable<RouterOptions["latency"]>, Latency> = {
    none: { requestMs: 0, rowMs: 0 },
    hex: { requestMs: 119, rowMs: 0.64 },
    rb5009: { requestMs: 20, rowMs: 0 },
};

export const defaultVersion = "7.22.3";

/** Starts a router. Rejects when the port is taken, the version unknown, or the state file cannot be used. */
export async function start(options: RouterOptions = {}): Promise<Router> {
    const { version = defaultVersion, host = "127.0.0.1", username = "admin", password = "" } = options;
    if (!versions.includes(version))
        throw new Error(`RouterOS ${version} is not known here, only ${versions.join(", ")}`);
    const device = new Device({ version });
    const stateFile = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, device);
    const warnings: string[] = [];
    const found = options.stateFile !== undefined && loadState(options.stateFile, device);
    if (!found) {
        makeBare(device);
        warnings.push(...configure(device, options.rsc));
    }
    setAdministrator(device, username, password);
    stateFile?.write();

    const tls = options.https ? await certificateFor(options.https) : undefined;
    const server = new RestServer(device, {
        port: options.port ?? 0,
        host,
        tls: tls && { key: tls.key, cert: tls.certificate },
        latency: latencies[options.latency ?? "none"],
        closeConnections: options.closeConnections ?? false,
        settled: () => stateFile?.settle(),
    });
    const port = await server.listen();
    const shownHost = host.includes(":") ? `[${host}]` : host;

    const menuOf = (path: string) => device.menu(path);
    const select = (path: string, id: string) => commands.selectRows(device, menuOf(path), id);
    const byHand = <T>(work: () => T): T => {
        const result = work();
        stateFile?.settle();
        return result;
    };
    return {
        url: `${tls ? "https" : "http"}://${shownHost}:${port}`,
        certificate: tls?.certificate,
        fingerprint: tls && new X509Certificate(tls.certificate).fingerprint256,
        warnings,
        get log() {
            return server.log;
        },
        clearLog: () => server.clearLog(),
        async stop() {
            await server.close();
            stateFile?.write();
        },
        rows: (path) => device.rowsOf(menuOf(path)).map((row) => device.show(menuOf(path), row)),
        add: (path, row) => byHand(() => showId(commands.add(device, menuOf(path), row).id)),
        set: (path, id, values) => byHand(() => commands.set(device, menuOf(path), select(path, id), values)),
        remove: (path, id) => byHand(() => commands.remove(device, menuOf(path), select(path, id))),
        move: (path, id, destination) =>
            byHand(() => commands.move(device, menuOf(path), select(path, id), destination)),
        export: () => exportText(device),
        configuration: () => configurationOf(device),
        onRequest(hook) {
            server.hooks.add(hook);
            return () => server.hooks.delete(hook);
        },
        addFault: (fault) => server.faults.add(fault),
        clearFaults: () => server.faults.clear(),
        release: () => server.release(),
        restart: (how) => byHand(() => device.restart(how?.renumber)),
        reset: (how) =>
            byHand(() => {
                for (const table of device.allTables().values()) table.clear();
                if (how?.serial !== undefined) device.setSerial(how.serial);
                makeBare(device);
                configure(device);
                setAdministrator(device, username, password);
                device.touch();
            }),
        setPassword: (name, secret) =>
            byHand(() =>
                commands.set(device, menuOf("/user"), select("/user", name), { password: secret } satisfies Row),
            ),
    };
}

async function certificateFor(https: true | { key: string; certificate: string }) {
    if (https !== true) return https;
    const made = await generate([{ name: "commonName", value: "router" }], {
        keyType: "ec",
        algorithm: "sha256",
        extensions: [
            { name: "basicConstraints", cA: true },
            {
                name: "subjectAltName",
                altNames: [
                    { type: 2, value: "localhost" },
                    { type: 7, ip: "127.0.0.1" },
                    { type: 7, ip: "::1" },
                ],
            },
        ],
    });
    return { key: made.private, certificate: made.cert };
}
