/** Many sites of which one was brought up; the others, routers and states, are made in its likeness, without the hours. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { type Router, start } from "../router";
import { type ManySites, password, startSites } from "../testing/many-sites";
import type { Outcome } from "../testing/scratch-stack";

export interface Likenesses extends Pick<ManySites, "stack" | "sites" | "stop"> {
    names: string[];
}

/** What ends the name of a site's queue type: it is all that says whose the type is. */
const hashOf = (name: string): string =>
    createHash("sha256").update(`routeros-s3/${name}/nas`).digest("hex").slice(0, 6);

export async function startLikenesses(count: number): Promise<Likenesses> {
    const names = Array.from({ length: count }, (_, index) => `site-${String(index + 1).padStart(3, "0")}`);
    const [first = ""] = names;
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "routeros-s3-sites-"));
    const stateFile = (name: string) => path.join(folder, `${name}.json`);
    const ground = await startSites([first], { router: { latency: "hex", stateFile: stateFile(first) } });
    const { stack } = ground;
    const routers: Router[] = [];
    const stop = async () => {
        await Promise.all(routers.map((one) => one.stop()));
        await ground.stop();
        fs.rmSync(folder, { recursive: true });
    };
    try {
        const expectDone = ({ code, output }: Outcome) => {
            if (code !== 0) throw new Error(output);
        };
        const run = async (command: string, args: string[]) => expectDone(await stack.run(command, args));
        expectDone(await ground.sites(["up", "--yes"]));
        await ground.routers.get(first)?.stop();
        const states = path.join(folder, "states");
        const bucket = "s3://states/.pulumi/stacks/routeros-s3";
        await run("aws", ["s3", "cp", "--quiet", `${bucket}/${first}.json`, path.join(states, `${first}.json`)]);
        const state = fs.readFileSync(path.join(states, `${first}.json`), "utf8");
        const stackFile = (name: string) => path.join(stack.folder, `Pulumi.${name}.yaml`);
        const settings = fs.readFileSync(stackFile(first), "utf8");
        const configuration = fs.readFileSync(stateFile(first), "utf8");
        const url = ground.routers.get(first)?.url ?? "";
        if (!state.includes(hashOf(first))) throw new Error("the queue type of the first site has another name");
        const alike = (text: string, name: string) =>
            text.replaceAll(first, name).replaceAll(hashOf(first), hashOf(name));
        for (const name of names) {
            // Its rows say whose they are.
            fs.writeFileSync(stateFile(name), alike(configuration, name));
            const router = await start({ username: "admin", password, latency: "hex", stateFile: stateFile(name) });
            routers.push(router);
            fs.writeFileSync(stackFile(name), settings.replaceAll(url, router.url));
            fs.writeFileSync(path.join(states, `${name}.json`), alike(state, name).replaceAll(url, router.url));
        }
        await run("aws", ["s3", "cp", "--quiet", "--recursive", states, bucket]);
        return { names, stack, sites: (...given) => ground.sites(...given), stop };
    } catch (error) {
        await stop();
        throw error;
    }
}
