import { request } from "node:http";

import { start } from "../router";
import type { Router, RouterOptions, Row } from "../router/api";

/** An answer as it came over the wire. */
export interface WireAnswer {
    status: number;
    headers: Record<string, string | string[] | undefined>;
    text: string;
    /** The body, parsed; undefined for none. */
    body: unknown;
}

export interface WireOptions {
    username?: string;
    password?: string;
    headers?: Record<string, string>;
    /** Sent as it is, in place of a JSON body. */
    raw?: string;
}

export type Call = (method: string, path: string, body?: unknown, options?: WireOptions) => Promise<WireAnswer>;

/** A router on a free port, and a plain HTTP call to it; stopped whatever happens. */
export async function withRouter(
    options: RouterOptions,
    use: (call: Call, router: Router) => Promise<void>,
): Promise<void> {
    const router = await start(options);
    try {
        await use(callOf(router.url, options.username ?? "admin", options.password ?? ""), router);
    } finally {
        await router.stop();
    }
}

/** Calls of one router; a path that starts with `/_/` or `/` alone goes outside REST. */
export function callOf(url: string, username: string, password: string): Call {
    return (method, path, body, options = {}) =>
        new Promise((resolve, reject) => {
            const target = path.startsWith("/_/") || path === "/" ? path : `/rest${path}`;
            const text = options.raw ?? (body === undefined ? undefined : JSON.stringify(body));
            const login = `${options.username ?? username}:${options.password ?? password}`;
            const sent = request(`${url}${target}`, {
                method,
                agent: false,
                headers: {
                    authorization: `Basic ${Buffer.from(login).toString("base64")}`,
                    ...(text === undefined
                        ? {}
                        : {
                              "content-type": "application/json",
                              "content-length": String(Buffer.byteLength(text)),
                          }),
                    ...options.headers,
                },
            });
            sent.on("error", reject);
            sent.on("response", (response) => {
                let answer = "";
                response.setEncoding("utf8");
                response.on("data", (chunk: string) => (answer += chunk));
                response.on("error", reject);
                response.on("end", () => {
                    const isJson = response.headers["content-type"]?.startsWith("application/json") ?? false;
                    resolve({
                        status: response.statusCode ?? 0,
                        headers: response.headers,
                        text: answer,
                        body: isJson && answer !== "" ? (JSON.parse(answer) as unknown) : undefined,
                    });
                });
            });
            sent.end(text);
        });
}

/** Rows of a menu over the wire, without dynamic ones, each with the named properties. */
export async function rowsOf(call: Call, path: string, ...properties: string[]): Promise<Row[]> {
    const rows = (await call("GET", path)).body as Row[];
    const own = rows.filter((row) => row["dynamic"] !== "true");
    if (properties.length === 0) return own;
    return own.map((row) =>
        Object.fromEntries(properties.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]]))),
    );
}

/** The detail of a refusal with that status. */
export function refusal(answer: WireAnswer): [number, string | undefined] {
    return [answer.status, (answer.body as { detail?: string } | undefined)?.detail];
}
