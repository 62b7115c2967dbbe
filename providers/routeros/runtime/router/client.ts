/** RouterOS's REST over HTTP: one connection and one request at a time, strings only, nothing repeated but reads. */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";

import type { AxiosInstance, AxiosResponse } from "axios";
import axios, { isAxiosError } from "axios";

import type { Values } from "../rows/fields";
import type { ErrorCode } from "./errors";
import { classify, isRouterError, masked, RouterError } from "./errors";
import type { Settings } from "./settings";
import { PinnedAgent, tlsError } from "./tls";
import { Turns } from "./turns";
import { whileWaiting } from "./waiting";

export type Method = "GET" | "PUT" | "PATCH" | "DELETE" | "POST";

export interface RequestOptions {
    query?: Record<string, string>;
    body?: Record<string, string>;
    /** Checks the answer against the request; what it says is wrong makes the answer another request's. */
    expect?: (answer: unknown) => string | undefined;
    /** Called right before it is sent, after its turn has come; throws where it must not be sent any more. */
    still?: () => void;
}

/** How often and after what pause a read is repeated. Milliseconds. */
export interface Patience {
    attempts: number;
    /** Before the second attempt; the pause doubles from there. */
    pause: number;
    /** After a timeout: an aborted request leaves RouterOS's web server confused for up to 2.4 s. */
    afterTimeout: number;
}

export const defaultPatience: Patience = { attempts: 3, pause: 1000, afterTimeout: 4000 };

export class Client {
    /** Address of the router, as messages name it. */
    readonly router: string;
    private readonly http: AxiosInstance;
    private readonly agent: HttpAgent | HttpsAgent;
    private readonly settings: Settings;
    private readonly patience: Patience;
    private readonly turns = new Turns();
    /** Whether this login was accepted before: a 401 afterwards may be another request's answer. */
    private accepted = false;

    constructor(settings: Settings, patience: Partial<Patience> = {}) {
        this.settings = settings;
        this.patience = { ...defaultPatience, ...environmentPatience(), ...patience };
        this.router = settings.url;
        this.agent = agentFor(settings);
        this.http = axios.create({
            baseURL: `${settings.url}/rest`,
            timeout: settings.timeoutSeconds * 1000,
            auth: { username: settings.username, password: settings.password },
            httpAgent: this.agent,
            httpsAgent: this.agent,
            proxy: false,
            maxRedirects: 0,
            maxContentLength: Infinity,
            maxBodyLength: Infinity,
            responseType: "arraybuffer",
            transformResponse: [(data: unknown) => data],
            validateStatus: () => true,
        });
    }

    /**
     * Rows of a menu, each with the names that every row there has (`identity`), as far as they were asked for. Read
     * again where the answer was lost or is not what was asked for.
     */
    async rows(menu: string, query: Record<string, string> = {}, identity: readonly string[] = []): Promise<Values[]> {
        const asked = query[".proplist"]?.split(",");
        const names = identity.filter((name) => asked?.includes(name) ?? true);
        const filters = Object.entries(query).filter(([name]) => identity.includes(name));
        const answer = await this.read(menu, {
            query,
            expect: (rows) => {
                if (!Array.isArray(rows) || !rows.every(isValues)) return "no list of rows";
                if (!rows.every((row) => names.every((name) => row[name] !== undefined))) return "rows of another menu";
                const same = (row: Values): boolean => filters.every(([name, value]) => row[name] === value);
                return rows.every(same) ? undefined : `rows of another ${filters.map(([name]) => name).join(" or ")}`;
            },
        });
        return answer as Values[];
    }

    /** A single row or a singleton, with the names that it always has; `undefined` where the router has no such row. */
    async row(
        path: string,
        query: Record<string, string> = {},
        identity: readonly string[] = [],
    ): Promise<Values | undefined> {
        try {
            const id = /\/(\*[0-9A-Fa-f]+)$/.exec(path)?.[1];
            const answer = await this.read(path, {
                query,
                expect: (row) =>
                    isValues(row) &&
                    (id === undefined || row[".id"] === undefined || row[".id"] === id) &&
                    identity.every((name) => row[name] !== undefined)
                        ? undefined
                        : "another row",
            });
            return answer as Values;
        } catch (error) {
            if (isRouterError(error, "router/gone")) return undefined;
            throw error;
        }
    }

    private async read(path: string, options: RequestOptions): Promise<unknown> {
        for (let attempt = 1; ; attempt += 1) {
            try {
                return await this.request("GET", path, options);
            } catch (error) {
                if (attempt >= this.patience.attempts || !mayPass(error, this.accepted)) throw error;
                await this.pause(attempt, error);
            }
        }
    }

    /** Waits as long as the failure calls for. */
    async pause(attempt: number, after?: unknown): Promise<void> {
        const base = isRouterError(after, "connection/timeout") ? this.patience.afterTimeout : this.patience.pause;
        const length = base * 2 ** (attempt - 1);
        if (length > 0) await new Promise((resolve) => setTimeout(resolve, length));
    }

    /** One request, never repeated. Throws a {@link RouterError} for everything but a success. */
    request(method: Method, path: string, options: RequestOptions = {}): Promise<unknown> {
        return this.turns.take(() => this.send(method, path, options));
    }

    /** Resolves once nothing is asked of the router, nor will be by what waited for the last answer. */
    idle(): Promise<void> {
        return this.turns.idle();
    }

