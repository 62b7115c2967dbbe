import { el, empty } from "./dom.js";
import { number } from "./format.js";

const first = ["name", "list", "chain", "action", "address", "parent", "comment"];
const last = ["bytes", "packets", "creation-time"];
const flags = [
    ["disabled", "X", "disabled"],
    ["dynamic", "D", "dynamic"],
    ["invalid", "I", "invalid"],
];
const page = 100;

/** The menus of a select, those with rows first named by how many there are. */
export function menuOptions(counts, chosen) {
    return Object.entries(counts)
        .sort(([left], [right]) => left.localeCompare(right))
        .map(([menu, count]) => el("option", { value: menu, selected: menu === chosen }, `${menu} (${number(count)})`));
}

export function find(rows, text) {
    const wanted = text.trim().toLowerCase();
    if (wanted === "") return rows;
    return rows.filter((row) => Object.values(row).some((value) => value.toLowerCase().includes(wanted)));
}

/** Rows as a table; on a narrow screen the style sheet makes each row a card. */
export function drawTable(rows, total, onMore, shown = page) {
    if (total === 0) return empty("No rows in this menu.");
    if (rows.length === 0) return empty("No row holds that.");
    const visible = rows.slice(0, shown);
    const columns = columnsOf(visible);
    const body = visible.map((row, index) =>
        el(
            "tr",
            { class: row.disabled === "true" ? "disabled" : undefined },
            el("td", { class: "position", "data-label": "" }, String(index)),
            el("td", { class: "flags", "data-label": "" }, ...flagsOf(row)),
            ...columns.map((name) =>
                el("td", { "data-label": name, class: shapeOf(row[name] ?? "") }, row[name] ?? ""),
            ),
        ),
    );
    const head = el("tr", {}, el("th", {}, "#"), el("th", {}, ""), ...columns.map((name) => el("th", {}, name)));
    const table = el("table", {}, el("thead", {}, head), el("tbody", {}, ...body));
    const wrap = framed(el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows" }, table));
    if (rows.length <= shown) return wrap;
    const more = el("button", { type: "button", class: "more" }, `Show ${page} more of ${number(rows.length)}`);
    more.addEventListener("click", () => onMore(shown + page));
    return el("div", {}, wrap, more);
}

/** Says at the table's edge that columns go on, as long as they do. */
function framed(scroll) {
    const note = el("p", { class: "note" }, "columns go on to the right →");
    const frame = el("div", { class: "frame" }, note, scroll);
    const mark = () =>
        frame.classList.toggle("goes-on", scroll.scrollLeft + scroll.clientWidth < scroll.scrollWidth - 1);
    scroll.addEventListener("scroll", mark, { passive: true });
    new ResizeObserver(mark).observe(scroll);
    return frame;
}

function shapeOf(value) {
    if (/^\d+$/.test(value)) return "figure";
    return value.length > 30 ? "long" : undefined;
}

function flagsOf(row) {
    return flags
        .filter(([name]) => row[name] === "true")
        .map(([, letter, title]) => el("abbr", { class: `flag ${title}`, title }, letter));
}

function columnsOf(rows) {
    const names = new Set(rows.flatMap((row) => Object.keys(row).filter((name) => row[name] !== "")));
    for (const [name] of flags) names.delete(name);
    names.delete(".id");
    const middle = [...names].filter((name) => !first.includes(name) && !last.includes(name)).sort();
    const order = [...first.filter((name) => names.has(name)), ...middle, ...last.filter((name) => names.has(name))];
    return [".id", ...order].filter((name) => rows.some((row) => row[name] !== undefined));
}
