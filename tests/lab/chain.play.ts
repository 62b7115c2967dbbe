/** From configuration to packets: the real engine writes the router, the lab reads it and sends traffic through it. */
import { planned, profilesFor, routerProfile } from "../../lab/profiles";
import { readRouter } from "../../lab/read-router";
import { stateOfExport } from "../../lab/read-rsc";
import type { RouterState } from "../../lab/router-state";
import { translate } from "../../lab/translate";
import { engineTimeout, ordinarySite, type ScratchStack, startEngine } from "../engine/harness";
import { build, describeWithPackets, playShort, playUntilKept, verdicts } from "./support";

jest.setTimeout(engineTimeout);

describe("what pulumi up leaves on the router", () => {
    let stack: ScratchStack;
    const devices = { ether5: "wan", bridge: "lan" };

    beforeAll(async () => {
        build();
        stack = await startEngine({
            config: ordinarySite,
        });
        const up = await stack.up();
        if (up.code !== 0) throw new Error(up.output);
    });
    afterAll(() => stack.stop());

    const read = (): Promise<RouterState> => readRouter(undefined, stack.env);

    it("is what the lab compares as scavenger, read by REST or from an export", async () => {
        const expected = translate(planned("scavenger", 20e6), { devices });
        const byRest = translate(await read(), { devices });
        expect(sorted(byRest.nft)).toBe(sorted(expected.nft));
        expect(byRest.tc).toBe(expected.tc);
        const byExport = translate(stateOfExport(stack.router.export()), { devices });
        expect([byExport.nft, byExport.tc]).toEqual([byRest.nft, byRest.tc]);
    });

    describeWithPackets("on packets", () => {
        it("keeps its promises", async () => {
            const { results } = await playUntilKept(routerProfile(await read(), "router"), ["alone", "other"]);
            expect(verdicts(results)).toEqual({
                "alone share": true,
                "other s3-share": true,
                "other other-share": true,
            });
        });

        it("is seen to break them after somebody swapped the limits by hand", async () => {
            const queues = stack.router.rows("/queue/tree");
            const [rest, s3] = ["upload-rest", "upload-s3"].map((name) => queues.find((row) => row["name"] === name)!);
            const numbers = (row: typeof rest) => ({ "limit-at": row!["limit-at"]!, priority: row!["priority"]! });
            stack.router.set("/queue/tree", rest![".id"]!, numbers(s3));
            stack.router.set("/queue/tree", s3![".id"]!, numbers(rest));
            const { results } = await playShort(routerProfile(await read(), "router"), ["other"]);
            expect(verdicts(results)).toEqual({ "other s3-share": false, "other other-share": false });
            await repair();
        });

        it("is seen to break them after a rule was moved below one that takes everything", async () => {
            const [marking] = stack.router
                .rows("/ip/firewall/mangle")
                .filter((row) => row["action"] === "mark-connection");
            const id = stack.router.add("/ip/firewall/mangle", { chain: "forward", action: "accept" });
            stack.router.move("/ip/firewall/mangle", id, marking![".id"]);
            const { results } = await playShort(routerProfile(await read(), "router"), ["other"]);
            expect(verdicts(results)).toEqual({ "other s3-share": false, "other other-share": false });
            stack.router.remove("/ip/firewall/mangle", id);
        });

        it("is the profile that the table shows", () => {
            const profile = profilesFor(20e6).find(({ name }) => name === "scavenger");
            expect(profile?.maxLimit).toBe(19e6);
        });
    });

    async function repair(): Promise<void> {
        const up = await stack.up();
        if (up.code !== 0) throw new Error(up.output);
    }
});

/** The order of addresses in a list is the router's own. */
function sorted(nft: string): string {
    return nft.replace(
        /elements = \{ (.*) \}/g,
        (_all, list: string) => `elements = { ${list.split(", ").sort().join(", ")} }`,
    );
}
