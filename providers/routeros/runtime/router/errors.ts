/** One error class for everything that goes wrong with a router, and the table that names what its texts mean. */

import { oneLine } from "../rows/text";

export interface ErrorDetails {
    /** `area/thing`; docs/errors.md has a section for each. */
    code: ErrorCode;
    /** What failed: router, menu, row. */
    summary: string;
    /** The next action. */
    remediation?: string;
    /** The router's own text. */
    raw?: string | undefined;
    status?: number | undefined;
    cause?: unknown;
    /** Details that do not fit the one line. */
    context?: Record<string, unknown>;
}

export class RouterError extends Error {
    declare readonly code: ErrorCode;
    declare readonly summary: string;
    declare readonly remediation: string;
    declare readonly raw: string | undefined;
    declare readonly status: number | undefined;
    declare readonly context: Record<string, unknown>;

    constructor(details: ErrorDetails) {
        const remediation = details.remediation ?? remediations[details.code];
        const raw = details.raw === undefined || details.raw === "" ? "" : `: ${details.raw}`;
        super(
            oneLine(`${details.summary}${raw}. ${remediation} [${details.code}]`),
            details.cause === undefined ? undefined : { cause: details.cause },
        );
        this.name = "routeros";
        this.code = details.code;
        this.summary = details.summary;
        this.remediation = remediation;
        this.raw = details.raw;
        this.status = details.status;
        this.context = details.context ?? {};
        this.stack = "docs/errors.md";
    }

    /** The same error in other words. What was thrown stays as it is: others may hold it, too. */
    retold(change: { message?: string; remediation?: string }): RouterError {
        const { code, summary, raw, status, context, cause } = this;
        const remediation = change.remediation ?? this.remediation;
        const copy = new RouterError({ code, summary, remediation, raw, status, context, cause });
        if (change.message !== undefined) copy.message = change.message;
        return copy;
    }

    /**
     * The engine prints the message at the resource; for errors from read and delete the SDK prints this and the stack
     * once more at the stack's own line.
     */
    override toString(): string {
        return this.code;
    }
}

/** What each code asks the user to do next. A code without a line here does not compile. */
export const remediations = {
    "connection/refused": "Check the address and that service www-ssl (or www) is enabled in /ip/service",
    "connection/not-found": "Check the host name in routeros:url",
    "connection/timeout": "Check that the router can be reached, or raise routeros:timeoutSeconds",
    "connection/reset": "Check that /ip/service allows this machine's address, and run it again",
    "connection/not-json": "Check that the address is a RouterOS 7.9 or newer, and run it again",
    "connection/wrong-answer": "Run it again; the router's web server mixes answers up after an aborted request",
    "connection/engine-gone": "Run `pulumi cancel`, then `pulumi up`",
    "tls/not-trusted":
        "Set routeros:caCertificate, or pin the certificate with routeros:certificateFingerprint (SHA-256)",
    "tls/name-mismatch":
        "Use the certificate's name in routeros:url, or pin the certificate with routeros:certificateFingerprint",
    "tls/fingerprint":
        "Compare with /certificate print detail on the router before changing routeros:certificateFingerprint",
    "tls/handshake": "Check that service www-ssl has a certificate in /ip/service",
    "settings/missing": "Set it with `pulumi config set`, or in the environment",
    "settings/invalid": "Correct it with `pulumi config set`, or in the environment",
    "settings/unknown-key": "Correct the name of the key",
    "settings/contradiction":
        "Unset it, or name the device that is meant in routeros:device (ROUTEROS_DEVICE): its serial number or software id",
    "settings/plaintext":
        "Use https, or set routeros:allowPlaintext (ROUTEROS_ALLOW_PLAINTEXT) to true where the network between is yours alone",
    "settings/password-in-clear": "Run `pulumi config set --secret routeros:password`",
    "login/refused": "Check username and password, and that the user's group has the policies read,write,api,rest-api",
    "login/not-permitted": "Give the user's group the policies read,write,api,rest-api in /user/group",
    "input/marker-too-long": "Shorten the resource's name or the key; a marker may have 120 bytes",
    "input/fewer-addresses": "Check the feed; raise maxShrinkPercent once if the smaller set is right",
    "version/too-old": "Update RouterOS",
    "version/unknown-property": "Leave the property out, or update RouterOS",
    "preflight/device":
        "Correct the address, or name the device that is meant in routeros:device (ROUTEROS_DEVICE): its serial number or software id",
    "preflight/interface": "Set routeros-s3:wanInterface to one of them",
    "preflight/queue-type": "Make the queue type, or name another",
    "preflight/parent": "Make the queue, or name another",
    "preflight/foreign-queue": "Remove or disable it, or adopt it where it is the same tree",
    "preflight/path": "See docs/findings.md",
    "preflight/anchor": "Name exactly one rule that is not dynamic",
    "ownership/exists": "Set adopt to true to take it over, or remove it",
    "ownership/another-job": "Give ours another name (`queueNames` of a site), or rename that one",
    "ownership/bytes": "Give that row a comment in UTF-8 or none, and run it again",
    "ownership/another-row": "Look at the row, mend what it lost, and run it again",
    "ownership/child": "Move or remove it first",
    "ownership/marker-not-kept": "Shorten comment and resource name; the router kept another comment than was sent",
    "router/duplicate": "Remove the other entry, or set adopt to true",
    "router/missing-reference": "Make it first, or correct the name",
    "router/unknown-parameter": "Leave the property out, or update RouterOS",
    "router/bad-value": "Correct the value",
    "router/gone": "Run it again",
    "router/session-closed": "Run it again; the router ends a command after 60 s",
    "router/in-use": "Take away what uses it first",
    "router/no-such-menu": "Check that the address is a RouterOS 7.9 or newer",
    "router/not-settled": "Look for somebody or something else that changes the same rows, and run it again",
    "router/refused": "See the router's text",
    "router/failed": "Run it again; see /log on the router if it stays",
} as const;