    close(): void {
        this.agent.destroy();
    }

    private async send(method: Method, path: string, options: RequestOptions): Promise<unknown> {
        const { query, body, expect, still } = options;
        still?.();
        const where = `${method} ${path} on ${this.router}`;
        let response: AxiosResponse<ArrayBuffer>;
        try {
            const answer = this.http.request<ArrayBuffer>({
                method,
                url: path + queryText(query),
                ...(body === undefined
                    ? {}
                    : { data: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
            });
            response = await (method === "GET" ? whileWaiting(where, answer) : answer);
        } catch (error) {
            throw await this.transportError(error, where);
        }
        const text = Buffer.from(response.data ?? []).toString("utf8");
        if (response.status < 200 || response.status > 299) {
            throw this.refusal(response.status, text, where);
        }
        const answer = this.parsed(text, response.status, where);
        this.accepted = true;
        const wrong = expect?.(answer);
        if (wrong !== undefined) {
            throw new RouterError({ code: "connection/wrong-answer", summary: `${where} was answered with ${wrong}` });
        }
        return answer;
    }

    private parsed(text: string, status: number, where: string): unknown {
        if (text === "") return undefined;
        try {
            return JSON.parse(text);
        } catch {
            // Old comments can hold raw control characters, which JSON does not allow inside strings.
        }
        try {
            return JSON.parse(text.replace(/[\u0000-\u001f]/g, (c) => (/\s/.test(c) ? " " : escapeOf(c))));
        } catch (error) {
            throw new RouterError({
                code: "connection/not-json",
                summary: `${where} was not answered with JSON`,
                raw: this.safe(text.slice(0, 80)),
                status,
                cause: error,
            });
        }
    }

    private refusal(status: number, text: string, where: string): RouterError {
        let detail = "";
        let json = false;
        try {
            const body: unknown = JSON.parse(text);
            if (typeof body === "object" && body !== null) {
                const { detail: long, message: short } = body as Record<string, unknown>;
                json = true;
                detail = typeof long === "string" ? long : typeof short === "string" ? short : "";
            }
        } catch {
            // not from REST
        }
        if (!json && status !== 401) {
            return new RouterError({
                code: status >= 500 ? "router/failed" : "connection/not-json",
                summary: `${where} was answered with status ${status}`,
                raw: this.safe(text.slice(0, 80)),
                status,
            });
        }
        const code: ErrorCode = classify({ status, text: detail });
        return new RouterError({ code, summary: `${where} was refused (${status})`, raw: this.safe(detail), status });
    }

    private async transportError(error: unknown, where: string): Promise<RouterError> {
        const code = isAxiosError(error) || error instanceof Error ? ((error as { code?: string }).code ?? "") : "";
        const text = this.safe(error instanceof Error ? error.message : String(error));
        const tls = await tlsError(code, text, this.settings);
        if (tls) return tls;
        const known: Record<string, ErrorCode> = {
            ECONNREFUSED: "connection/refused",
            EHOSTUNREACH: "connection/refused",
            ENETUNREACH: "connection/refused",
            EADDRNOTAVAIL: "connection/refused",
            ENOTFOUND: "connection/not-found",
            EAI_AGAIN: "connection/not-found",
            ECONNABORTED: "connection/timeout",
            ETIMEDOUT: "connection/timeout",
        };
        return new RouterError({
            code: /timeout/.test(text) ? "connection/timeout" : (known[code] ?? "connection/reset"),
            summary: `${where} had no answer`,
            raw: text,
        });
    }

    private safe(text: string): string {
        return masked(text, this.settings);
    }
}

/** Whether another attempt may bring what this one did not. */
export function mayPass(error: unknown, accepted = true): boolean {
    // Before the first answer these mean a wrong password and a router that cannot be reached.
    if (isRouterError(error, "login/refused", "connection/timeout")) return accepted;
    return isRouterError(
        error,
        "connection/reset",
        "connection/not-json",
        "connection/wrong-answer",
        "router/failed",
        "router/session-closed",
    );
}

function agentFor(settings: Settings): HttpAgent | HttpsAgent {
    const options = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1 };
    if (settings.url.startsWith("http:")) return new HttpAgent(options);
    if (settings.fingerprint !== undefined) return new PinnedAgent(settings.fingerprint, options);
    const ca = settings.caCertificate ? { ca: settings.caCertificate } : {};
    // Said, because NODE_TLS_REJECT_UNAUTHORIZED would switch off what is not.
    return new HttpsAgent({ ...options, ...ca, rejectUnauthorized: true });
}

/** The literal `*` of an id stays as it is, and so do the commas of a `.proplist`. */
function queryText(query: Record<string, string> | undefined): string {
    const parts = Object.entries(query ?? {}).map(
        ([name, value]) => `${name}=${encodeURIComponent(value).replace(/%2C/g, ",")}`,
    );
    return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

function isValues(row: unknown): row is Values {
    return typeof row === "object" && row !== null && Object.values(row).every((value) => typeof value === "string");
}

function escapeOf(character: string): string {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** For tests of the whole: `ROUTEROS_RETRY_PAUSE_MS` shortens every pause. */
function environmentPatience(): Partial<Patience> {
    const pause = Number(process.env["ROUTEROS_RETRY_PAUSE_MS"] ?? NaN);
    return Number.isFinite(pause) ? { pause, afterTimeout: pause } : {};
}
