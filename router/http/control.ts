/**
 * What people, scripts in any language and the page use to look at the router and to make it misbehave: below `/_/`, with
 * the router's own Basic authentication, JSON both ways. Errors have REST's body.
 *
 *     GET    /_/state?menu=/queue/tree  version, identity, uptime, and the rows of all menus (or of the ones named)
 *     GET    /_/log?since=12            requests after number 12
 *     DELETE /_/log                     forgets them
 *     GET    /_/events                  server-sent events: `request` (a log entry), `change` (the configuration changed)
 *     GET    /_/faults                  faults asked for
 *     POST   /_/faults                  {"kind":"drop","when":"after","at":1,"times":1,"methods":["PUT"],"path":"/queue"};
 *                                       in a script also "command":3, after three of its commands
 *     DELETE /_/faults                  forgets them
 *     POST   /_/release                 lets hanging requests go
 *     POST   /_/restart                 {"renumber":true}
 *     POST   /_/reset                   {"serial":"…"}: the default configuration, as another device when a serial is given
 *     POST   /_/edit                    {"menu":"/queue/tree","command":"set","id":"*1","values":{…}}; with
 *                                       "at":{"methods":["PUT"],"path":"/queue","request":2,"when":"before"} when that request comes
 *     POST   /_/password                {"username":"admin","password":"…"}
 *     POST   /_/advance                 {"seconds":60}: the router's clock
 *     POST   /_/traffic                 {"to":"52.95.132.33:443","upload":1500000,"seconds":1}: counters move
 *     POST   /_/trace                   {"to":"52.95.132.33:443"}: which rules and queues it meets
 *     GET    /_/export                  the configuration as `/export` text
 *     GET    /_/configuration           the same as JSON, without ids and counters
 *     GET    /_/behaviour               choices where the facts leave more than one
 *     POST   /_/behaviour               {"reuseIds":false}
 */
import type * as http from "node:http";
import { isIP } from "node:net";

import type { ConnectionDescription, Fault, Operations, Row } from "../api";
import { checkedBehaviour } from "../assumed";
import type { Device } from "../device/device";
import { Refusal, refuse } from "../errors";
import { menuOf, menusOf } from "../menus";
import { versions } from "../menus/definition";
import { rowsOf, showRow } from "../menus/rows";
import { hasPolicy } from "../menus/users";
import { authenticate } from "./access";
import { parseBody } from "./json";
import type { Mount, RestServer } from "./server";

interface Call {
    server: RestServer;
    router: Operations;
    query: URLSearchParams;
    body: Record<string, unknown>;
    response: http.ServerResponse;
}

/** What a call answers as JSON; a string as plain text; undefined for 204; `streaming` keeps the connection. */
type Handler = (call: Call) => unknown;
const streaming = Symbol("streaming");

const handlers: Record<string, Handler> = {
    "GET state": ({ server, query }) => {
        const { device } = server;
        const named = query.getAll("menu");
        const menus: Record<string, Row[]> = {};
        for (const menu of menusOf(device.version).values()) {
            if (menu.viewOf || (named.length > 0 && !named.includes(menu.path))) continue;
            menus[menu.path] = menu.computed?.(device) ?? rowsOf(device, menu).map((row) => showRow(device, menu, row));
        }
        return {
            version: device.version,
            versions,
            serial: device.serial,
            softwareId: device.softwareId,
            identity: device.table("/system/identity").all()[0]?.values["name"] ?? "",
            uptime: Math.floor(device.uptime() / 1000),
            requests: server.requests,
            counts: countRows(device),
            menus,
        };
    },
    "GET log": ({ server, query }) => {
        const since = Number(query.get("since") ?? 0);
        return server.log.filter((entry) => entry.index > since);
    },
    "DELETE log": ({ router }) => router.clearLog(),
    "GET events": (call) => events(call),
    "GET faults": ({ server }) => server.faults.list(),
    "POST faults": ({ router, body }) => router.addFault(faultOf(body)),
    "DELETE faults": ({ router }) => router.clearFaults(),
    "POST release": ({ router }) => router.release(),
    "POST restart": ({ router, body }) => router.restart({ renumber: body["renumber"] === true }),
    "POST reset": ({ router, body }) =>
        router.reset(body["serial"] === undefined ? {} : { serial: text(body, "serial") }),
    "POST edit": ({ server, router, body }) => edit(server, router, body),
    "POST password": ({ router, body }) => router.setPassword(text(body, "username"), text(body, "password")),
    "POST advance": ({ router, body }) => {
        const seconds = Number(body["seconds"]);
        if (!(seconds >= 0)) throw refuse.badValue("seconds");
        router.advance(seconds);
    },
    "POST traffic": ({ router, body }) => router.traffic(described(body)),
    "POST trace": ({ router, body }) => router.trace(described(body)),
    "GET export": ({ router }) => router.export(),
    "GET configuration": ({ router }) => router.configuration(),
    "GET behaviour": ({ server }) => server.device.behaviour,
    "POST behaviour": ({ server, body }) => {
        const { behaviour } = server.device;
        const given = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, numeric(value)]));
        try {
            Object.assign(behaviour, checkedBehaviour(given, behaviour));
        } catch (error) {
            throw new Refusal(400, (error as Error).message);
        }
        return behaviour;
    },
};

export function controlMount(server: RestServer, router: Operations): Mount {
    return { path: "/_/", open: true, serve: (...call) => serve(server, router, ...call) };
}

