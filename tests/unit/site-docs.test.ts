import { readFileSync } from "node:fs";
import * as path from "node:path";

import { profileNames, profileTraits } from "../../components/shaping/profiles";
import { documentedKeys, projectKeys } from "../../components/site/docs";
import { siteKeys } from "../../components/site/keys";

const root = path.resolve(__dirname, "../..");

/** Lines of a file between its marks. */
function generated(file: string): string[] {
    const lines = readFileSync(path.join(root, file), "utf8").split("\n");
    const at = (mark: string) => lines.findIndex((line) => line.includes(`keys: ${mark}`));
    expect(at("begin")).toBeGreaterThan(0);
    return lines.slice(at("begin") + 1, at("end")).filter((line) => line !== "");
}

/** The formatter pads the cells of a table; only their content counts. */
const cells = (line: string): string[] => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/^-+$/, "---"));

describe("`npm run docs:configuration` was run: every key, type, default and description", () => {
    it("stands in Pulumi.yaml as the program reads it", () => {
        expect(generated("Pulumi.yaml")).toEqual(projectKeys().split("\n"));
    });

    it("stands in docs/configuration.md as the program reads it", () => {
        expect(generated("docs/configuration.md").map(cells)).toEqual(documentedKeys().split("\n").map(cells));
    });
});

describe("the documented configuration", () => {
    const text = readFileSync(path.join(root, "docs/configuration.md"), "utf8");

    it("names every key of the router, which the engine lets no project declare", () => {
        for (const key of [
            "url",
            "username",
            "password",
            "caCertificate",
            "certificateFingerprint",
            "allowPlaintext",
            "timeoutSeconds",
            "bulkWrites",
            "connections",
        ]) {
            expect(text).toContain(`\`routeros:${key}\``);
        }
        expect(text).toContain("`aws:region`");
    });

    it("describes in the stack file of the article every key of the router", () => {
        const home = readFileSync(path.join(root, "Pulumi.home.yaml"), "utf8");
        for (const [, key] of text.matchAll(/`(routeros:\w+)`/g)) expect(home).toContain(key);
    });
});

it("documents the names and the packet sizes of each profile", () => {
    const text = readFileSync(path.join(root, "docs/configuration.md"), "utf8");
    for (const profile of profileNames) {
        const { names, packetSize } = profileTraits(profile);
        const { queueNames, ...others } = names;
        for (const name of [...Object.values<string>(others), queueNames.parent, queueNames.rest, queueNames.s3])
            expect(text).toContain(`\`${name}\``);
        if (packetSize !== undefined) expect(text).toContain(`packets of ${packetSize.split("-")[0]} bytes and more`);
    }
});

it("uses only keys of the program in Pulumi.home.yaml", () => {
    const home = readFileSync(path.join(root, "Pulumi.home.yaml"), "utf8");
    const used = [...home.matchAll(/routeros-s3:(\w+)/g)].map(([, key]) => key);
    expect(used.length).toBeGreaterThan(5);
    expect(Object.keys(siteKeys)).toEqual(expect.arrayContaining(used));
});
