import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";

import { Client } from "../../providers/routeros/runtime/router/client";
import type { RouterError } from "../../providers/routeros/runtime/router/errors";
import type { Settings } from "../../providers/routeros/runtime/router/settings";

export interface Seen {
    method: string;
    url: string;
    headers: IncomingMessage["headers"];
    body: string;
}

/** The router's end: what it was asked, and how it answers. */
export const peer: {
    server: Server;
    seen: Seen[];
    answer: (request: Seen, response: ServerResponse) => void;
} = { server: createServer(), seen: [], answer: () => undefined };
export const sockets = new Set<Socket>();
const clients: Client[] = [];

export const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
        const one: Seen = {
            method: request.method ?? "",
            url: request.url ?? "",
            headers: request.headers,
            body: Buffer.concat(chunks).toString(),
        };
        peer.seen.push(one);
        peer.answer(one, response);
    });
};

export async function listen(next: Server): Promise<string> {
    peer.server = next;
    next.on("connection", (socket: Socket) => {
        sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => next.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(next.address() as AddressInfo).port}`;
}

export function client(url: string, more: Partial<Settings> = {}): Client {
    const settings: Settings = { name: "", url, username: "admin", password: "geheim", timeoutSeconds: 5, ...more };
    const made = new Client(settings, { pause: 0, afterTimeout: 0 });
    clients.push(made);
    return made;
}

export const json = (response: ServerResponse, body: unknown, status = 200): void => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(body === undefined ? "" : JSON.stringify(body));
};

export async function failure(work: Promise<unknown>): Promise<RouterError> {
    const error = await work.then(
        () => undefined,
        (reason: unknown) => reason as RouterError,
    );
    if (!error) throw new Error("no failure");
    expect(error.message).not.toContain("geheim");
    expect(error.message).not.toContain("\n");
    return error;
}

/** A fresh router's end for each test, ended after it. */
export function usePeer(): void {
    beforeEach(() => {
        peer.seen = [];
        peer.answer = (_request, response) => json(response, []);
    });
    afterEach(async () => {
        for (const one of clients.splice(0)) one.close();
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => peer.server.close(resolve));
    });
}
