import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo, Socket } from "node:net";

import type { FaultKind, RequestEntry, Row } from "../api";
import { restart } from "../commands/restart";
import { contains } from "../device/addresses";
import { fromBytes, jsonBytes } from "../device/bytes";
import type { Device } from "../device/device";
import { showId } from "../device/table";
import { Refusal, refuse } from "../errors";
import { liveConnections } from "../menus/services";
import { authenticate, authorise, type Identity } from "./access";
import { Coupling } from "./coupling";
import { Faults, type Met } from "./faults";
import { parseBody } from "./json";
import { type Latency, Pace } from "./pace";
import { type Answer, execute } from "./rest";
import { masked, queryPairs, splitUrl } from "./url";

export interface ServerOptions {
    port: number;
    host: string;
    tls?: { key: string; cert: string };
    latency: Latency;
    closeConnections: boolean;
    /** Called when a request was carried out, before it is answered. */
    settled: () => void;
}

/** What else the server serves beside REST: everything below a path. */
export interface Mount {
    /** Where it begins, such as `/_/`. */
    path: string;
    /** Served also where `/ip/service` says who may come. @default false */
    open?: boolean;
    serve(request: http.IncomingMessage, response: http.ServerResponse, path: string, query: string): Promise<void>;
}

type Hook = (entry: { index: number; method: string; path: string; when: "before" | "after" }) => void;
type Watcher = (event: { type: "change" } | { type: "request"; entry: RequestEntry }) => void;

const logLimit = 100_000;

/** RouterOS's web server: one request after another, over a device's state. */
export class RestServer {
    readonly log: RequestEntry[] = [];
    readonly faults = new Faults();
    readonly hooks = new Set<Hook>();
    readonly commandHooks = new Set<(entry: { index: number; command: number }) => void>();
    readonly packets: Coupling;
    private readonly watchers = new Set<Watcher>();
    private readonly server: http.Server;
    private readonly sockets = new Set<Socket>();
    private readonly hanging = new Set<() => void>();
    private readonly pace: Pace;
    private readonly mounts: Mount[] = [];
    private count = 0;
    private previous: Answer = { status: 200, body: [], rowsScanned: 0, rowsReturned: 0 };

    constructor(
        readonly device: Device,
        private readonly options: ServerOptions,
    ) {
        const listener = (request: http.IncomingMessage, response: http.ServerResponse) => {
            this.serve(request, response).catch(() => request.socket.destroy());
        };
        this.server = options.tls ? https.createServer(options.tls, listener) : http.createServer(listener);
        this.server.on("connection", (socket) => {
            this.sockets.add(socket);
            socket.on("close", () => this.sockets.delete(socket));
            socket.on("error", () => undefined);
        });
        this.server.on("clientError", (_error, socket) => {
            if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        });
        this.server.keepAliveTimeout = 60_000;
        liveConnections.set(device, () => this.serviceConnections());
        this.packets = new Coupling(device);
        this.pace = new Pace(device, options.latency);
        device.onChange(() => this.told());
    }

    /** Takes in a connection that another server of this process accepted. */
    answer(socket: Socket): void {
        this.server.emit("connection", socket);
    }

    /** Counters moved. */
    told(): void {
        for (const watcher of this.watchers) watcher({ type: "change" });
    }

    /** The first mount whose path fits serves a request that is not REST's. */
    mount(mount: Mount): void {
        this.mounts.push(mount);
    }

    async listen(): Promise<number> {
        this.server.listen(this.options.port, this.options.host);
        await once(this.server, "listening");
        return (this.server.address() as AddressInfo).port;
    }

    async close(): Promise<void> {
        this.release();
        const closed = once(this.server, "close");
        this.server.close();
        this.dropConnections();
        await closed;
    }

    dropConnections(): void {
        for (const socket of this.sockets) socket.destroy();
    }

    /** Recorded: each live connection is a dynamic row of its service (its properties besides the flags: assumed(service-connections)). */
    private serviceConnections(): Row[] {
        const name = this.options.tls ? "www-ssl" : "www";
        return [...this.sockets].map((socket, index) => ({
            ".id": showId(0x8000001 + index),
            name,
            address: "",
            port: String(socket.localPort ?? ""),
            proto: "tcp",
            disabled: "false",
            local: `${socket.localAddress ?? ""}:${socket.localPort ?? ""}`,
            remote: `${socket.remoteAddress ?? ""}:${socket.remotePort ?? ""}`,
            connection: "true",
            dynamic: "true",
            invalid: "false",
        }));
    }

