"use strict";
const fs = require("node:fs");

/**
 * Writes generated Markdown into a file between `<!-- name: begin -->` and `<!-- name: end -->`, and keeps the formatter
 * from it. `contents` holds the text by name.
 */
function writeBetweenMarks(file, contents) {
    let text = fs.readFileSync(file, "utf8");
    for (const [name, content] of Object.entries(contents)) {
        const [begin, end] = [`<!-- ${name}: begin -->\n`, `<!-- ${name}: end -->`];
        const [from, to] = [text.indexOf(begin), text.indexOf(end)];
        if (from < 0 || to < from) throw new Error(`${file} has no marks "${name}"`);
        text = `${text.slice(0, from + begin.length)}\n<!-- prettier-ignore-start -->\n\n${content}\n\n<!-- prettier-ignore-end -->\n\n${text.slice(to)}`;
    }
    fs.writeFileSync(file, text);
}

module.exports = { writeBetweenMarks };
