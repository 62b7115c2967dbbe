import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import type * as buckets from "../../components/archive/archive-bucket";
import type * as uploaders from "../../components/archive/uploader";
import { graphOf } from "./support";

const root = path.join(__dirname, "../..");
const page = readFileSync(path.join(root, "docs/cloud.md"), "utf8");

it("has every code of the ranges feed on the page, and no other", () => {
    const folder = path.join(root, "providers/aws-ip-ranges");
    const codesOf = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, code]) => code);
    const thrown = readdirSync(folder)
        .filter((name) => name.endsWith(".ts"))
        .flatMap((name) => codesOf(readFileSync(path.join(folder, name), "utf8"), /"(ranges\/[a-z-]+)"/g));
    const documented = codesOf(page, /^\| `(ranges\/[a-z-]+)` +\|/gm);
    expect(documented.sort()).toEqual([...new Set(thrown)].sort());
});

it("has every property of every resource on the page, and no other", async () => {
    const graph = await graphOf(() => {
        const { ArchiveBucket } = jest.requireActual<typeof buckets>("../../components/archive/archive-bucket");
        const { Uploader } = jest.requireActual<typeof uploaders>("../../components/archive/uploader");
        const { bucketArn } = new ArchiveBucket("photos", {
            bucketName: "photos",
            region: "eu-west-1",
            objectLock: { mode: "GOVERNANCE", days: 1 },
            tags: {},
        });
        const common = { bucketName: "photos", bucketArn, storageClass: "GLACIER" };
        new Uploader("user", { ...common, identity: { kind: "user", name: "up" }, permissionsBoundary: "arn:x" });
        new Uploader("role", { ...common, identity: { kind: "existingRole", name: "up" } });
        return Promise.resolve();
    });
    // Which bucket or identity a resource belongs to needs no reason.
    const belongs = (kind: string, property: string) =>
        (kind !== "Bucket" && ["bucket", "region"].includes(property)) || ["user", "role"].includes(property);
    const registered = graph.registrations
        .filter(({ type }) => type.startsWith("aws:"))
        .flatMap(({ type, inputs }) => {
            const kind = type.split(":").at(-1) ?? "";
            return Object.keys(inputs)
                .filter((property) => !belongs(kind, property))
                .map((property) => `${kind}.${property}`);
        });
    expect(documentedProperties().sort()).toEqual([...new Set(registered)].sort());
});

/** The table's rows; a resource's name stands only in its first. */
function documentedProperties(): string[] {
    const [, table = ""] = /<!-- resources: begin -->([^]*)<!-- resources: end -->/.exec(page) ?? [];
    let kinds: string[] = [];
    return table.split("\n").flatMap((line) => {
        const [, resource = "", property = ""] = line.split("|").map((cell) => cell.trim());
        const names = [...resource.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? "");
        if (names.length > 0) kinds = names;
        const [, name] = /^`(\w+)`$/.exec(property) ?? [];
        return name === undefined ? [] : kinds.map((kind) => `${kind}.${name}`);
    });
}
