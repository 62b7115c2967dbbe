import type { AgentOptions, RequestOptions } from "node:https";
import { Agent } from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import type { ConnectionOptions, PeerCertificate, TLSSocket } from "node:tls";
import { connect } from "node:tls";

import type { ErrorCode } from "./errors";
import { remediations, RouterError } from "./errors";
import type { Settings } from "./settings";
import { pinCommand } from "./settings";

/** Marks a certificate that is not the pinned one, so that it survives the HTTP library's wrapping. */
export class FingerprintError extends Error {
    readonly code = "ROUTEROS_FINGERPRINT";
}

/** Called with a connection, or with an error and nothing. */
type Ready = (error: Error | null, stream: Duplex) => void;

/**
 * Gives a connection to the HTTP client only after the server's certificate has been compared with the pinned
 * fingerprint: on every connection, before the first byte of a request.
 */
export class PinnedAgent extends Agent {
    private readonly fingerprint: string;

    constructor(fingerprint: string, options: AgentOptions) {
        super(options);
        this.fingerprint = fingerprint;
    }

    override createConnection(options: RequestOptions, ready?: Ready): undefined {
        // The pin stands in for the authority: it names the one certificate that will do. No session is taken up again,
        // as Node's own agent would: a resumed one shows no certificate.
        const socket: TLSSocket = connect({ ...(options as ConnectionOptions), rejectUnauthorized: false });
        const failed = (error: Error): void => ready?.(error, socket);
        socket.once("error", failed);
        socket.once("secureConnect", () => {
            const seen = socket.getPeerCertificate().fingerprint256;
            socket.removeListener("error", failed);
            if (seen === this.fingerprint) ready?.(null, socket);
            else {
                socket.on("error", () => undefined);
                socket.destroy();
                ready?.(new FingerprintError(`the certificate's fingerprint is ${seen ?? "not known"}`), socket);
            }
        });
        return undefined;
    }
}

/**
 * The certificate that answers at an https address, whoever vouches for it; nothing is sent but the handshake.
 * Undefined where no certificate comes in time.
 */
export function seenCertificate(url: string, milliseconds = 10_000): Promise<PeerCertificate | undefined> {
    const { hostname, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, "");
    return new Promise((resolve) => {
        const name = isIP(host) === 0 ? { servername: host } : {};
        const socket = connect({
            host,
            port: Number(port) || 443,
            rejectUnauthorized: false,
            timeout: milliseconds,
            ...name,
        });
        const done = (certificate?: PeerCertificate): void => {
            socket.destroy();
            resolve(certificate);
        };
        socket.once("secureConnect", () => done(socket.getPeerCertificate()));
        socket.once("timeout", () => done());
        socket.on("error", () => done());
        socket.once("close", () => done());
    });
}

const notTrusted = new Set([
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
    "CERT_SIGNATURE_FAILURE",
    "INVALID_CA",
    "CERT_UNTRUSTED",
    "CERT_REVOKED",
]);

/**
 * The error for a failure of TLS, `undefined` where it is something else. What may be pinned is said with the command
 * that does it.
 */
export async function tlsError(code: string, text: string, { url, name }: Settings): Promise<RouterError | undefined> {
    if (code === "ROUTEROS_FINGERPRINT") return unpinned("tls/fingerprint", `${url} is not the pinned router`, text);
    if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
        return unpinned("tls/name-mismatch", `the certificate of ${url} is for another name`, text);
    }
    if (notTrusted.has(code)) return unpinned("tls/not-trusted", `the certificate of ${url} is not trusted`, text);
    if (code === "EPROTO" || code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS")) {
        return new RouterError({ code: "tls/handshake", summary: `no TLS with ${url}`, raw: text });
    }
    return undefined;

    async function unpinned(what: ErrorCode, summary: string, raw: string): Promise<RouterError> {
        const seen =
            /((?:[0-9A-F]{2}:){31}[0-9A-F]{2})$/.exec(raw)?.[1] ?? (await seenCertificate(url))?.fingerprint256;
        if (seen === undefined) return new RouterError({ code: what, summary, raw });
        const said = raw.includes(seen) ? raw : `${raw}; its SHA-256 fingerprint is ${seen}`;
        const remediation = `${remediations[what]}. If it is the router's own: \`${pinCommand(seen, name)}\``;
        return new RouterError({ code: what, summary, raw: said, remediation });
    }
}