export type ErrorCode = keyof typeof remediations;

export const errorCodes = Object.keys(remediations) as ErrorCode[];

/** A router's answer that is no success. */
export interface Refusal {
    status: number;
    /** `detail`, or `message` where there is none. */
    text: string;
}

interface TableEntry {
    code: ErrorCode;
    status?: number;
    text?: RegExp;
}

/** Most specific first; the first that fits names the error. Matched after an optional `failure: `. */
export const errorTable: readonly TableEntry[] = [
    { code: "login/not-permitted", text: /not enough permissions|std failure: not allowed/i },
    { code: "login/refused", status: 401 },
    { code: "router/session-closed", text: /^session closed|timed out/i },
    { code: "router/duplicate", text: /^already have (such|\w+ with)/i },
    { code: "router/in-use", text: /\b(in use|is used|has some|used by)\b/i },
    { code: "router/unknown-parameter", text: /^(unknown parameter|expected end of command)/i },
    { code: "router/missing-reference", text: /input does not match any value of|ambiguous value of/i },
    { code: "router/no-such-menu", text: /^no such command/i },
    { code: "router/gone", text: /^no such item|missing or invalid resource identifier/i },
    { code: "router/gone", status: 404 },
    {
        code: "router/bad-value",
        text: /^(invalid value|value of .* (out of range|expects)|missing =|bad |.*less than|ports can be specified|.*works only with)/i,
    },
    { code: "router/refused", status: 400 },
    { code: "router/refused", status: 406 },
];

/** What the router's refusal means. */
export function classify({ status, text }: Refusal): ErrorCode {
    const plain = text.replace(/^failure:\s*/i, "");
    const fits = (entry: TableEntry): boolean =>
        (entry.status === undefined || entry.status === status) && (entry.text?.test(plain) ?? true);
    return errorTable.find(fits)?.code ?? "router/failed";
}

export function isRouterError(error: unknown, ...codes: ErrorCode[]): error is RouterError {
    return error instanceof RouterError && (codes.length === 0 || codes.includes(error.code));
}

/** Whether the router could not be spoken to at all: the other side of the program may go on. */
export function isUnreachable(error: unknown): error is RouterError {
    return isRouterError(error, "connection/refused", "connection/not-found", "connection/timeout", "connection/reset");
}

/** Takes a password (as it is, and as it stands in a URL or in basic authentication) out of a text. */
export function masked(text: string, settings: { username: string; password: string }): string {
    const { username, password } = settings;
    if (password === "") return text;
    const forms = [password, encodeURIComponent(password), Buffer.from(`${username}:${password}`).toString("base64")];
    return forms.reduce((result, form) => result.split(form).join("***"), text);
}
