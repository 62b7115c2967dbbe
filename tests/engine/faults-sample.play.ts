/** A sample of the sweep in tests/faults through the real engine. */
import type { Fault } from "../../router";
import { standing } from "../../testing/site";
import { engineTimeout, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(2 * engineTimeout);

const program = `
const { AddressList, FirewallRules } = require("./bin/components");
const list = new AddressList("list", { list: "l", addresses: ["198.51.100.1", "198.51.100.2", "198.51.100.3"] });
new FirewallRules("rules", {
    table: "mangle",
    rules: [
        { key: "a", chain: "forward", action: "mark-connection", newConnectionMark: "c", dstAddressList: "l" },
        { key: "b", chain: "forward", action: "mark-packet", newPacketMark: "p", connectionMark: "c" },
    ],
}, { dependsOn: list });
`;

/** Writes only, counted from the first: what a lost read does is swept without the engine. */
const writes = { methods: ["PUT", "PATCH", "DELETE", "POST"] };
const sample: Fault[] = [
    { kind: "drop", when: "after", at: 1 },
    { kind: "500", when: "before", at: 2 },
    { kind: "cut-body", when: "after", at: 3 },
    { kind: "foreign-answer", when: "after", at: 4 },
    { kind: "reset", when: "after", at: 5 },
    { kind: "restart", when: "after", at: 2 },
];

let stack: ScratchStack;
afterAll(() => stack.stop());

it("a spoilt write is mended by the next up, whatever spoilt it", async () => {
    stack = await startEngine({ program: { "index.js": program }, env: { ROUTEROS_RETRY_PAUSE_MS: "0" } });
    const { router } = stack;
    const untouched = standing(router);
    let converged = 0;
    for (const fault of sample) {
        router.addFault({ ...fault, ...writes });
        await stack.up();
        router.clearFaults();
        const up = await stack.up();
        expect(up).toMatchObject({ code: 0 });
        expect(router.rows("/ip/firewall/address-list").map((row) => row["address"])).toEqual([
            "198.51.100.1",
            "198.51.100.2",
            "198.51.100.3",
        ]);
        const rules = router.rows("/ip/firewall/mangle").filter((row) => row["dynamic"] === "false");
        expect(rules.map((row) => row["action"])).toEqual(["mark-connection", "mark-packet"]);
        expect(await stack.destroy()).toMatchObject({ code: 0 });
        expect(standing(router)).toEqual(untouched);
        converged += 1;
    }
    process.stdout.write(`faults through the engine: ${sample.length} swept, ${converged} converged\n`);
});
