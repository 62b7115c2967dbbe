/** How a router is reached: stack configuration, over which the environment wins. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

import { RouterError } from "./errors";

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
    timeoutSeconds: number;
}

export const defaultTimeoutSeconds = 60;

/** Reads a configuration value by its full key. */
export type ReadConfig = (key: string) => string | undefined;

type Key =
    "url" | "username" | "password" | "caCertificate" | "certificateFingerprint" | "allowPlaintext" | "timeoutSeconds";

/**
 * The settings of a connection. `name` is the one of the resource's input `connection`, empty for the default.
 *
 * Environment: `ROUTEROS_URL`, `ROUTEROS_PASSWORD`, …; for a named connection `ROUTEROS_<NAME>_URL`, ….
 */
export function readSettings(config: ReadConfig, name = "", environment: NodeJS.ProcessEnv = process.env): Settings {
    const named = name === "" ? undefined : connectionOf(config, name);
    const prefix = name === "" ? "routeros" : `routeros:connections.${name}`;
    const label = (key: Key): string => (name === "" ? `${prefix}:${key}` : `${prefix}.${key}`);
    const read = (key: Key): string | undefined => {
        const fromEnvironment = environment[environmentName(key, name)];
        if (fromEnvironment !== undefined && fromEnvironment !== "") return fromEnvironment;
        const value = name === "" ? config(`routeros:${key}`) : named?.[key];
        return value === undefined || value === null || value === "" ? undefined : textOf(value);
    };
    const url = read("url");
    if (url === undefined) throw missing(label("url"), environmentName("url", name));
    const username = read("username");
    if (username === undefined) throw missing(label("username"), environmentName("username", name));
    const allowPlaintext = /^(true|yes|1)$/i.test(read("allowPlaintext") ?? "");
    return {
        name,
        url: checkedUrl(url, label("url"), allowPlaintext),
        username,
        password: read("password") ?? environment[environmentName("password", name)] ?? "",
        caCertificate: authority(read("caCertificate"), label("caCertificate")),
        fingerprint: fingerprintOf(read("certificateFingerprint"), label("certificateFingerprint")),
        timeoutSeconds: seconds(read("timeoutSeconds"), label("timeoutSeconds")),
    };
}

/** `timeoutSeconds` of `office` is `ROUTEROS_OFFICE_TIMEOUT_SECONDS`. */
export function environmentName(key: string, name = ""): string {
    const upper = key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    return name === "" ? `ROUTEROS_${upper}` : `ROUTEROS_${name.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}_${upper}`;
}

function connectionOf(config: ReadConfig, name: string): Record<string, unknown> | undefined {
    const text = config("routeros:connections");
    if (text === undefined) return undefined;
    try {
        const all: unknown = typeof text === "string" ? JSON.parse(text) : text;
        const found = (all as Record<string, unknown>)[name];
        return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : undefined;
    } catch {
        throw invalid("routeros:connections", "is no JSON object");
    }
}

function checkedUrl(text: string, label: string, allowPlaintext: boolean): string {
    let url: URL;
    try {
        url = new URL(text);
    } catch {
        throw invalid(label, `holds "${text}", which is no address such as https://192.168.88.1`);
    }
    if (url.username !== "" || url.password !== "") throw invalid(label, "must not hold a user or a password");
    if (url.protocol !== "https:" && url.protocol !== "http:")
        throw invalid(label, `must be https, not ${url.protocol}`);
    if (!/^\/?(rest\/?)?$/.test(url.pathname) || url.search !== "" || url.hash !== "") {
        throw invalid(label, `must end with host and port; ${url.pathname}${url.search} is too much`);
    }
    if (url.protocol === "http:" && !allowPlaintext) {
        throw new RouterError({
            code: "settings/plaintext",
            summary: `${label} is ${url.origin}: the password would go over the network in plain text`,
        });
    }
    return url.origin;
}

function authority(value: string | undefined, label: string): string | undefined {
    if (value === undefined) return undefined;
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

function fingerprintOf(value: string | undefined, label: string): string | undefined {
    if (value === undefined) return undefined;
    const hex = value
        .replace(/^sha-?256[:=]?/i, "")
        .replace(/[\s:]/g, "")
        .toUpperCase();
    if (!/^[0-9A-F]{64}$/.test(hex)) throw invalid(label, "is no SHA-256 fingerprint (64 hex digits)");
    return hex.match(/../g)?.join(":");
}

function seconds(value: string | undefined, label: string): number {
    if (value === undefined) return defaultTimeoutSeconds;
    const number = Number(value);
    if (!(number > 0) || number > 86_400) throw invalid(label, `holds "${value}", which is no number of seconds`);
    return number;
}

function textOf(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}

function missing(label: string, variable: string): RouterError {
    return new RouterError({ code: "settings/missing", summary: `${label} (or ${variable}) is not set` });
}

function invalid(label: string, what: string): RouterError {
    return new RouterError({ code: "settings/invalid", summary: `${label} ${what}` });
}
