import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { connect as tlsConnect } from "node:tls";

/** Where the router is and who asks. */
export interface Access {
    /** `http://…` or `https://…`, without `/rest`. */
    url: string;
    username: string;
    password: string;
    /** PEM text, or the path of a PEM file. */
    ca?: string;
    /** SHA-256 of the router's own certificate, hex with or without colons: checked before a byte is sent. */
    fingerprint?: string;
}

export type Row = Record<string, string>;

export interface Answer {
    status: number;
    headers: http.IncomingHttpHeaders;
    text: string;
    /** The body read as JSON; undefined where it is empty or not JSON. */
    json: unknown;
}

export interface RequestParts {
    /** Sent as JSON. */
    body?: unknown;
    /** Sent as it is, instead of `body`. */
    raw?: string;
    /** Added to the usual ones; an empty string leaves one out. */
    headers?: Record<string, string>;
    /** Other credentials; `null` sends none. */
    as?: { username: string; password: string } | null;
    /** Give up after this long with the error `no answer`. @default 60_000 */
    milliseconds?: number;
}

export type Watch = (method: string, path: string, answer: Answer) => void;

/**
 * A plain HTTP client for one router: one connection, kept alive where the router keeps it, one request at a time, no
 * retries, no interpretation of what comes back. It shares no code with the product's own client.
 */
export class Rest {
    readonly #agent: http.Agent;
    readonly #watch: Watch | undefined;

    constructor(
        readonly access: Access,
        { agent, watch }: { agent?: http.Agent; watch?: Watch } = {},
    ) {
        this.#agent = agent ?? (access.url.startsWith("https:") ? secureAgent(access) : plainAgent());
        this.#watch = watch;
    }

    /** The same client over the same connection, whose requests and answers are told. */
    watched(watch: Watch): Rest {
        return new Rest(this.access, { agent: this.#agent, watch });
    }

    close(): void {
        this.#agent.destroy();
    }

    get = (path: string, parts?: RequestParts) => this.send("GET", path, parts);
    put = (path: string, body: unknown) => this.send("PUT", path, { body });
    patch = (path: string, body: unknown) => this.send("PATCH", path, { body });
    delete = (path: string) => this.send("DELETE", path);
    post = (path: string, body: unknown = {}) => this.send("POST", path, { body });

    /** Sends one request to a path below `/rest`, taken literally (so encode queries before). */
    async send(method: string, path: string, parts: RequestParts = {}): Promise<Answer> {
        const answer = await this.sendTo(method, `/rest${path}`, parts);
        this.#watch?.(method, path, answer);
        return answer;
    }

    /** The same for any path of the web server. */
    sendTo(method: string, path: string, parts: RequestParts = {}): Promise<Answer> {
        const { as = this.access } = parts;
        const content = parts.raw ?? (parts.body === undefined ? undefined : JSON.stringify(parts.body));
        const headers: Record<string, string> = {
            ...(as ? { authorization: basic(as.username, as.password) } : {}),
            ...(content === undefined
                ? {}
                : { "content-type": "application/json", "content-length": String(Buffer.byteLength(content)) }),
            ...parts.headers,
        };
        const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
        const { protocol, hostname, port } = new URL(this.access.url);
        const module = protocol === "https:" ? https : http;
        return new Promise((resolve, reject) => {
            const request = module.request(
                { host: hostname.replace(/^\[|\]$/g, ""), port, method, path, headers: sent, agent: this.#agent },
                (response) => {
                    const chunks: Buffer[] = [];
                    response.on("data", (chunk: Buffer) => chunks.push(chunk));
                    response.on("error", reject);
                    response.on("end", () => {
                        const text = Buffer.concat(chunks).toString("utf8");
                        const status = response.statusCode ?? 0;
                        resolve({ status, headers: response.headers, text, json: parsed(text) });
                    });
                },
            );
            request.setTimeout(parts.milliseconds ?? 60_000, () => request.destroy(new Error("no answer")));
            request.on("error", reject);
            request.end(content);
        });
    }
}

/** `?a=b&…` with everything but a literal `*` encoded. */
export function query(words: Record<string, string>): string {
    return `?${Object.entries(words)
        .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
        .join("&")}`;
}

function basic(username: string, password: string): string {
    return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

function plainAgent(): http.Agent {
    return new http.Agent({ keepAlive: true, maxSockets: 1 });
}

function secureAgent({ ca, fingerprint }: Access): https.Agent {
    const options = { keepAlive: true, maxSockets: 1 };
    if (!fingerprint) {
        const pem = ca && (ca.includes("-----BEGIN") ? ca : readFileSync(ca, "utf8"));
        return new https.Agent({ ...options, ...(pem ? { ca: pem } : {}) });
    }
    const wanted = fingerprint.replaceAll(":", "").toUpperCase();
    const agent = new https.Agent(options);
    // The socket is handed out only once its certificate is the pinned one, so no request can go to another.
    agent.createConnection = (target, ready) => {
        const { host, port } = target as { host: string; port: number };
        const socket = tlsConnect({ host, port: Number(port), rejectUnauthorized: false });
        socket.once("error", (error: Error) => ready?.(error, socket));
        socket.once("secureConnect", () => {
            const seen = socket.getPeerCertificate().fingerprint256.replaceAll(":", "");
            if (seen === wanted) return ready?.(null, socket);
            socket.destroy(new Error(`the certificate's SHA-256 fingerprint is ${seen}, not the one given`));
        });
        return undefined;
    };
    return agent;
}
