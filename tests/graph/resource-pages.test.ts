/** The example on each resource's page registers a resource of that kind. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import vm from "node:vm";

import ts from "typescript";

import { root } from "../../sandbox/places";
import { graphOf } from "./support";

const exampleOf = (page: string) => /```ts\n(.*?)```/s.exec(readFileSync(path.join(root, page), "utf8"))?.[1] ?? "";

/** Runs a TypeScript program that uses the package, with this checkout in its place. */
async function run(text: string): Promise<string[]> {
    const { outputText } = ts.transpileModule(text, {
        compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
    });
    const graph = await graphOf(() => {
        const components: unknown = jest.requireActual("../../components");
        type Program = (require: () => unknown, exports: object) => void;
        (vm.compileFunction(outputText, ["require", "exports"]) as Program)(() => components, {});
        return Promise.resolve();
    });
    return graph.registrations.map(({ type }) => type.split(":").at(-1) ?? "");
}

it.each(readdirSync(path.join(root, "docs/resources")))("%s", async (page) => {
    const kind = page.replace(
        /(?:^|-)([a-z])|\.md$/g,
        (_all, letter: string | undefined) => letter?.toUpperCase() ?? "",
    );
    expect(await run(exampleOf(`docs/resources/${page}`))).toContain(kind);
});