async function serve(
    server: RestServer,
    router: Operations,
    request: http.IncomingMessage,
    response: http.ServerResponse,
    path: string,
    query: string,
): Promise<void> {
    try {
        const body = await server.readBody(request);
        checkOrigin(request);
        const from = request.socket.remoteAddress ?? "";
        const { policy } = authenticate(server.device, request.headers.authorization, from, true);
        const what = path.slice("/_/".length);
        const looks = request.method === "GET" || what === "trace";
        for (const name of looks ? ["read"] : what === "password" ? ["write", "policy"] : ["write"])
            if (!hasPolicy(policy, name)) throw refuse.notEnoughPermissions();
        const handler = handlers[`${request.method} ${path.slice("/_/".length)}`];
        if (!handler) throw new Refusal(404, `no such control: ${request.method} ${path}`);
        const parsed = parseBody(body) ?? {};
        if (typeof parsed !== "object" || Array.isArray(parsed)) throw refuse.notAnObject();
        const call = {
            server,
            router,
            query: new URLSearchParams(query),
            body: parsed as Record<string, unknown>,
            response,
        };
        const result = handler(call);
        if (result === streaming) return;
        if (result === undefined) response.writeHead(204).end();
        else if (typeof result === "string")
            response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8" }).end(result);
        else
            response
                .writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" })
                .end(JSON.stringify(result));
    } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        response.writeHead(error.status, { "Content-Type": "application/json" }).end(JSON.stringify(error.body()));
    }
}

/** A page of another site must not steer the router through its visitor's browser, under a name of its own neither. */
function checkOrigin({ headers }: http.IncomingMessage): void {
    const host = headers.host ?? "";
    const name = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
    const origin = headers.origin;
    const isOwn = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
    if (!isOwn || (isIP(name) === 0 && name !== "localhost")) throw refuse.foreignOrigin();
}

/** How many rows each menu has. */
function countRows(device: Device): Record<string, number> {
    const menus = [...menusOf(device.version).values()].filter((menu) => !menu.viewOf);
    return Object.fromEntries(
        menus.map((menu) => [menu.path, menu.computed?.(device).length ?? rowsOf(device, menu).length]),
    );
}

/** Changes are told at most ten times a second. */
function events({ server, response }: Call): symbol {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write(": connected\n\n");
    let changed: NodeJS.Timeout | undefined;
    const send = (name: string, data: unknown) => response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
    const stop = server.watch((event) => {
        if (event.type === "request") send("request", event.entry);
        else
            changed ??= setTimeout(() => {
                changed = undefined;
                send("change", {});
            }, 100).unref();
    });
    response.on("close", () => {
        stop();
        clearTimeout(changed);
    });
    return streaming;
}

const kinds = new Set<unknown>(["drop", "reset", "hang", "500", "401", "cut-body", "foreign-answer", "restart"]);

function faultOf(body: Record<string, unknown>): Fault {
    const { kind, when, at, times, command, methods, path, ...unknown } = body;
    for (const name of Object.keys(unknown)) throw refuse.unknownParameter(name);
    if (!kinds.has(kind)) throw refuse.noMatch("kind");
    if (when !== undefined && when !== "before" && when !== "after") throw refuse.noMatch("when");
    const fault: Fault = { kind: kind as Fault["kind"] };
    if (when !== undefined) fault.when = when;
    if (at !== undefined) fault.at = count(at, "at");
    if (times !== undefined) fault.times = count(times, "times");
    if (command !== undefined) fault.command = count(command, "command");
    if (methods !== undefined) fault.methods = (Array.isArray(methods) ? methods : [methods]).map(String);
    if (path !== undefined) fault.path = text(body, "path");
    return fault;
}

/** A colleague's edit: now, or before or after a request that is still to come. */
function edit(server: RestServer, router: Operations, body: Record<string, unknown>): unknown {
    const { menu, command, id, values, destination, at, ...unknown } = body;
    for (const name of Object.keys(unknown)) throw refuse.unknownParameter(name);
    if (typeof menu !== "string") throw refuse.missing("menu");
    const row = strings(values ?? {});
    const work = () => {
        const number = () => (typeof id === "string" ? id : fail(refuse.missing("id")));
        if (command === "add") return { id: router.add(menu, row) };
        if (command === "set") return router.set(menu, number(), row);
        if (command === "remove") return router.remove(menu, number());
        if (command === "move")
            return router.move(menu, number(), typeof destination === "string" ? destination : undefined);
        throw refuse.noMatch("command");
    };
    menuOf(server.device, menu);
    if (at === undefined) return work();
    const { methods, path, request = "1", when = "before" } = at as Record<string, unknown>;
    let seen = 0;
    const off = router.onRequest((entry) => {
        if (entry.when !== when) return;
        if (Array.isArray(methods) && !methods.includes(entry.method)) return;
        if (typeof path === "string" && !entry.path.startsWith(path)) return;
        if (++seen < count(request, "request")) return;
        off();
        work();
    });
    return undefined;
}

function fail(error: Refusal): never {
    throw error;
}

function described(body: Record<string, unknown>): ConnectionDescription {
    const result: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(body)) result[name] = numbers.has(name) ? Number(value) : value;
    if (typeof result["to"] !== "string") throw refuse.missing("to");
    return result as unknown as ConnectionDescription;
}

const numbers = new Set(["size", "upload", "reply", "seconds"]);

/** Bodies are read as RouterOS reads them: numbers come as text. */
function numeric(value: unknown): unknown {
    return typeof value === "string" && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

function count(value: unknown, name: string): number {
    const number = numeric(value);
    if (typeof number !== "number" || number < 1) throw refuse.badValue(name);
    return number;
}

function text(body: Record<string, unknown>, name: string): string {
    const value = body[name];
    if (typeof value !== "string") throw refuse.missing(name);
    return value;
}

function strings(values: unknown): Row {
    if (typeof values !== "object" || values === null) throw refuse.notAnObject();
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}
