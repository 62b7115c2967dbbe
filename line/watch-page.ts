/** The live look in a browser of this machine: on loopback, behind a token that lets in once. */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

import type { Seen } from "./watch";

export interface WatchPage {
    /** With the token: whoever opens it first is let in, and nobody after that. */
    url: string;
    show(seen: Seen): void;
    close(): Promise<void>;
}

const secret = (): string => randomBytes(24).toString("base64url");
const same = (a: string, b: string): boolean =>
    a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

export async function startWatchPage(): Promise<WatchPage> {
    let token: string | undefined = secret();
    const [cookie, nonce] = [secret(), secret()];
    const open = new Set<ServerResponse>();
    let last: Seen | undefined;
    const data = (seen: Seen): string => `data: ${JSON.stringify(seen)}\n\n`;

    const server = createServer((request, response) => {
        const { port } = server.address() as AddressInfo;
        const url = new URL(request.url ?? "/", `http://127.0.0.1:${port}`);
        const refuse = (): void =>
            void response
                .writeHead(403, { "Content-Type": "text/plain" })
                .end("this page is shown once, at the address that the command printed\n");
        // A name that somebody else's page resolves to this machine is not let in.
        if (request.method !== "GET" || request.headers.host !== `127.0.0.1:${port}`) return refuse();
        const given = url.searchParams.get("token");
        if (given !== null) {
            if (token === undefined || !same(given, token)) return refuse();
            token = undefined;
            const header = `watch=${cookie}; HttpOnly; SameSite=Strict; Path=/`;
            response.writeHead(303, { "Set-Cookie": header, Location: "/", "Referrer-Policy": "no-referrer" }).end();
            return;
        }
        if (!same(cookieOf(request), cookie)) return refuse();
        if (url.pathname === "/events") {
            response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
            if (last) response.write(data(last));
            open.add(response);
            response.on("close", () => open.delete(response));
        } else if (url.pathname === "/") {
            response.writeHead(200, headers(nonce)).end(page(nonce));
        } else {
            response.writeHead(404, { "Content-Type": "text/plain" }).end("not found\n");
        }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return {
        url: `http://127.0.0.1:${port}/?token=${token}`,
        show(seen) {
            last = seen;
            for (const response of open) response.write(data(seen));
        },
        async close() {
            for (const response of open) response.end();
            server.closeAllConnections();
            server.close();
            await once(server, "close");
        },
    };
}

function cookieOf({ headers: { cookie = "" } }: IncomingMessage): string {
    return /(?:^|;\s*)watch=([\w-]+)/.exec(cookie)?.[1] ?? "";
}

function headers(nonce: string): Record<string, string> {
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
        "Content-Security-Policy": `default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`,
    };
}

function page(nonce: string): string {
    const read = (name: string): string => readFileSync(path.join(__dirname, "views", name), "utf8");
    return read("watch.html")
        .replace("{{style}}", () => read("page.css"))
        .replace("{{nonce}}", nonce);
}
