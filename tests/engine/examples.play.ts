import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

import ts from "typescript";

import { start } from "../../router";
import { root } from "../../sandbox/places";
import type { EngineOptions, ScratchStack } from "./harness";
import { engineTimeout, startEngine } from "./harness";

const examples = path.join(root, "examples");
const read = (name: string, file: string) => readFileSync(path.join(examples, name, file), "utf8");
const ranges = { awsIpRanges: path.join(root, "sandbox/ip-ranges.json") };

jest.setTimeout(engineTimeout);

/** An example's files as the engine gets them: compiled here, with the checkout in place of the installed package. */
async function startExample(name: string, options: EngineOptions = {}): Promise<ScratchStack> {
    const { outputText } = ts.transpileModule(read(name, "index.ts"), {
        compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true },
    });
    const project = read(name, "Pulumi.yaml").replace(
        /^runtime: nodejs$/m,
        "main: index.js\nruntime: {name: nodejs, options: {typescript: false}}",
    );
    const program = outputText.replaceAll('require("routeros-s3")', 'require("./bin/components")');
    return startEngine({ program: { "index.js": program, "Pulumi.yaml": project }, ...options });
}

/** What a person does: up, look, up again, destroy. Ends with the router as it was. */
async function upAndDown(stack: ScratchStack, look: () => void): Promise<void> {
    const before = stack.router.configuration();
    const up = await stack.up();
    expect(up.output).not.toMatch(/error/i);
    expect(up.code).toBe(0);
    look();
    const again = await stack.preview(["--expect-no-changes"]);
    expect(again.output).not.toMatch(/error/i);
    expect(again.code).toBe(0);
    const destroy = await stack.destroy();
    expect(destroy.code).toBe(0);
    expect(stack.router.configuration()).toEqual(before);
}

it("has a test for each example", () => {
    const elsewhere = { ci: "unit/ci-templates", state: "engine/sites" };
    const here = ["address-list", "two-routers", "upload-shaping"];
    expect(readdirSync(examples).sort()).toEqual(["README.md", ...here, ...Object.keys(elsewhere)].sort());
});

it("address-list: keeps a list as the program says, and nothing else", async () => {
    const stack = await startExample("address-list");
    try {
        await upAndDown(stack, () => {
            const management = (family: string) =>
                stack.router
                    .rows(`/${family}/firewall/address-list`)
                    .filter((row) => row["list"] === "management")
                    .map((row) => row["address"])
                    .sort();
            expect(management("ip")).toEqual(["10.0.0.5-10.0.0.9", "192.168.88.10", "192.168.88.32/27"]);
            expect(management("ipv6")).toEqual(["2001:db8:1:20::/64", "2001:db8:1::10/128"]);
        });
    } finally {
        await stack.stop();
    }
});

it("upload-shaping: slows down the NAS alone, beside marks of a telephone", async () => {
    const stack = await startExample("upload-shaping", {
        config: Object.fromEntries(
            Object.entries({ ...ranges, wanInterface: "ether5" }).map(([key, value]) => [
                `example-upload-shaping:${key}`,
                value,
            ]),
        ),
    });
    try {
        await upAndDown(stack, () => {
            const queues = stack.router.rows("/queue/tree");
            expect(queues.map((row) => [row["name"], row["parent"], row["packet-mark"]])).toEqual(
                expect.arrayContaining([
                    ["upload", "ether5", ""],
                    ["upload-rest", "upload", "no-mark,voip"],
                    ["upload-s3", "upload", "s3-upload-packet"],
                ]),
            );
            const marks = stack.router.rows("/ip/firewall/mangle").filter((row) => row["action"] === "mark-connection");
            expect(marks.map((row) => row["src-address-list"] ?? row["src-mac-address"])).toEqual([
                "s3-sydney-sources",
                "AA:BB:CC:00:11:22",
            ]);
        });
    } finally {
        await stack.stop();
    }
});

it("two-routers: shapes two lines for one bucket, each on its own router", async () => {
    const office = await start({ username: "admin", password: "office" });
    const before = office.configuration();
    const ipv6Lists = office.rows("/ipv6/firewall/address-list");
    const stack = await startExample("two-routers", {
        aws: true,
        config: {
            "aws:region": "ap-southeast-2",
            "example-two-routers:awsIpRanges": ranges.awsIpRanges,
            "example-two-routers:protectBucket": "false",
        },
        env: {
            ROUTEROS_OFFICE_URL: office.url,
            ROUTEROS_OFFICE_USERNAME: "admin",
            ROUTEROS_OFFICE_PASSWORD: "office",
            ROUTEROS_OFFICE_ALLOW_PLAINTEXT: "true",
        },
    });
    try {
        await upAndDown(stack, () => {
            const widths = (rows: Record<string, string>[]) =>
                rows.filter((row) => row["name"] === "upload").map((row) => [row["parent"], row["max-limit"]]);
            expect(widths(stack.router.rows("/queue/tree"))).toEqual([["ether5", "19000000"]]);
            expect(widths(office.rows("/queue/tree"))).toEqual([["ether1", "95000000"]]);
            expect(office.rows("/ipv6/firewall/address-list")).toEqual(ipv6Lists);
        });
        expect(office.configuration()).toEqual(before);
    } finally {
        await stack.stop();
        await office.stop();
    }
});
