import { start } from "../../router";
import { checks } from "./checks";
import { Rest } from "./harness/rest";
import type { Result } from "./harness/runner";
import { runCheck } from "./harness/runner";

/** The suite against a router of somebody's: here an embedded one that it knows only by its address. */
describe("on a router that is given to it", () => {
    const access = { username: "admin", password: "theirs" };

    test("the suite changes nothing but rows of its own, and takes them away", async () => {
        const router = await start(access);
        const rest = new Rest({ url: router.url, ...access });
        try {
            router.add("/ip/firewall/address-list", { list: "theirs", address: "192.0.2.1" });
            router.add("/ip/firewall/mangle", { chain: "forward", action: "accept", comment: "theirs" });
            router.add("/queue/tree", { name: "theirs", parent: "global", "max-limit": "10M" });
            const before = router.configuration();
            const target = { rest, version: "7.22.3", usersAllowed: false };
            const results: Result[] = [];
            for (const check of checks) results.push(await runCheck(check, target));
            expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
            expect(results.flatMap(({ left }) => left)).toEqual([]);
            expect(router.configuration()).toEqual(before);
            const skipped = results.filter(({ outcome }) => outcome === "skipped").map(({ reason }) => reason);
            expect(new Set(skipped).size).toBeLessThan(6);
            expect(skipped.filter((reason) => reason?.startsWith("would change the router")).length).toBeGreaterThan(
                20,
            );
        } finally {
            rest.close();
            await router.stop();
        }
    }, 60_000);

    test("only requests to rows of its own write anything", async () => {
        const router = await start(access);
        const rest = new Rest({ url: router.url, ...access });
        try {
            const foreign = router.add("/ip/firewall/filter", { chain: "input", comment: "theirs" });
            const target = { rest, version: "7.22.3", usersAllowed: false };
            for (const check of checks) await runCheck(check, target);
            const writes = router.log.filter(({ method, status }) => method !== "GET" && status < 300);
            expect(writes.filter(({ path }) => path === `/ip/firewall/filter/${foreign}`)).toEqual([]);
        } finally {
            rest.close();
            await router.stop();
        }
    }, 60_000);
});
