import { readFileSync } from "node:fs";
import path from "node:path";

import { checks } from "./checks";
import { assumptionList, coverageTable } from "./coverage";
import { parts } from "./harness/facts";
import { reasons } from "./uncovered";

const docs = readFileSync(path.resolve(__dirname, "../../docs/router.md"), "utf8");

/** What stands between two marks. */
function between(name: string): string {
    const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
    expect(docs).toContain(begin);
    const text = docs.slice(docs.indexOf(begin) + begin.length, docs.indexOf(end));
    return text.replace(/<!-- prettier-ignore-(start|end) -->/g, "").trim();
}

describe("docs/router.md, after `npm run docs:router`", () => {
    test("shows what the suite covers", () => {
        expect(between("coverage")).toBe(coverageTable());
    });

    test("shows what is assumed", () => {
        expect(between("assumed")).toBe(assumptionList());
    });
});

test("every statement of parts 1 to 15 has an assertion or a reason", () => {
    const known = new Set([...checks.map(({ fact }) => fact), ...Object.keys(reasons)]);
    const all = parts.filter(({ part }) => part <= 15).flatMap(({ facts }) => facts.map(({ id }) => id));
    expect(all.filter((id) => !known.has(id))).toEqual([]);
    expect(Object.keys(reasons).filter((id) => !all.includes(id))).toEqual([]);
});
