import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { assumptions } from "../../router/assumed";

const folder = path.resolve(__dirname, "../../router");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && name !== "assumed.ts")
    .map((name) => ({ name, text: readFileSync(path.join(folder, name), "utf8") }));
const keys = assumptions.map(({ key }) => key);

test("every assumption that the emulator's code speaks of is in the list, by its key", () => {
    const untied = files.flatMap(({ name, text }) =>
        text.split("\n").flatMap((line, index) => {
            const words = line.replaceAll(/(["'`(./])assumed(\.ts)?["'`]/g, "");
            const named = [...words.matchAll(/\bassum\w*(?:\(([\w-]+)\))?/gi)];
            return named.some(([, key]) => key === undefined || !keys.includes(key))
                ? [`${name}:${index + 1}: ${line.trim()}`]
                : [];
        }),
    );
    expect(untied).toEqual([]);
});

test("every assumption of the list stands somewhere in the code, and once in the list", () => {
    const code = files.map(({ text }) => text).join("\n");
    expect(keys.filter((key) => !code.includes(`assumed(${key})`))).toEqual([]);
    expect(new Set(keys).size).toBe(keys.length);
});
