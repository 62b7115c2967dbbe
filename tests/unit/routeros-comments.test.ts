import { addressList } from "../../providers/routeros/runtime/kinds/address-list";
import { firewallRules } from "../../providers/routeros/runtime/kinds/firewall-rules";
import type { Json, Properties } from "../../providers/routeros/runtime/kinds/kind";
import { queueTree } from "../../providers/routeros/runtime/kinds/queue-tree";

/** Every place for a comment: the resource's arguments with one, and where the comment is in its inputs. */
const places: [string, (comment: Json) => ReturnType<typeof normalised>][] = [
    ["comment", (comment) => normalised(addressList, { list: "s3", addresses: ["192.0.2.0/24"], comment })],
    [
        "rules[0].comment",
        (comment) =>
            normalised(firewallRules, {
                table: "mangle",
                rules: [{ key: "mark", chain: "forward", action: "mark-packet", newPacketMark: "s3", comment }],
            }),
    ],
    [
        "fastTrackBypass.comment",
        (comment) => normalised(firewallRules, { table: "filter", fastTrackBypass: { connectionMark: "s3", comment } }),
    ],
    ["queues[0].comment", (comment) => normalised(queueTree, { queues: [{ name: "q", parent: "ether1", comment }] })],
];

function normalised(kind: { normalise(args: Properties): { inputs: object; problems: unknown[] } }, args: Properties) {
    const { inputs, problems } = kind.normalise({ owner: "p/s/r", ...args });
    return { text: JSON.stringify(inputs), problems };
}

it.each(places)("%s is one line, in the composed form, whatever it is given as", (_, given) => {
    const { text, problems } = given(' Umla\u0075\u0308te "und"\n\tmehr ');
    expect(problems).toEqual([]);
    expect(text).toContain(JSON.stringify('Umlaüte "und" mehr'));
});

it.each(places)("%s holds no marker of ours", (property, given) => {
    const reason = "must not hold an ownership marker";
    expect(given("theirs [pulumi:other/stack/resource#key]").problems).toEqual([{ property, reason }]);
});

it.each(places)("%s is text", (property, given) => {
    expect(given(7).problems).toEqual([{ property, reason: "must be text, not number" }]);
});
