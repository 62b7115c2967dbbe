import { readFileSync } from "node:fs";
import path from "node:path";

const { picture } = jest.requireActual<{ picture: () => string }>("../../tools/architecture.cjs");

it("`npm run docs:architecture` was run: the picture shows which room uses which", () => {
    const text = readFileSync(path.resolve(__dirname, "../../docs/architecture.md"), "utf8");
    const [, drawn = ""] = /```mermaid\n(.*?)\n```/s.exec(text) ?? [];
    expect(drawn.split("\n")).toEqual(picture().split("\n"));
});
