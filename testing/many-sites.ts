/** A project of many sites, each with a router of its own, for tests and benchmarks of `routeros-s3 sites`. */
import fs from "node:fs";
import path from "node:path";

import { type Router, type RouterOptions, start } from "../router";
import { root } from "../sandbox/places";
import type { Outcome, ScratchStack } from "./scratch-stack";
import { startEngine } from "./scratch-stack";

const program = `
const pulumi = require("@pulumi/pulumi");
const { UploadShaping } = require("./bin/components");
const config = new pulumi.Config();
const prefixes = { ipv4: ["52.95.128.0/21"], ipv6: [] };
new UploadShaping("nas", {
    wanInterface: config.require("wanInterface"),
    uplink: config.require("uplink"),
    queueNames: config.getObject("queueNames"),
    addressFamilies: ["ipv4"],
    prefixes,
});
`;

/** What all sites share, as a person writes it into Pulumi.yaml. */
const project = {
    name: "routeros-s3",
    main: "index.js",
    runtime: { name: "nodejs", options: { typescript: false } },
    options: { refresh: "always" },
    config: {
        "aws:region": { value: "ap-southeast-2" },
        "routeros:username": { value: "admin" },
        "routeros:allowPlaintext": { value: true },
        wanInterface: { type: "string", default: "ether5" },
        uplink: { type: "string", default: "20M" },
        queueNames: { type: "object", default: { s3: "nas" } },
        awsIpRanges: { type: "string", default: path.join(root, "sandbox/ip-ranges.json") },
    },
};

/** Of the user `admin` of every router. */
export const password = "every-router";

export interface ManySites {
    stack: ScratchStack;
    routers: Map<string, Router>;
    /** `routeros-s3 sites …` in the project's folder. */
    sites(args: string[], env?: Record<string, string>): Promise<Outcome>;
    stop(): Promise<void>;
}

export async function startSites(
    names: readonly string[],
    { router = {}, env = {} }: { router?: RouterOptions; env?: Record<string, string> } = {},
): Promise<ManySites> {
    const started = names.map(async (name) => [name, await start({ username: "admin", password, ...router })] as const);
    const routers = new Map(await Promise.all(started));
    const [first = "one", ...others] = names;
    const stack = await startEngine({
        // As a team keeps them; locks and all are those of a bucket.
        backend: "bucket",
        router: false,
        stack: first,
        program: { "index.js": program, "Pulumi.yaml": JSON.stringify(project) },
        config: { "routeros:url": routers.get(first)?.url },
        env: { ROUTEROS_PASSWORD: password, ...env },
    });
    const stop = async () => {
        await Promise.all([...routers.values()].map((one) => one.stop()));
        await stack.stop();
    };
    for (const name of others) {
        await stack.run("pulumi", ["stack", "init", name, "--no-select"]);
        const file = path.join(stack.folder, `Pulumi.${name}.yaml`);
        fs.appendFileSync(file, `config:\n  routeros:url: ${routers.get(name)?.url}\n`);
    }
    const command = path.join(root, "cli/routeros-s3.cjs");
    return {
        stack,
        routers,
        sites: (args, more) => stack.run(process.execPath, [command, "sites", ...args], more),
        stop,
    };
}
