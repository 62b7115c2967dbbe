/** Resources of one name below different parents: what tells their rows apart, and what nobody can. */
import * as pulumi from "@pulumi/pulumi";

import { AddressList, FirewallRules } from "../../components";
import { graphOf, kinds } from "./support";

/** Resources inside two components, as a library that is used twice would make them; and what is said of it. */
async function twice(...make: ((opts: pulumi.CustomResourceOptions) => unknown)[]) {
    const said: string[] = [];
    const graph = await graphOf(() => {
        make.forEach((one, index) => {
            const parent = new pulumi.ComponentResource(`test:index:Door${index}`, "door");
            try {
                one({ parent });
            } catch (error) {
                said.push(error instanceof Error ? error.message : String(error));
            }
        });
        return Promise.resolve();
    });
    return { said, graph };
}

const list = (more: object) => (opts: pulumi.CustomResourceOptions) =>
    new AddressList("friends", { list: "friends", addresses: ["192.0.2.1"], ...more }, opts);
const refused = /^routeros-s3\/home\/friends: two resources of the program have this name, .* give one another$/;

test("that say the same are refused: one would take the other's rows for its own", async () => {
    const { said, graph } = await twice(list({}), list({}));
    expect(said).toEqual([expect.stringMatching(refused)]);
    expect(graph.names(kinds.addressList)).toEqual(["friends"]);
});

test("that say different things are refused, too", async () => {
    for (const other of [list({ list: "others" }), list({ connection: "", family: "ipv4" })])
        expect((await twice(list({}), other)).said).toEqual([expect.stringMatching(refused)]);
});

test.each([
    ["on two routers", list({ connection: "a" }), list({ connection: "b" })],
    ["of two families", list({ family: "ipv4" }), list({ family: "ipv6", addresses: ["2001:db8::1"] })],
])("%s stand side by side", async (_where, one, other) => {
    const { said, graph } = await twice(one, other);
    expect(said).toEqual([]);
    expect(graph.names(kinds.addressList)).toEqual(["friends", "friends"]);
});

test("of two kinds, or in two tables, stand side by side", async () => {
    const rules = (table: "mangle" | "filter") => (opts: pulumi.CustomResourceOptions) =>
        new FirewallRules("friends", { table, rules: [{ key: "a", chain: "forward", action: "accept" }] }, opts);
    const { said, graph } = await twice(list({}), rules("filter"), rules("mangle"));
    expect(said).toEqual([]);
    expect(graph.names(kinds.firewallRules)).toEqual(["friends", "friends"]);
});

test("are fine in another run of the program in the same process", async () => {
    await twice(list({}));
    expect((await twice(list({}))).said).toEqual([]);
});
