/** What a new site wants to know of its router. */
import { connect } from "node:tls";

import type { Client } from "../../providers/routeros/runtime/router/client";

export interface RouterFacts {
    version: string;
    board: string;
    /** Interface of the default route; undefined where there is none, or several. */
    wan?: string;
    /** Rights that the user lacks; undefined where they cannot be read. */
    missingRights?: string[];
}

const neededRights = ["read", "write", "api", "rest-api"];

/** The SHA-256 of the certificate that a server shows, and whether an authority vouches for it. */
export function certificateOf(url: URL, milliseconds: number): Promise<{ fingerprint: string; isTrusted: boolean }> {
    return new Promise((resolve, reject) => {
        const host = url.hostname.replace(/^\[|\]$/g, "");
        const options = { host, port: Number(url.port || 443), rejectUnauthorized: false, timeout: milliseconds };
        const socket = connect(options, () => {
            resolve({ fingerprint: socket.getPeerCertificate().fingerprint256, isTrusted: socket.authorized });
            socket.destroy();
        });
        socket.on("timeout", () => socket.destroy(new Error("no answer")));
        socket.on("error", (error: Error) => reject(new Error(`no TLS with ${url.origin}: ${error.message}`)));
    });
}

export async function factsOf(client: Client, username: string): Promise<RouterFacts> {
    const resource = await client.row("/system/resource", { ".proplist": "version,board-name" });
    const wan = wanOf(
        await client.rows("/ip/route", {
            "dst-address": "0.0.0.0/0",
            ".proplist": "gateway,immediate-gw,active,disabled",
        }),
    );
    const missingRights = await rightsMissing(client, username).catch(() => undefined);
    return {
        version: (resource?.["version"] ?? "").split(" ")[0] ?? "",
        board: resource?.["board-name"] ?? "",
        ...(wan === undefined ? {} : { wan }),
        ...(missingRights === undefined ? {} : { missingRights }),
    };
}

/** `192.0.2.1%ether1`, or a gateway that is an interface. */
function wanOf(routes: readonly Record<string, string | undefined>[]): string | undefined {
    const active = routes.filter(({ disabled, active }) => disabled !== "true" && active !== "false");
    const interfaces = active.map((route) => {
        const [, through] = /%(.+)$/.exec(route["immediate-gw"] ?? route["gateway"] ?? "") ?? [];
        return through ?? (/^[\d.:]+$/.test(route["gateway"] ?? "") ? undefined : route["gateway"]);
    });
    const distinct = [...new Set(interfaces)];
    return distinct.length === 1 ? distinct[0] : undefined;
}

async function rightsMissing(client: Client, username: string): Promise<string[] | undefined> {
    const [user] = await client.rows("/user", { name: username });
    const [group] = await client.rows("/user/group", { name: user?.["group"] ?? "" });
    if (!group) return undefined;
    const rights = (group["policy"] ?? "").split(",");
    return neededRights.filter((right) => !rights.includes(right));
}
