import { Client } from "../providers/routeros/runtime/router/client";
import { readSettings } from "../providers/routeros/runtime/router/settings";
import { labMenus, type RouterState } from "./router-state";

/**
 * Reads what the lab needs from a router by REST. The credentials, the certificate and whether plain HTTP is allowed
 * come from the environment (`ROUTEROS_USERNAME`, `ROUTEROS_PASSWORD`, …), as for `pulumi up`. Changes nothing.
 *
 * @param url such as `https://192.168.88.1`; without it `ROUTEROS_URL`
 */
export async function readRouter(url?: string, environment: NodeJS.ProcessEnv = process.env): Promise<RouterState> {
    const settings = readSettings(
        (key) => (key === "routeros:username" ? "admin" : undefined),
        "",
        url === undefined ? environment : { ...environment, ROUTEROS_URL: url },
    );
    const client = new Client(settings);
    const state: RouterState = {};
    try {
        for (const menu of labMenus) state[menu] = await client.rows(menu);
    } finally {
        client.close();
    }
    return state;
}
