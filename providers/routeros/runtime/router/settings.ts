/** How a router is reached: stack configuration, over which the environment wins. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

import { nearest } from "../rows/text";
import type { ErrorCode } from "./errors";
import { remediations, RouterError } from "./errors";

export interface Settings {
    /** Name of the connection; empty for the router of `routeros:url`. */
    name: string;
    /** Without a path, such as `https://192.168.88.1`. */
    url: string;
    username: string;
    password: string;
    /** PEM of the authority (or of the certificate itself). */
    caCertificate?: string;
    /** SHA-256, upper-case hex with colons. */
    fingerprint?: string;
    /** Serial number or software id of the device that is meant. */
    device?: string;
    timeoutSeconds: number;
    /** Whether many rows may be written by one script. @default "auto" */
    bulkWrites?: BulkWrites;
}

const bulkWrites = ["auto", "never"] as const;
type BulkWrites = (typeof bulkWrites)[number];

export const defaultTimeoutSeconds = 60;

/** Reads a configuration value by its full key. */
export type ReadConfig = (key: string) => string | undefined;

/** Keys of a connection, below `routeros:` and below each name in `routeros:connections`. */
export const connectionKeys = [
    "url",
    "username",
    "password",
    "caCertificate",
    "certificateFingerprint",
    "allowPlaintext",
    "timeoutSeconds",
    "device",
    "bulkWrites",
] as const;

export type ConnectionKey = (typeof connectionKeys)[number];

/** The key as it is set with `pulumi config set`: `routeros:url`, `routeros:connections.office.url`. */
export function keyLabel(key: ConnectionKey, name = ""): string {
    return name === "" ? `routeros:${key}` : `routeros:connections.${name}.${key}`;
}

/** The command that pins a certificate. */
export function pinCommand(fingerprint: string, name = ""): string {
    const path = name === "" ? "" : "--path ";
    return `pulumi config set ${path}${keyLabel("certificateFingerprint", name)} ${fingerprint}`;
}

/**
 * The settings of a connection. `name` is the one of the resource's input `connection`, empty for the default.
 *
 * Environment: `ROUTEROS_URL`, `ROUTEROS_PASSWORD`, …; for a named connection `ROUTEROS_<NAME>_URL`, ….
 *
 * @throws RouterError that names everything that is missing or wrong
 */
export function readSettings(config: ReadConfig, name = "", environment: NodeJS.ProcessEnv = process.env): Settings {
    const named = name === "" ? undefined : connectionOf(config, name, environment);
    const problems: RouterError[] = [];
    const fromEnvironment = (key: ConnectionKey): string | undefined => environment[environmentName(key, name)];
    const fromStack = (key: ConnectionKey): string | undefined => {
        const value = name === "" ? config(keyLabel(key)) : named?.[key];
        return value === undefined || value === null ? undefined : textOf(value);
    };
    const read = (key: ConnectionKey): string | undefined => fromEnvironment(key) || fromStack(key) || undefined;
    /** What a check makes of a value that is set; a problem is kept for the end. */
    const checked = <T>(key: ConnectionKey, check: (text: string, label: string) => T): T | undefined => {
        const text = read(key);
        try {
            return text === undefined ? undefined : check(text, keyLabel(key, name));
        } catch (error) {
            if (!(error instanceof RouterError)) throw error;
            problems.push(error);
            return undefined;
        }
    };
    const missing = (key: ConnectionKey): void => {
        problems.push(missingError(keyLabel(key, name), environmentName(key, name)));
    };

    const allowPlaintext = /^(true|yes|1)$/i.test(read("allowPlaintext") ?? "");
    const url = checked("url", (text, label) => checkedUrl(text, label, allowPlaintext));
    const username = read("username");
    // An empty one is set on purpose: a router may have it.
    const password = read("password") ?? fromEnvironment("password") ?? fromStack("password");
    if (read("url") === undefined) missing("url");
    if (username === undefined) missing("username");
    if (password === undefined) missing("password");
    const device = read("device");
    const bulk = checked("bulkWrites", bulkWritesOf);
    const settings = {
        name,
        url: url ?? "",
        username: username ?? "",
        password: password ?? "",
        caCertificate: checked("caCertificate", authority),
        fingerprint: checked("certificateFingerprint", fingerprintOf),
        timeoutSeconds: checked("timeoutSeconds", seconds) ?? defaultTimeoutSeconds,
        ...(device === undefined ? {} : { device }),
        ...(bulk === undefined ? {} : { bulkWrites: bulk }),
    };
    if (settings.fingerprint !== undefined && url?.startsWith("http:")) problems.push(unpinnable(name));
    const contradiction = device === undefined && contradictionOf(fromEnvironment("url"), fromStack("url"), name);
    if (contradiction) problems.push(contradiction);
    const [first, ...more] = problems;
    if (first === undefined) return settings;
    throw more.length === 0 ? first : together(first.code, problems);
}

/** Several problems in one line. */
function together(code: ErrorCode, problems: readonly RouterError[]): RouterError {
    const same = problems.every((problem) => problem.code === code);
    const parts = problems.map(({ summary, remediation }) => (same ? summary : `${summary} (${remediation})`));
    const remediation = same ? remediations[code] : "Correct each of them";
    return new RouterError({ code, summary: parts.join("; "), remediation });
}

