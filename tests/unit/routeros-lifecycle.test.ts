import type { Router } from "../../sandbox/router";
import { start } from "../../sandbox/router";
import { Carrier } from "../support/carrier";
import { site, standing } from "../support/site";

describe("a site on the embedded router", () => {
    let router: Router;
    let carrier: Carrier;
    beforeEach(async () => {
        router = await start();
        carrier = new Carrier({ url: router.url });
    });
    afterEach(async () => {
        await router.stop();
    });

    test("is made, stays the same, and goes without a trace", async () => {
        const before = standing(router);
        const made = await carrier.up(site());
        expect(made.error).toBeUndefined();
        router.clearLog();
        const again = await carrier.up(site());
        expect(again.error).toBeUndefined();
        expect(again.steps.map(({ op, changed }) => [op, changed])).toEqual(site().map(() => ["same", undefined]));
        expect(router.log.filter(({ method }) => method !== "GET")).toEqual([]);
        const gone = await carrier.destroy();
        expect(gone.error).toBeUndefined();
        expect(standing(router)).toEqual(before);
    });
});