    /** How many requests there were since the log was cleared. */
    get requests(): number {
        return this.count;
    }

    /** Calls back for each request, and when the configuration or a counter changed; returns how to stop that. */
    watch(watcher: Watcher): () => void {
        this.watchers.add(watcher);
        return () => this.watchers.delete(watcher);
    }

    /** Lets hanging requests go. */
    release(): void {
        for (const go of [...this.hanging]) go();
    }

    clearLog(): void {
        this.log.length = 0;
        this.count = 0;
    }

    private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
        const [rawPath, rawQuery] = splitUrl(request.url ?? "/");
        const mount = this.mounts.find(({ path }) => rawPath.startsWith(path));
        if (mount?.open) return mount.serve(request, response, rawPath, rawQuery);
        if (!this.isAllowed(request.socket)) {
            request.socket.destroy();
            return;
        }
        if (rawPath !== "/rest" && !rawPath.startsWith("/rest/")) {
            if (mount) return mount.serve(request, response, rawPath, rawQuery);
            response.writeHead(404, { "Content-Type": "text/plain" }).end("not found\n");
            return;
        }
        const started = performance.now();
        const entry: RequestEntry = {
            index: ++this.count,
            method: request.method ?? "GET",
            path: rawPath.slice("/rest".length) || "/",
            query: {},
            body: undefined,
            status: 0,
            rowsScanned: 0,
            rowsReturned: 0,
            milliseconds: 0,
        };
        let fault: Met | undefined;
        let answer: Answer;
        try {
            const text = await this.readBody(request);
            const identity = authenticate(
                this.device,
                request.headers.authorization,
                request.socket.remoteAddress ?? "",
            );
            const segments = this.segmentsOf(rawPath);
            entry.path = `/${segments.join("/")}`;
            const query = queryPairs(rawQuery);
            entry.query = Object.fromEntries(query);
            await this.pace.turn(identity.name, async () => {
                fault = this.faults.next(entry.method, entry.path);
                this.callHooks(entry, "before");
                if (fault?.when === "before" && (await this.misbehave(fault.kind, request, response, entry))) return;
                if (entry.method === "GET" || entry.method === "POST") await this.packets.count();
                answer = this.run(identity, request, text, segments, query, entry, fault?.command);
                await this.packets.applied();
                this.callHooks(entry, "after");
                const { over, tooLong } = this.pace.spend(answer);
                if (answer.silent && (await this.hang(response))) return;
                await over;
                // assumed(slow-write): what took too long was carried out all the same.
                if (tooLong) answer = { ...asAnswer(refuse.sessionClosed()), rowsScanned: answer.rowsScanned };
                if (fault?.command !== undefined && (entry.commands ?? 0) < fault.command) fault = undefined;
                if (fault?.when === "after" && (await this.misbehave(fault.kind, request, response, entry, answer)))
                    return;
                this.respond(response, entry, answer);
                this.previous = answer;
            });
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            this.respond(response, entry, asAnswer(error));
        } finally {
            entry.milliseconds = Math.round((performance.now() - started) * 10) / 10;
            if (fault) entry.fault = fault.kind;
            this.note(entry);
        }
    }

    /** A service with `address` set accepts the connection of others and closes it without a word (recorded). */
    private isAllowed(socket: Socket): boolean {
        const service = this.device.findByName("/ip/service", this.options.tls ? "www-ssl" : "www");
        if (service?.values["disabled"] === "true") return false;
        const allowed = (service?.values["address"] ?? "").split(",").filter((part) => part !== "");
        const from = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
        return allowed.length === 0 || allowed.some((range) => contains(range, from));
    }

    private segmentsOf(rawPath: string): string[] {
        // assumed(encoded-star)
        if (!this.device.behaviour.decodeStar && /%2A/i.test(rawPath)) throw refuse.badIdentifier();
        try {
            return rawPath.slice("/rest".length).split("/").filter(Boolean).map(decodeURIComponent);
        } catch {
            throw refuse.badIdentifier();
        }
    }

    async readBody(request: http.IncomingMessage): Promise<string> {
        const chunks: Buffer[] = [];
        let size = 0;
        for await (const chunk of request as AsyncIterable<Buffer>) {
            size += chunk.length;
            if (size <= this.device.behaviour.maxBodyBytes) chunks.push(chunk);
        }
        // assumed(body-size)
        if (size > this.device.behaviour.maxBodyBytes) throw refuse.tooLarge();
        return fromBytes(Buffer.concat(chunks));
    }

    private run(
        identity: Identity,
        request: http.IncomingMessage,
        text: string,
        segments: string[],
        query: [string, string][],
        entry: RequestEntry,
        lastCommand: number | undefined,
    ): Answer {
        let answer: Answer;
        try {
            // assumed(other-methods)
            if (!["GET", "PUT", "PATCH", "DELETE", "POST"].includes(entry.method)) throw refuse.head();
            const type = request.headers["content-type"];
            // assumed(content-type)
            const foreign = type !== undefined && !/^application\/json\s*(;|$)/i.test(type);
            if (text !== "" && foreign && this.device.behaviour.refuseForeignContentType) throw refuse.contentType();
            const body = parseBody(text);
            entry.body = masked(body);
            authorise(identity.policy, entry.method, segments, this.device.behaviour.executePolicy);
            // assumed(script-alone)
            answer = execute(this.device, { method: entry.method, segments, query, body }, (command) => {
                for (const hook of [...this.commandHooks]) hook({ index: entry.index, command });
                return command !== lastCommand;
            });
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            answer = asAnswer(error);
        }
        this.options.settled();
        entry.rowsScanned = answer.rowsScanned;
        entry.rowsReturned = answer.rowsReturned;
        if (answer.commands !== undefined) entry.commands = answer.commands;
        return answer;
    }

    private respond(response: http.ServerResponse, entry: RequestEntry, answer: Answer, contentLength?: number): void {
        entry.status = answer.status;
        const text = answer.body === undefined ? undefined : jsonBytes(answer.body);
        response.statusCode = answer.status;
        response.setHeader("Cache-Control", "no-cache, no-store");
        response.setHeader("Expires", "0");
        response.setHeader("X-Frame-Options", "sameorigin");
        if (this.options.closeConnections) response.setHeader("Connection", "close");
        if (text === undefined) {
            response.end();
            return;
        }
        response.setHeader("Content-Type", "application/json");
        response.setHeader("Content-Length", contentLength ?? text.length);
        response.end(text);
    }

    /** Does what the fault says; true when the request is over with that. */
    private async misbehave(
        kind: FaultKind,
        request: http.IncomingMessage,
        response: http.ServerResponse,
        entry: RequestEntry,
        answer: Answer = { status: 200, body: [{ ".id": "*1" }], rowsScanned: 0, rowsReturned: 0 },
    ): Promise<boolean> {
        switch (kind) {
            case "drop":
                request.socket.destroy();
                return true;
            case "reset":
                request.socket.resetAndDestroy();
                return true;
            case "restart":
                restart(this.device);
                this.dropConnections();
                return true;
            case "hang":
                return this.hang(response);
            case "500":
                this.respond(response, entry, asAnswer(new Refusal(500)));
                return true;
            case "401":
                this.respond(response, entry, asAnswer(refuse.unauthorized()));
                return true;
            case "foreign-answer":
                this.respond(response, entry, this.previous);
                return true;
            case "cut-body": {
                const text = JSON.stringify(answer.body ?? {});
                entry.status = answer.status;
                response.writeHead(answer.status, {
                    "Content-Type": "application/json",
                    "Content-Length": Buffer.byteLength(text),
                });
                response.write(text.slice(0, Math.ceil(text.length / 2)), () => request.socket.destroy());
                return true;
            }
        }
    }

    /** Until `release`, when the request goes on, or until the client gives up. */
    private hang(response: http.ServerResponse): Promise<boolean> {
        return new Promise((resolve) => {
            const end = (over: boolean) => {
                this.hanging.delete(go);
                response.off("close", gone);
                resolve(over);
            };
            const go = () => end(false);
            const gone = () => end(true);
            this.hanging.add(go);
            response.on("close", gone);
        });
    }

    private callHooks(entry: RequestEntry, when: "before" | "after"): void {
        for (const hook of [...this.hooks]) hook({ index: entry.index, method: entry.method, path: entry.path, when });
    }

    private note(entry: RequestEntry): void {
        this.log.push(entry);
        if (this.log.length > logLimit) this.log.splice(0, this.log.length - logLimit);
        for (const watcher of this.watchers) watcher({ type: "request", entry });
    }
}

function asAnswer(refusal: Refusal): Answer {
    return { status: refusal.status, body: refusal.body(), rowsScanned: 0, rowsReturned: 0 };
}
