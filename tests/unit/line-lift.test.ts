import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

import { startLift } from "../../line/lift/lift";
import { readSettings } from "../../providers/routeros/runtime/router/settings";
import type { Router } from "../../router";
import { withRouter } from "../../testing/embedded-router";
import { quietAndQuick } from "../../testing/quiet";
import type { Stage } from "../../testing/stages";
import { carrierOf, real } from "../../testing/stages";
import { build, root } from "../lab/support";

quietAndQuick();

const owner = "routeros-s3/home";
let stage: Stage;

beforeAll(async () => {
    build();
    stage = await real({ wanInterface: "ether5" }, 20e6);
});

const parent = (router: Router) => router.rows("/queue/tree").find(({ name }) => name === "upload")!;
const isOut = (router: Router): boolean => parent(router)["disabled"] === "true";

/** Resolves when the parent queue is in use after a request. */
function inUse(router: Router): Promise<void> {
    return new Promise((resolve) => {
        const off = router.onRequest(({ when, method }) => {
            if (when !== "after" || method !== "PATCH" || isOut(router)) return;
            off();
            resolve();
        });
    });
}

async function withSite(use: (router: Router, order: Parameters<typeof startLift>[0]) => Promise<void>): Promise<void> {
    await withRouter({}, async (_call, router) => {
        const carrier = carrierOf(router, stage);
        const { error } = await carrier.up(stage.declared, { skipPreview: true });
        if (error) throw error;
        await use(router, { settings: readSettings((key) => carrier.config[key]), owner, queues: ["upload"] });
    });
}

describe("a lift", () => {
    test("takes the parent queue out of use, and no other row, until it is restored", async () => {
        await withSite(async (router, order) => {
            const before = router.configuration();
            const lift = await startLift(order);
            expect(router.rows("/queue/tree").filter(({ disabled }) => disabled === "true")).toHaveLength(1);
            expect(isOut(router)).toBe(true);
            await lift.restore();
            expect(router.configuration()).toEqual(before);
        });
    });

    test("ends by itself after the longest time", async () => {
        await withSite(async (router, order) => {
            const back = inUse(router);
            const lift = await startLift(order, 100);
            await back;
            await lift.restore();
            expect(lift.isOver).toBe(true);
        });
    });

    test("ends when the process that asked for it is killed, however long it was to be", async () => {
        await withSite(async (router, order) => {
            const back = inUse(router);
            const code = `process.once("message", (order) =>
                require(${JSON.stringify(path.join(root, "bin/line/lift/lift.js"))}).startLift(order).then(() => process.send("lifted")));`;
            const asking = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
            asking.send(order);
            await once(asking, "message");
            expect(isOut(router)).toBe(true);
            asking.kill("SIGKILL");
            await back;
        });
    });

    test("goes on asking a router that does not answer, until the queue is in use", async () => {
        await withSite(async (router, order) => {
            const lift = await startLift(order);
            router.addFault({ kind: "drop", when: "before", at: 1, times: 2, methods: ["PATCH"] });
            await lift.restore();
            expect(isOut(router)).toBe(false);
        });
    });

    test("is refused while the queue is out of use already, and leaves it so", async () => {
        await withSite(async (router, order) => {
            router.set("/queue/tree", parent(router)[".id"]!, { disabled: "true" });
            await expect(startLift(order)).rejects.toThrow(/parent queue upload on .* is out of use already/);
            expect(isOut(router)).toBe(true);
        });
    });

    test("is refused where another stack's rows have the name", async () => {
        await withSite(async (router, order) => {
            await expect(startLift({ ...order, owner: "other/stack" })).rejects.toThrow(/nothing to lift/);
            expect(isOut(router)).toBe(false);
        });
    });
});
