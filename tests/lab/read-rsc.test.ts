import { stateOfExport } from "../../lab/read-rsc";
import { translate } from "../../lab/translate";

const text = `# 2026-11-24 08:00:00 by RouterOS 7.22.3
/interface bridge
add name=bridge
/queue type
add fq-codel-limit=1000 kind=fq-codel name=fq
set [ find default-name=default-small ] pfifo-limit=20
/queue tree
add bucket-size=0.01 max-limit=19M name=up parent=ether5
add comment="everything else" limit-at=18M max-limit=19M name=rest packet-mark=no-mark parent=up priority=1 \\
    queue=fq
add limit-at=190k max-limit=19M name=s3 packet-mark=s3 parent=up
/ip firewall address-list
add address=52.95.128.0/21 list=s3
/ip firewall mangle
add action=mark-packet chain=forward comment="a \\"quoted\\" one" disabled=yes new-packet-mark=x
add action=mark-packet chain=forward dst-address-list=s3 new-packet-mark=s3 out-interface=ether5 passthrough=no
`;

it("reads the rows of an export in their order", () => {
    const state = stateOfExport(text);
    expect(state["/queue/tree"]?.map((row) => row["name"])).toEqual(["up", "rest", "s3"]);
    expect(state["/queue/tree"]?.[1]?.["queue"]).toBe("fq");
    expect(state["/ip/firewall/mangle"]?.[0]?.["comment"]).toBe('a "quoted" one');
    const { nft, tc } = translate(state, { devices: { ether5: "wan" }, kernel: new Set(["fq_codel"] as const) });
    expect(nft).toContain('oifname "wan" ip daddr @list_s3 counter meta mark set 1 accept');
    expect(tc).toContain("qdisc add dev wan parent 1:2 handle 102: fq_codel limit 1000 ");
    expect(tc).toContain("qdisc add dev wan parent 1:3 handle 103: pfifo limit 20");
});

it("refuses a line it cannot read instead of leaving it out", () => {
    expect(() => stateOfExport("/ip firewall mangle\nset [ find comment=x ] disabled=yes\n")).toThrow(
        "line 2 of the export: /ip/firewall/mangle set",
    );
});
