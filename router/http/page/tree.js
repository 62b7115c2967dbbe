import { el, empty } from "./dom.js";
import { bytes, number, rate } from "./format.js";

/** The queue tree: one root for `global` and each interface, queues below their parents. */
export function drawTree(queues) {
    if (queues.length === 0) return empty("No queue in /queue/tree.");
    const names = new Set(queues.map((queue) => queue.name));
    const roots = [...new Set(queues.map((queue) => queue.parent).filter((parent) => !names.has(parent)))];
    const shown = new Set();
    const forest = el("div", { class: "forest" });
    for (const root of roots) {
        const gone = root.startsWith("*");
        const title = el(
            "h3",
            { class: "root" },
            root,
            gone ? el("span", { class: "chip bad" }, "parent is gone") : "",
        );
        forest.append(el("div", { class: "from" }, title, children(root, queues, shown, 0)));
    }
    // Two queues that name each other have no root.
    const left = queues.filter((queue) => !shown.has(queue[".id"]));
    if (left.length > 0) {
        const title = el("h3", { class: "root" }, "in a circle");
        forest.append(
            el(
                "div",
                { class: "from" },
                title,
                el("ul", {}, ...left.map((queue) => el("li", {}, box(queue, 0, false)))),
            ),
        );
    }
    return forest;
}

function children(parent, queues, shown, scale) {
    const own = queues.filter((queue) => queue.parent === parent && !shown.has(queue[".id"]));
    if (own.length === 0) return "";
    for (const queue of own) shown.add(queue[".id"]);
    return el(
        "ul",
        {},
        ...own.map((queue) => {
            const limit = scale || Number(queue["max-limit"]) || 0;
            const below = children(queue.name, queues, shown, limit);
            return el("li", {}, box(queue, limit, below !== ""), below);
        }),
    );
}

/** One queue: what it carries, what it is guaranteed and allowed of the rate at the top, what it has carried. */
function box(queue, scale, inner) {
    const marks = (queue["packet-mark"] ?? "").split(",").filter(Boolean);
    const state = queue.invalid === "true" ? "invalid" : queue.disabled === "true" ? "disabled" : "";
    return el(
        "article",
        { class: `queue ${state}`, title: queue.comment },
        el(
            "div",
            { class: "line" },
            el("h4", {}, queue.name),
            state && el("span", { class: `chip ${state === "invalid" ? "bad" : ""}` }, state),
            !inner && el("span", { class: "chip", title: "1 is served first" }, `priority ${queue.priority}`),
            ...marks.map((mark) => el("span", { class: "chip mark" }, mark === "no-mark" ? "unmarked packets" : mark)),
            marks.length === 0 && !inner && el("span", { class: "chip warn" }, "takes no packets"),
        ),
        bar(queue, scale),
        el(
            "dl",
            { class: "figures" },
            ...figure("guaranteed", rate(queue["limit-at"], "nothing")),
            ...figure("at most", rate(queue["max-limit"])),
            ...figure("now", rate(queue.rate, "idle")),
            ...figure("carried", `${bytes(queue.bytes)}, ${number(queue.packets)} packets`),
            ...(Number(queue.dropped) > 0 ? figure("dropped", number(queue.dropped)) : []),
            ...figure("type", queue.queue),
        ),
        queue.comment && el("p", { class: "comment" }, queue.comment),
    );
}

function figure(name, value) {
    return [el("div", {}, el("dt", {}, name), el("dd", {}, value))];
}

function bar(queue, scale) {
    const share = (bits) => (scale > 0 ? Math.min(100, (100 * Number(bits)) / scale) : 0);
    const limit = Number(queue["max-limit"]) || scale;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "share");
    svg.setAttribute("viewBox", "0 0 100 6");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("role", "img");
    svg.setAttribute(
        "aria-label",
        `guaranteed ${rate(queue["limit-at"], "nothing")}, at most ${rate(queue["max-limit"])}`,
    );
    for (const [name, width] of [
        ["all", 100],
        ["limit", share(limit)],
        ["guarantee", share(queue["limit-at"])],
        ["now", share(queue.rate)],
    ]) {
        const part = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        part.setAttribute("class", name);
        part.setAttribute("width", String(width));
        part.setAttribute("height", name === "now" ? "2" : "6");
        part.setAttribute("y", name === "now" ? "2" : "0");
        svg.append(part);
    }
    return svg;
}
