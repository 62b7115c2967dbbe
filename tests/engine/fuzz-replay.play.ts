/**
 * Cases of the fuzz on the real engine: the program reads what is wanted from a file, the hand does the same on both
 * routers, and the engine must leave the rows that the carrier left. Each case goes on from the one before it.
 */
import fs from "node:fs";
import path from "node:path";

import { type Router, start } from "../../router";
import { Carrier } from "../../testing/carrier";
import { anyCase } from "../../testing/fuzz/arbitrary";
import { declared, type Program } from "../../testing/fuzz/case";
import { edit, menusOf, otherDevice } from "../../testing/fuzz/hand";
import { furnish } from "../../testing/fuzz/play";
import { fc } from "../../testing/random";
import { standing } from "../../testing/site";
import { engineTimeout, type ScratchStack, startEngine } from "./harness";

const replayed = 20;
const program = {
    "Pulumi.yaml": JSON.stringify({
        name: "site",
        main: "index.js",
        options: { refresh: "always" },
        runtime: { name: "nodejs", options: { typescript: false } },
    }),
    "index.js": `
        const routeros = require("./bin/components");
        const wanted = JSON.parse(require("node:fs").readFileSync("wanted.json", "utf8"));
        let dependsOn = [];
        for (const { kind, name, args } of wanted) dependsOn = [...dependsOn, new routeros[kind](name, args, { dependsOn })];
    `,
    "wanted.json": "[]",
};

/** One file of wanted rows and what the hand did before it; the last wants nothing. */
function cases() {
    const all = fc.sample(anyCase, { numRuns: replayed, seed: 7 });
    return all.map((one, at) => ({
        edits: one.rounds.flatMap(({ edits }) => edits).slice(0, 3),
        used: menusOf(one),
        wanted: at === replayed - 1 ? ([] as Program) : one.sites[0],
    }));
}

describe("cases of the fuzz on the real engine", () => {
    let stack: ScratchStack;
    let other: Router;
    beforeAll(async () => {
        process.env["ROUTEROS_RETRY_PAUSE_MS"] = "0";
        stack = await startEngine({ program, env: { ROUTEROS_RETRY_PAUSE_MS: "0" } });
        other = await start({ password: stack.password });
    }, engineTimeout);
    afterAll(async () => {
        delete process.env["ROUTEROS_RETRY_PAUSE_MS"];
        await other.stop();
        await stack.stop();
    });

    it(
        "leave what the carrier left",
        async () => {
            for (const name of ["warn", "error"] as const) jest.spyOn(console, name).mockReturnValue();
            const carrier = new Carrier({ url: other.url, password: stack.password });
            for (const router of [stack.router, other]) furnish(router);
            let settled = 0;
            const env: Record<string, string> = {};
            for (const [at, { edits, used, wanted }] of cases().entries()) {
                for (const router of [stack.router, other]) for (const each of edits) edit(router, used, each);
                const program = declared(wanted);
                fs.writeFileSync(path.join(stack.folder, "wanted.json"), JSON.stringify(program));
                if (edits.some(({ kind }) => kind === "other-device")) {
                    env["ROUTEROS_DEVICE"] = carrier.config["routeros:device"] = otherDevice;
                }
                const { error } = await carrier.up(program, { skipPreview: true });
                const up = await stack.up([], env);
                const failed = error ? /\[([a-z]+\/[a-z-]+)\]/.exec(error.message)?.[1] : undefined;
                expect({ at, done: up.code === 0, output: up.output }).toEqual({
                    at,
                    done: error === undefined,
                    output: expect.stringContaining(failed ?? "") as string,
                });
                expect({ at, rows: standing(stack.router) }).toEqual({ at, rows: standing(other) });
                if (!error) settled += 1;
            }
            expect(settled).toBeGreaterThan(replayed / 2);
            jest.restoreAllMocks();
            process.stdout.write(
                `fuzz on the engine: ${replayed} cases, ${settled} settled, the others refused alike\n`,
            );
        },
        3 * engineTimeout,
    );
});
