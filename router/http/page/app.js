import { forgetLog, keepCredentials, listen, log, Refused, send, signIn, state, Unauthorised } from "./api.js";
import { byId } from "./dom.js";
import { duration, number } from "./format.js";
import { Requests } from "./requests.js";
import { drawTable, find, menuOptions } from "./tables.js";
import { drawTree } from "./tree.js";

const TREE = "/queue/tree";
const requests = new Requests();
let chosen = new URLSearchParams(location.hash.slice(1)).get("menu") ?? "/ip/firewall/mangle";
let seen = { menus: {}, counts: {} };
let shown = 100;
let asking = Promise.resolve();

/** Asks for what is on the screen, one question at a time; further changes meanwhile are one more question. */
let pending = false;
function refresh() {
    if (pending) return asking;
    pending = true;
    asking = asking
        .then(() => {
            pending = false;
            return state([TREE, chosen]);
        })
        .then((answer) => {
            seen = answer;
            draw();
        });
    return asking;
}

function draw() {
    byId("identity").textContent = seen.identity || "RouterOS";
    document.title = `${seen.identity || "RouterOS"} · embedded RouterOS`;
    byId("facts").textContent =
        `RouterOS ${seen.version} · up ${duration(seen.uptime)} · ${number(seen.requests)} requests`;
    const queues = seen.menus[TREE] ?? [];
    byId("queues-note").textContent = queues.length === 0 ? "" : `${number(queues.length)} queues`;
    byId("tree").replaceChildren(drawTree(queues));
    if (!(chosen in seen.counts)) chosen = Object.keys(seen.counts)[0] ?? chosen;
    byId("menu").replaceChildren(...menuOptions(seen.counts, chosen));
    drawRows();
}

function drawRows() {
    const rows = seen.menus[chosen] ?? [];
    const found = find(rows, byId("find").value);
    byId("tables-note").textContent =
        found.length === rows.length
            ? `${number(rows.length)} rows`
            : `${number(found.length)} of ${number(rows.length)} rows`;
    const more = (count) => {
        shown = count;
        drawRows();
    };
    byId("table").replaceChildren(drawTable(found, rows.length, more, shown));
}

function show(name) {
    byId("login").hidden = name !== "login";
    byId("content").hidden = name !== "content";
    document.querySelector(".tabs").hidden = name !== "content";
}

function link(text, kind) {
    byId("link").textContent = text;
    byId("link").dataset.state = kind;
}

function problem(text) {
    byId("problem").hidden = !text;
    byId("problem").textContent = text ?? "";
}

/** Stays with the router: after a restart, or while it is away, it tries again, at most every five seconds. */
let session = 0;
async function follow() {
    const mine = ++session;
    let pause = 250;
    while (mine === session) {
        try {
            link("connecting", "connecting");
            await listen(
                (event, data) => {
                    if (event === "request") requests.add([data]);
                    else if (event === "change") refresh().catch(() => {});
                },
                () => void opened(mine).catch(failed),
            );
            pause = 250;
        } catch (error) {
            if (error instanceof Refused) return askWho(error);
        }
        if (mine !== session) return;
        link("not connected", "away");
        problem("The router does not answer. What is shown is what it last said; trying again.");
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(5000, pause * 2);
    }
}

async function opened(mine) {
    await refresh();
    const entries = await log(requests.lastIndex);
    if (mine !== session) return;
    // A cleared log, or another router at this address, counts from 1 again.
    if (entries.length === 0 && requests.lastIndex > seen.requests) {
        requests.clear();
        requests.add(await log(0));
    } else requests.add(entries);
    keepCredentials();
    problem();
    link("live", "live");
    show("content");
}

function failed(error) {
    if (error instanceof Unauthorised) askWho(error);
    else problem(error.message);
}

let asked = false;
function askWho(error) {
    session++;
    link("signed out", "away");
    problem();
    byId("login-error").hidden = !asked;
    byId("login-error").textContent = error.message;
    show("login");
    byId("login").elements.password.focus();
}

byId("login").addEventListener("submit", (event) => {
    event.preventDefault();
    asked = true;
    const { username, password } = event.target.elements;
    signIn(username.value, password.value);
    void follow();
});
byId("menu").addEventListener("change", (event) => {
    chosen = event.target.value;
    shown = 100;
    location.hash = new URLSearchParams({ menu: chosen }).toString();
    refresh().catch(failed);
});
byId("find").addEventListener("input", () => {
    shown = 100;
    drawRows();
});
byId("pause").addEventListener("click", (event) => {
    requests.pause(!requests.paused);
    event.target.setAttribute("aria-pressed", String(requests.paused));
    event.target.textContent = requests.paused ? "Go on" : "Pause";
});
byId("send").addEventListener("submit", (event) => {
    event.preventDefault();
    const { to } = event.target.elements;
    send(to.value)
        .then((upload) => {
            byId("sent").textContent = `The upload to ${to.value} ${becameOf(upload)}.`;
            return refresh();
        })
        .catch((error) => {
            if (error instanceof Unauthorised) askWho(error);
            else byId("sent").textContent = `Not sent: ${error.message}.`;
        });
});

function becameOf({ verdict, fastTracked, leaf }) {
    if (verdict === "drop") return "was dropped by a rule";
    if (leaf !== undefined) return `went through the queue ${leaf}`;
    return fastTracked ? "was FastTracked: it passed no queue" : "passed no queue of the tree";
}

byId("forget").addEventListener("click", () => {
    forgetLog().then(() => {
        requests.clear();
        return refresh();
    }, failed);
});
for (const button of document.querySelectorAll(".tabs button")) {
    button.addEventListener("click", () => {
        document.body.dataset.view = button.dataset.view;
        for (const other of document.querySelectorAll(".tabs button")) {
            other.setAttribute("aria-current", String(other === button));
        }
    });
}
document.querySelector(".tabs button").setAttribute("aria-current", "true");
show("waiting");
void follow();
