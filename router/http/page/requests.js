import { byId, el, empty } from "./dom.js";
import { number } from "./format.js";

const keep = 200;

/** The list of requests, newest first. */
export class Requests {
    #list = byId("requests");
    #note = byId("requests-note");
    #entries = [];
    #waiting = [];
    paused = false;

    constructor() {
        this.#draw();
    }

    get lastIndex() {
        return [...this.#entries, ...this.#waiting].reduce((last, { index }) => Math.max(last, index), 0);
    }

    add(entries) {
        if (this.paused) this.#waiting.push(...entries);
        else this.#entries = [...entries.toReversed(), ...this.#entries].slice(0, keep);
        if (this.paused) this.#say();
        else if (this.#list.querySelector(".empty") || entries.length > 20) this.#draw();
        else {
            this.#list.prepend(...entries.toReversed().map(item));
            while (this.#list.children.length > keep) this.#list.lastElementChild.remove();
            this.#say();
        }
    }

    pause(paused) {
        this.paused = paused;
        if (!paused) this.add(this.#waiting.splice(0));
        this.#say();
    }

    clear() {
        this.#entries = [];
        this.#waiting = [];
        this.#draw();
    }

    #draw() {
        this.#list.replaceChildren(
            ...(this.#entries.length === 0 ? [el("li", {}, empty("No request yet."))] : this.#entries.map(item)),
        );
        this.#say();
    }

    #say() {
        const count = this.#entries[0]?.index ?? 0;
        const seen = count === 0 ? "" : number(count);
        this.#note.textContent = this.paused ? `paused, ${this.#waiting.length} waiting` : seen;
    }
}

function item(entry) {
    const query = Object.entries(entry.query ?? {}).map(([name, value]) => `${name}=${value}`);
    const kind = entry.fault ? "fault" : entry.status >= 500 ? "broken" : entry.status >= 400 ? "refused" : "fine";
    const summary = el(
        "summary",
        {},
        el("span", { class: `method ${entry.method}` }, entry.method),
        el("span", { class: "path" }, entry.path),
        el("span", { class: `status ${kind}` }, entry.fault ?? String(entry.status || "—")),
        el("span", { class: "cost" }, `${entry.milliseconds} ms`),
    );
    const details = [
        ["number", number(entry.index)],
        ["filter", query.join("\n")],
        ["body", entry.body === undefined ? "" : JSON.stringify(entry.body, undefined, 1)],
        ["rows", `${number(entry.rowsScanned)} looked at, ${number(entry.rowsReturned)} returned`],
        ["status", String(entry.status || "none")],
        ["fault", entry.fault ?? ""],
    ].filter(([, value]) => value !== "");
    const list = el(
        "dl",
        {},
        ...details.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
    );
    return el("li", {}, el("details", {}, summary, list));
}