/** An address left over in the environment would write one site's rows to another's router. */
function contradictionOf(given: string | undefined, own: string | undefined, name: string): RouterError | undefined {
    if (!given || !own) return undefined;
    const origin = (text: string): string => (URL.canParse(text) ? new URL(text).origin : text);
    if (origin(given) === origin(own)) return undefined;
    const [variable, key] = [environmentName("url", name), keyLabel("url", name)];
    return new RouterError({
        code: "settings/contradiction",
        summary: `${variable} is ${withoutLogin(origin(given))}, and this stack's own ${key} is ${withoutLogin(origin(own))}`,
        ...(name === ""
            ? {}
            : { remediation: `Unset it, or name the device that is meant in ${keyLabel("device", name)}` }),
    });
}

function unpinnable(name: string): RouterError {
    const label = keyLabel("certificateFingerprint", name);
    return invalid(label, `is set, and ${keyLabel("url", name)} is http://, where there is no certificate to compare`);
}

/**
 * Whether a router that cannot be reached is an error: `ROUTEROS_UNREACHABLE` holds `fail`, or `warn` (the default).
 *
 * @throws RouterError for anything else
 */
export function failsUnreachable(environment: NodeJS.ProcessEnv = process.env): boolean {
    const text = environment["ROUTEROS_UNREACHABLE"] || "warn";
    if (text === "fail" || text === "warn") return text === "fail";
    throw invalid("ROUTEROS_UNREACHABLE", `holds "${text}"; it should hold fail or warn`);
}

/** `timeoutSeconds` of `office` is `ROUTEROS_OFFICE_TIMEOUT_SECONDS`. */
export function environmentName(key: string, name = ""): string {
    const upper = key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    return name === "" ? `ROUTEROS_${upper}` : `ROUTEROS_${name.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}_${upper}`;
}

/** What the configuration holds of a named connection; nothing where the environment alone describes it. */
function connectionOf(
    config: ReadConfig,
    name: string,
    environment: NodeJS.ProcessEnv,
): Record<string, unknown> | undefined {
    const all = connectionsOf(config("routeros:connections"));
    const found = Object.hasOwn(all, name) ? all[name] : undefined;
    if (typeof found === "object" && found !== null) return found as Record<string, unknown>;
    if (environment[environmentName("url", name)]) return undefined;
    const near = nearest(name, Object.keys(all));
    const advice = near === undefined ? `it has ${Object.keys(all).join(", ") || "none"}` : `did you mean "${near}"?`;
    throw new RouterError({ code: "settings/missing", summary: `routeros:connections has no "${name}"; ${advice}` });
}

/** The object of `routeros:connections`, from its JSON. */
export function connectionsOf(text: unknown): Record<string, unknown> {
    let all: unknown = text ?? {};
    try {
        if (typeof all === "string") all = JSON.parse(all) as unknown;
    } catch {
        all = undefined;
    }
    if (typeof all === "object" && all !== null && !Array.isArray(all)) return all as Record<string, unknown>;
    throw invalid("routeros:connections", "is no JSON object");
}

function checkedUrl(text: string, label: string, allowPlaintext: boolean): string {
    let url: URL;
    try {
        url = new URL(text);
    } catch {
        throw invalid(label, `holds "${withoutLogin(text)}", which is no address such as https://192.168.88.1`);
    }
    if (url.username !== "" || url.password !== "") throw invalid(label, "must not hold a user or a password");
    if (url.protocol !== "https:" && url.protocol !== "http:")
        throw invalid(label, `must be https, not ${url.protocol}`);
    if (!/^\/?(rest\/?)?$/.test(url.pathname) || url.search !== "" || url.hash !== "") {
        const part = url.search !== "" ? "what follows the ?" : url.hash !== "" ? "what follows the #" : url.pathname;
        throw invalid(label, `must end with host and port; ${part} is too much`);
    }
    if (url.protocol === "http:" && !allowPlaintext) {
        throw new RouterError({
            code: "settings/plaintext",
            summary: `${label} is ${url.origin}: the password would go over the network in plain text`,
        });
    }
    return url.origin;
}

/** A text that should be an address, without a user and password in it. */
function withoutLogin(text: string): string {
    return text.includes("@") ? `***${text.slice(text.lastIndexOf("@"))}` : text;
}

function authority(value: string, label: string): string {
    let pem = value;
    if (!value.includes("-----BEGIN")) {
        try {
            pem = readFileSync(value, "utf8");
        } catch (error) {
            throw invalid(label, `is neither PEM nor a readable file: ${(error as NodeJS.ErrnoException).code ?? ""}`);
        }
    }
    try {
        new X509Certificate(pem);
    } catch {
        throw invalid(label, "holds no certificate in PEM form");
    }
    return pem;
}

function fingerprintOf(value: string, label: string): string | undefined {
    const hex = value
        .replace(/^sha-?256[:=]?/i, "")
        .replace(/[\s:]/g, "")
        .toUpperCase();
    if (!/^[0-9A-F]{64}$/.test(hex)) throw invalid(label, "is no SHA-256 fingerprint (64 hex digits)");
    return hex.match(/../g)?.join(":");
}

function seconds(value: string, label: string): number {
    const number = Number(value);
    if (!(number > 0) || number > 86_400) throw invalid(label, `holds "${value}", which is no number of seconds`);
    return number;
}

function bulkWritesOf(value: string, label: string): BulkWrites {
    const known = bulkWrites.find((one) => one === value);
    if (known === undefined) throw invalid(label, `holds "${value}"; it should hold ${bulkWrites.join(" or ")}`);
    return known;
}

function textOf(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}

function missingError(label: string, variable: string): RouterError {
    return new RouterError({ code: "settings/missing", summary: `${label} (or ${variable}) is not set` });
}

function invalid(label: string, what: string): RouterError {
    return new RouterError({ code: "settings/invalid", summary: `${label} ${what}` });
}
