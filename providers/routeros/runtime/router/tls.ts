import type { AgentOptions, RequestOptions } from "node:https";
import { Agent } from "node:https";
import type { Duplex } from "node:stream";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { connect } from "node:tls";

import { RouterError } from "./errors";

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
        // A resumed session shows no certificate, so none is kept.
        super({ ...options, maxCachedSessions: 0 });
        this.fingerprint = fingerprint;
    }

    override createConnection(options: RequestOptions, ready?: Ready): undefined {
        // The pin stands in for the authority: it names the one certificate that will do.
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

/** The error for a failure of TLS, `undefined` where it is something else. */
export function tlsError(code: string, text: string, router: string): RouterError | undefined {
    if (code === "ROUTEROS_FINGERPRINT") {
        return new RouterError({ code: "tls/fingerprint", summary: `${router} is not the pinned router`, raw: text });
    }
    if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
        return new RouterError({
            code: "tls/name-mismatch",
            summary: `the certificate of ${router} is for another name`,
            raw: text,
        });
    }
    if (notTrusted.has(code)) {
        return new RouterError({
            code: "tls/not-trusted",
            summary: `the certificate of ${router} is not trusted`,
            raw: text,
        });
    }
    if (code === "EPROTO" || code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS")) {
        return new RouterError({ code: "tls/handshake", summary: `no TLS with ${router}`, raw: text });
    }
    return undefined;
}
