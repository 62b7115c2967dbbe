import { writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

import { generate } from "selfsigned";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An https server of ranges on a port of its own, with a certificate that only those trust who are told to. */
export interface RangesServer {
    url: string;
    /** PEM of the certificate, which is its own authority. */
    certificate: string;
    /** What it answers, in turn; the last answer stays. */
    answers: Answer[];
    /** Headers of what it was asked. */
    requests: IncomingMessage["headers"][];
    stop(): Promise<void>;
}

/** @param certificateFile where to write the certificate as well, for `NODE_EXTRA_CA_CERTS`. */
export async function startRangesServer(certificateFile?: string): Promise<RangesServer> {
    const pems = await generate([{ name: "commonName", value: "localhost" }], {
        keySize: 2048,
        extensions: [
            { name: "basicConstraints", cA: true },
            { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
        ],
    });
    if (certificateFile !== undefined) await writeFile(certificateFile, pems.cert);
    const server = createServer({ key: pems.private, cert: pems.cert }, (request, response) => {
        started.requests.push(request.headers);
        const answer = started.answers.length > 1 ? started.answers.shift() : started.answers[0];
        answer?.(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const started: RangesServer = {
        url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/ip-ranges.json`,
        certificate: pems.cert,
        answers: [],
        requests: [],
        async stop() {
            server.closeAllConnections();
            await new Promise((resolve) => server.close(resolve));
        },
    };
    return started;
}

export const sends =
    (body: string, headers: Record<string, string> = {}): Answer =>
    (_request, response) =>
        void response.writeHead(200, { "content-type": "application/json", ...headers }).end(body);

export const status =
    (code: number): Answer =>
    (_request, response) =>
        void response.writeHead(code).end("no");
