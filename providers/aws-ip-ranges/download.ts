import { Agent } from "node:https";
import { isIP } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import type { AxiosError, AxiosResponse } from "axios";

import { RangesError } from "./errors";

export interface DownloadOptions {
    /** `ETag` of the copy that is kept: an unchanged document is not sent again. */
    etag?: string;
    /** Longest time for one attempt, in milliseconds. @default 20000 */
    timeoutMs?: number;
    /** Pauses before each further attempt, in milliseconds. @default [500, 2000] */
    retryDelaysMs?: number[];
    /** Largest document, in bytes; AWS's has 2.6 million. @default 16 MiB */
    maxBytes?: number;
    /** PEM of a certificate authority to trust beside Node's. @default none; see NODE_EXTRA_CA_CERTS */
    ca?: string;
}

export type Downloaded = { changed: true; text: string; etag?: string } | { changed: false };

const mostBytes = 16 * 1024 * 1024;

/**
 * The document at an https address. The certificate is verified, also after a redirection, which has to stay https.
 *
 * @throws RangesError `ranges/download` when there is no answer, or a wrong one.
 */
export async function download(url: string, options: DownloadOptions = {}): Promise<Downloaded> {
    const { retryDelaysMs = [500, 2000] } = options;
    for (let attempt = 0; ; attempt++) {
        try {
            return await get(url, options);
        } catch (error) {
            const pause = retryDelaysMs[attempt];
            if (pause === undefined || !mayPass(error)) throw explain(url, error, options);
            await delay(pause);
        }
    }
}

async function get(
    url: string,
    { etag, timeoutMs = 20_000, maxBytes = mostBytes, ca }: DownloadOptions,
): Promise<Downloaded> {
    const { default: axios } = await import("axios"); // most runs use what is kept, and need no HTTP client
    // Said, because NODE_TLS_REJECT_UNAUTHORIZED would switch off what is not.
    const agent = new Agent({ rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) });
    try {
        const response: AxiosResponse<string> = await axios.get<string>(url, {
            responseType: "text",
            transformResponse: [],
            headers: { Accept: "application/json", ...(etag === undefined ? {} : { "If-None-Match": etag }) },
            // The signal also covers a name that does not resolve and a body that trickles.
            signal: AbortSignal.timeout(timeoutMs),
            timeout: timeoutMs,
            maxContentLength: maxBytes,
            maxRedirects: 3,
            beforeRedirect: ({ protocol }: { protocol?: string }) => {
                if (protocol !== "https:") throw new Error("it redirects to an address that is not https");
            },
            validateStatus: (status) => status === 200 || (status === 304 && etag !== undefined),
            httpsAgent: agent,
        });
        if (response.status === 304) return { changed: false };
        const tag: unknown = response.headers["etag"];
        return { changed: true, text: response.data, etag: typeof tag === "string" ? tag : undefined };
    } finally {
        agent.destroy();
    }
}

/** Whether another attempt may go better: not for a refusal, a certificate, or a document that is too large. */
function mayPass(error: unknown): boolean {
    if (!isAxiosError(error)) return false;
    const status = error.response?.status;
    if (status !== undefined) return status >= 500 || status === 429 || status === 408;
    return [
        "ECONNRESET",
        "ECONNREFUSED",
        "ECONNABORTED",
        "ETIMEDOUT",
        "ENOTFOUND",
        "EAI_AGAIN",
        "EPIPE",
        "ERR_CANCELED",
    ].includes(error.code ?? "");
}

function explain(
    url: string,
    error: unknown,
    { timeoutMs = 20_000, maxBytes = mostBytes }: DownloadOptions,
): RangesError {
    const cause = error instanceof Error ? error : new Error(String(error));
    const code = isAxiosError(error) ? (error.code ?? "") : "";
    const status = isAxiosError(error) ? error.response?.status : undefined;
    let reason = cause.message;
    let advice = "check the connection, or name a file in AWS's format in routeros-s3:awsIpRanges";
    if (status !== undefined) reason = `the server answered ${status}`;
    else if (/maxContentLength/.test(cause.message))
        reason = `it is larger than ${Math.round(maxBytes / 1024 / 1024)} MiB`;
    else if (code === "ERR_CANCELED" || code === "ECONNABORTED" || code === "ETIMEDOUT") {
        reason = `no whole answer within ${timeoutMs / 1000} s`;
    } else if (/CERT|SELF_SIGNED|ISSUER|ALTNAME|SSL|TLS/.test(code)) {
        reason = `its certificate is not trusted (${cause.message})`;
        advice = isIP(new URL(url).hostname)
            ? "use the name in the certificate, and NODE_EXTRA_CA_CERTS for an authority of your own"
            : "is something in between? An authority of your own goes into NODE_EXTRA_CA_CERTS";
    } else if (code === "ENOTFOUND" || code === "EAI_AGAIN") reason = "its name does not resolve";
    else if (code === "ECONNREFUSED") reason = "the connection is refused";
    return new RangesError("ranges/download", `${url} cannot be read: ${reason}`, advice, { cause });
}

function isAxiosError(error: unknown): error is AxiosError {
    return error instanceof Error && "isAxiosError" in error && error.isAxiosError === true;
}
