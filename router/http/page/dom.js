/**
 * Makes an element. Everything that comes from rows goes through here as text, never as HTML: comments and names are
 * whatever somebody wrote.
 */
export function el(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (value === undefined || value === false) continue;
        if (name === "class") element.className = value;
        else element.setAttribute(name, value === true ? "" : String(value));
    }
    element.append(...children.filter((child) => child !== undefined && child !== false && child !== ""));
    return element;
}

export const byId = (id) => document.getElementById(id);

export function empty(text) {
    return el("p", { class: "empty" }, text);
}
