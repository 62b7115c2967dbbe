/** The router's control interface, `/_/`, with the Basic credentials of the person at this page. */
const kept = "embedded-routeros";
let authorization = sessionStorage.getItem(kept) ?? basic("admin", "");

/** The router was reached, and will not have it. */
export class Refused extends Error {}
export class Unauthorised extends Refused {}

export function signIn(username, password) {
    authorization = basic(username, password);
}

/** After they were seen to work: kept until the tab is closed. */
export function keepCredentials() {
    sessionStorage.setItem(kept, authorization);
}

/** Basic credentials are UTF-8 here, as the embedded router reads them. */
function basic(username, password) {
    const bytes = new TextEncoder().encode(`${username}:${password}`);
    return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

async function call(method, path, { signal, body } = {}) {
    const headers = { authorization, ...(body && { "content-type": "application/json" }) };
    const response = await fetch(`/_/${path}`, { method, headers, signal, body, cache: "no-store" });
    if (response.status === 401) throw new Unauthorised("Wrong user or password.");
    if (!response.ok) {
        const body = await response.json().catch(() => ({}));
        throw new Refused(body.detail ?? body.message ?? `the router answered ${response.status}`);
    }
    return response;
}

/** Version, identity and counts; with the rows of the menus that are named. */
export async function state(menus) {
    const words = (menus.length > 0 ? menus : ["none"]).map((menu) => `menu=${encodeURIComponent(menu)}`);
    return (await call("GET", `state?${words.join("&")}`)).json();
}

export async function log(since) {
    return (await call("GET", `log?since=${since}`)).json();
}

/** An upload of 15 MB in ten seconds, by the router's rules and queues: what became of it. */
export async function send(to) {
    const body = JSON.stringify({ to, upload: 15_000_000, seconds: 10 });
    return (await call("POST", "traffic", { body })).json();
}

export async function forgetLog() {
    await call("DELETE", "log");
}

/** Server-sent events, read by hand because EventSource cannot send credentials. Returns when the router ends it. */
export async function listen(onEvent, onOpen, signal) {
    const response = await call("GET", "events", { signal });
    onOpen();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        text += value;
        const blocks = text.split("\n\n");
        text = blocks.pop();
        for (const block of blocks) {
            const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s, 2)));
            if (fields.event) onEvent(fields.event, JSON.parse(fields.data ?? "null"));
        }
    }
}
