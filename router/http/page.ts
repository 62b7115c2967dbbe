import { readFile } from "node:fs/promises";
import type * as http from "node:http";
import * as path from "node:path";

import type { Mount } from "./server";

const folder = path.join(__dirname, "page");
const types: Record<string, string> = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
};
const empty = "<!doctype html><title>RouterOS</title><p>The embedded router. REST is below <code>/rest</code>.";

/** The page at `/` and the files beside it; asks for no credentials, as RouterOS's own page does not. */
export const page: Mount = { path: "/", serve };

async function serve(request: http.IncomingMessage, response: http.ServerResponse, rawPath: string): Promise<void> {
    const name = rawPath === "/" ? "index.html" : rawPath.slice(1);
    const type = types[path.extname(name)];
    const isPlain = /^[\w-]+(\.[\w-]+)*$/.test(name);
    if (request.method !== "GET" || type === undefined || !isPlain) {
        response.writeHead(404, { "Content-Type": "text/plain" }).end("not found\n");
        return;
    }
    try {
        const content = await readFile(path.join(folder, name));
        response
            .writeHead(200, { "Content-Type": type, "Cache-Control": "no-cache", "X-Frame-Options": "sameorigin" })
            .end(content);
    } catch {
        if (name === "index.html") response.writeHead(200, { "Content-Type": types[".html"] }).end(empty);
        else response.writeHead(404, { "Content-Type": "text/plain" }).end("not found\n");
    }
}
