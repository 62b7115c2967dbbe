import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";

import { generate } from "selfsigned";

import type { Router, RouterOptions } from "./api";
import { controlMount } from "./http/control";
import type { Latency } from "./http/pace";
import { page } from "./http/page";
import { RestServer } from "./http/server";
import { newDevice } from "./menus";
import { knowNames } from "./menus/address-lists";
import { versions } from "./menus/definition";
import { webCertificate } from "./menus/services";
import { configure, makeBare, setAdministrator } from "./start/factory";
import { type Loaded, versionOfExport } from "./start/load";
import { operationsOn } from "./start/operations";
import { loadState, StateFile, versionOfState } from "./start/state";

export type { Fault, FaultKind, RequestEntry, Router, RouterOptions, Row } from "./api";

/** Measured on devices: a small request, and a row of a list that is looked at. A hEX's command is assumed(script-speed). */
const latencies: Record<"none" | "hex" | "rb5009", Latency> = {
    none: { requestMs: 0, rowMs: 0 },
    hex: { requestMs: 119, rowMs: 0.64, commandMs: 10 },
    rb5009: { requestMs: 20, rowMs: 0, commandMs: 2 },
};

export const defaultVersion = "7.22.3";

/** A router that also answers connections which another server of this process accepted, such as one in another network. */
export interface StartedRouter extends Router {
    answer(socket: Socket): void;
}

/** Starts a router. Rejects when the port is taken, the version unknown, or the state file cannot be used. */
export async function start(options: RouterOptions = {}): Promise<StartedRouter> {
    const { host = "127.0.0.1", username = "admin", password = "" } = options;
    if (options.version !== undefined && !versions.includes(options.version))
        throw new Error(`RouterOS ${options.version} is not known here, only ${versions.join(", ")}`);
    const known = versionOfState(options.stateFile) ?? versionOfExport(options.rsc ?? "");
    const version = options.version ?? known ?? defaultVersion;
    const device = newDevice({ version, behaviour: options.behaviour });
    knowNames(device, options.names ?? {});
    const stateFile = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, device);
    let loaded: Loaded = { lines: [], warnings: [] };
    const found = options.stateFile !== undefined && loadState(options.stateFile, device);
    if (!found) {
        makeBare(device);
        const own = configure(device, options.rsc);
        if (options.rsc !== undefined) loaded = own;
    }
    setAdministrator(device, username, password);
    stateFile?.write();

    const tls = options.https ? await certificateFor(options.https, webCertificate.of(device)) : undefined;
    if (tls && options.https === true && webCertificate.of(device) !== tls) {
        webCertificate.set(device, tls);
        device.touch();
        stateFile?.write();
    }
    const server = new RestServer(device, {
        port: options.port ?? 0,
        host,
        tls: tls && { key: tls.key, cert: tls.certificate },
        latency: typeof options.latency === "object" ? options.latency : latencies[options.latency ?? "none"],
        closeConnections: options.closeConnections ?? false,
        settled: () => stateFile?.settle(),
    });
    const operations = operationsOn({ device, server, username, password, settle: () => stateFile?.settle() });
    server.mount(controlMount(server, operations));
    server.mount(page);
    const port = await server.listen();
    const shownHost = host.includes(":") ? `[${host}]` : host;

    const fingerprint = tls && new X509Certificate(tls.certificate).fingerprint256;
    return {
        url: `${tls ? "https" : "http"}://${shownHost}:${port}`,
        ...(tls ? { certificate: tls.certificate, fingerprint } : {}),
        warnings: loaded.warnings,
        loaded: loaded.lines,
        get log() {
            return server.log;
        },
        answer: (socket) => server.answer(socket),
        async stop() {
            await server.close();
            stateFile?.write();
        },
        ...operations,
    };
}

type Certificate = { key: string; certificate: string };

/** The one given, the one that was made before, or a new one. */
async function certificateFor(https: true | Certificate, before: Certificate | undefined): Promise<Certificate> {
    if (https !== true) return https;
    if (before) return before;
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
