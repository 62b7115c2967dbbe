import type * as http from "node:http";

import { authenticate } from "./access";
import { Refusal } from "./errors";
import type { RestServer } from "./server";

/** What people (and the page) use to look at the router and to make it misbehave, below `/_/`, with the same Basic auth. */
export async function serveControl(
    server: RestServer,
    request: http.IncomingMessage,
    response: http.ServerResponse,
    path: string,
    _query: string,
): Promise<void> {
    await Promise.resolve();
    try {
        authenticate(server.device, request.headers.authorization, request.socket.remoteAddress ?? "");
        throw new Refusal(404, `no such control (${path})`);
    } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        response.writeHead(error.status, { "Content-Type": "application/json" }).end(JSON.stringify(error.body()));
    }
}
