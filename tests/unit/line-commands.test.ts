/** `doctor` and `watch` as a person and a monitor call them, at a stack that was brought up. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import * as v from "valibot";

import { diagnosisSchema, outputPage, watchedSchema } from "../../line/output";
import type { Router } from "../../router";
import type { Carrier } from "../../testing/carrier";
import * as command from "../../testing/command";
import { helpExamples } from "../../testing/printed-commands";
import { quietAndQuick } from "../../testing/quiet";
import { recordStack } from "../../testing/recorded-stack";
import { broughtUp } from "../../testing/stages";
import { build, root } from "../lab/support";

quietAndQuick();
build();

const config = {
    "aws:region": "ap-southeast-2",
    "routeros-s3:wanInterface": "ether5",
    "routeros-s3:uplink": "20M",
    "routeros-s3:awsIpRanges": path.join(root, "sandbox/ip-ranges.json"),
};
let folder: string;
let router: Router;
let carrier: Carrier;
let environment: Record<string, string>;

beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "line-commands-"));
    ({ router, carrier } = await broughtUp());
    environment = recordStack(folder, carrier, { config });
});
afterAll(async () => {
    await router?.stop();
    rmSync(folder, { recursive: true, force: true });
});

/** With nothing of this machine's own in its way. */
const where = (env: Record<string, string> = {}) => ({
    folder,
    env: { ...process.env, ROUTEROS_URL: "", ...environment, AWS_EC2_METADATA_DISABLED: "true", ...env },
});
const launch = (line: string, env?: Record<string, string>) => command.launch(line, where(env));
const run = (line: string, env?: Record<string, string>) => command.run(line, where(env));

describe("doctor", () => {
    test("runs as its help shows it, and ends with 0 where uploads are shaped", async () => {
        const lines = helpExamples("doctor");
        expect(lines.length).toBeGreaterThan(1);
        for (const line of lines) {
            const { code, out } = await run(line);
            expect(out).toMatch(/uploads of this site are shaped|"verdict": "shaped"/);
            expect(code).toBe(0);
        }
    });

    test("prints its JSON as documented, and ends with 1 where a parent queue is out of use", async () => {
        const parent = router.rows("/queue/tree").find(({ name }) => name === "upload")!;
        router.set("/queue/tree", parent[".id"]!, { disabled: "true" });
        try {
            const { code, out, errors } = await run("doctor --json");
            const { verdict, findings } = v.parse(diagnosisSchema, JSON.parse(out));
            expect([verdict, findings[0]?.code, errors]).toEqual(["not-shaped", "rows/parent-disabled", ""]);
            expect(code).toBe(1);
        } finally {
            router.set("/queue/tree", parent[".id"]!, { disabled: "false" });
        }
    });

    test.each<[string, Record<string, string>, RegExp]>([
        ["a wrong password", { ROUTEROS_PASSWORD: "wrong" }, /could not tell: .*(login|password).*\n$/],
        [
            "a router that is not there",
            {
                ROUTEROS_URL: "http://127.0.0.1:1",
                ROUTEROS_ALLOW_PLAINTEXT: "true",
                ROUTEROS_USERNAME: "a",
                ROUTEROS_PASSWORD: "b",
            },
            /could not tell: .*127\.0\.0\.1:1/,
        ],
        ["no stack", { PATH: "/usr/bin:/bin" }, /^doctor: .*pulumi is not on PATH\n$/],
    ])("ends with 2 and one line at %s", async (_name, env, says) => {
        const { code, out, errors } = await run("doctor", env);
        expect(out + errors).toMatch(says);
        expect(code).toBe(2);
    });
});

test("what is printed as data has a page that is made from its schemas", () => {
    expect(readFileSync(path.join(root, "docs/line-json.md"), "utf8")).toBe(outputPage());
});

describe("watch", () => {
    test.each(helpExamples("watch"))("runs as its help shows it until it is interrupted: %s", async (line) => {
        const { child, said } = launch(`${line} --tcp 127.0.0.1:9`);
        await once(child.stdout, "data");
        child.kill("SIGINT");
        const [code] = (await once(child, "close")) as [number];
        expect(said.out).toMatch(/^(uploads \d|watch: http:\/\/127\.0\.0\.1:\d+\/\?token=|\{)/);
        if (line.includes("--json")) v.parse(watchedSchema, JSON.parse(said.out.split("\n")[0] ?? ""));
        expect(said.errors).toBe("");
        expect(code).toBe(0);
    });

    test("says in one line that the router lets nobody in", async () => {
        const { code, out, errors } = await run("watch --tcp 127.0.0.1:9", { ROUTEROS_PASSWORD: "wrong" });
        expect(errors).toMatch(/^routeros-s3: .*\[login\/refused\]\n$/);
        expect([code, out]).toEqual([1, ""]);
    });
});

describe("verify", () => {
    test.each<[string, RegExp]>([
        ["verify --load nowhere", /^verify: --load is "nowhere"; it is written host:port/],
        ["verify --page /no/such/folder/p.html", /^verify: --page is .*nothing can be written to \/no\/such\/folder/],
        ["verify", /^verify: the stack has no bucket yet; name one with --bucket\n$/],
    ])("refuses %s in one line, before anything is sent", async (line, says) => {
        const { code, out, errors } = await run(line);
        expect(errors).toMatch(says);
        expect([code, out]).toEqual([2, ""]);
    });
});

describe("measure --lift", () => {
    test.each<[string, string, object, RegExp]>([
        [
            "while pulumi works on the stack",
            "measure --lift --bucket photos",
            { pending: [{ type: "updating", resource: { urn: "a::b" } }] },
            /--lift is refused: .*under way or broken off: updating b/,
        ],
        ["for longer than it lasts", "measure --lift --seconds 100", {}, /--lift goes with --seconds up to 45/],
    ])("is refused %s", async (_name, line, more, says) => {
        const env = recordStack(path.join(folder, "other"), carrier, { config, ...more });
        const { code, errors } = await run(line, env);
        expect(errors).toMatch(says);
        expect(code).toBe(1);
        expect(router.rows("/queue/tree").filter(({ disabled }) => disabled === "true")).toEqual([]);
    });
});
