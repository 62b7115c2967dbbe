import fs from "node:fs";
import path from "node:path";

import type { RouterOptions } from "../../router/api";
import { engineTimeout, type Environment, ordinarySite, type Outcome, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

/** The lines in which Pulumi sums up what went wrong, each once; the kind of resource is not part of them. */
function errors(outcome: Outcome): string[] {
    const summary = outcome.output.slice(outcome.output.indexOf("Diagnostics:"));
    const lines = summary.split("\n").flatMap((line) => /^\s+error: (.*)$/.exec(line)?.[1] ?? []);
    return [...new Set(lines)].filter((line) => line !== "update failed");
}

describe("bad input", () => {
    let stack: ScratchStack;
    const start = async (router: RouterOptions = {}) => {
        stack = await startEngine({ config: ordinarySite, router });
    };
    afterEach(() => stack.stop());

    /** An `up` without preview, with some keys of the configuration changed. What must hold of every refusal is checked. */
    async function refused(config: Record<string, string>, env: Environment = {}): Promise<Outcome> {
        const stackFile = path.join(stack.folder, "Pulumi.test.yaml");
        const written = fs.readFileSync(stackFile);
        const before = stack.router.configuration();
        stack.router.clearLog();
        const set = Object.entries(config).flatMap(([key, value]) => ["--config", `${key}=${value}`]);
        const up = await stack.up(set, env);
        fs.writeFileSync(stackFile, written);

        expect(up.code).not.toBe(0);
        expect(errors(up)).toHaveLength(1);
        expect(stack.router.log.filter(({ method }) => method !== "GET")).toEqual([]);
        expect(stack.router.configuration()).toEqual(before);
        for (const password of [stack.password, "not-the-password"]) {
            expect(up.output).not.toContain(password);
            expect(stack.stateText()).not.toContain(password);
        }
        return up;
    }

    it("wrong password: says what was refused and what to look at", async () => {
        await start();
        const up = await refused({}, { ROUTEROS_PASSWORD: "not-the-password" });
        expect(errors(up)[0]).toMatch(/was refused \(401\).*Check username and password.*\[login\/refused\]$/);
        expect(stack.router.log).toHaveLength(1);
    });

    it("plain http: refused before anything is sent, naming the way out", async () => {
        await start();
        const up = await refused({}, { ROUTEROS_ALLOW_PLAINTEXT: "" });
        expect(errors(up)[0]).toMatch(
            /plain text\. Use https, or set routeros:allowPlaintext.*\[settings\/plaintext\]$/,
        );
        expect(stack.router.log).toEqual([]);
    });

    it("a certificate nobody vouches for: refused before anything is sent, naming the pin", async () => {
        await start({ https: true });
        const up = await refused({});
        expect(errors(up)[0]).toMatch(/certificate.*(routeros:certificateFingerprint|routeros:caCertificate)/);
        expect(stack.router.log).toEqual([]);
    });

    it("router not reachable: one warning, one error, and the AWS side goes through", async () => {
        await start();
        const up = await refused({}, { ROUTEROS_URL: "http://127.0.0.1:1" });
        expect(errors(up)[0]).toMatch(
            /had no answer: connect ECONNREFUSED.*Check the address.*\[connection\/refused\]$/,
        );
        const diagnostics = up.output.slice(up.output.indexOf("Diagnostics:"));
        expect(diagnostics.match(/warning:/g)).toHaveLength(1);
        const types = (await stack.resources()).map((resource) => resource.type);
        expect(types).toContain("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
        expect(types.filter((type) => type.startsWith("pulumi-nodejs:dynamic/"))).toEqual([]);
    });

    it("unknown WAN interface: names the ones there are, and writes no row", async () => {
        await start();
        const up = await refused({ "routeros-s3:wanInterface": "ether99" });
        expect(errors(up)[0]).toMatch(/no interface "ether99"; it has .*ether5.*Set routeros-s3:wanInterface/);
    });

    it("mistakes in the configuration: all at once, before anything is asked of the router", async () => {
        await start();
        const up = await refused({ "routeros-s3:uplink": "fast", "routeros-s3:headroomPercent": "200" });
        expect(up.output).toMatch(/routeros-s3:uplink holds "fast"; it should hold .*such as 20M/);
        expect(up.output).toMatch(/routeros-s3:headroomPercent holds "?200"?; it should hold/);
        expect(stack.router.log).toEqual([]);
    });

    it("a region without prefixes of S3: says which the file has", async () => {
        await start();
        const up = await refused({ "aws:region": "eu-south-1" });
        expect(errors(up)[0]).toMatch(/no prefixes of S3@eu-south-1; check aws:region; it has S3 in .*eu-west-1/);
    });

    it.each([
        { what: "that is not there", file: "nowhere/ip-ranges.json", says: /cannot be read: ENOENT.*correct the path/ },
        { what: "that is no JSON", file: "program.cjs", says: /is not JSON.*name a file in AWS's format/ },
        { what: "of another shape", file: "package.json", says: /package\.json .*(awsIpRanges|AWS's format)/ },
    ])("a ranges file $what: says so, and where it is set", async ({ file, says }) => {
        await start();
        const up = await refused({ "routeros-s3:awsIpRanges": file });
        expect(errors(up)[0]).toMatch(says);
        expect(up.output).toContain("routeros-s3:awsIpRanges");
    });
});
