/** A site with more than one line: each has a tree of its own, and the embedded router's walk says where uploads end. */
import type { UploadShapingArgs } from "../../components/shaping/upload-shaping";
import { start } from "../../router";
import type { Router } from "../../router/api";
import { quietAndQuick } from "../../testing/quiet";
import { standing } from "../../testing/site";
import { carrierOf, real } from "../../testing/stages";

quietAndQuick();

const s3 = "52.95.132.33:443";
const s3v6 = "[2a05:d07a:8000::1]:443";

const two = `/interface bridge
add name=bridge
/interface list
add name=LAN
/interface list member
add interface=bridge list=LAN
/ip address
add address=192.168.88.1/24 interface=bridge network=192.168.88.0
add address=203.0.113.2/24 interface=ether1 network=203.0.113.0
add address=198.51.100.2/24 interface=ether2 network=198.51.100.0
/ip route
add comment=first distance=1 gateway=203.0.113.1
add comment=second distance=2 gateway=198.51.100.1
/ip firewall filter
add action=fasttrack-connection chain=forward connection-state=established,related
add action=accept chain=forward connection-state=established,related,untracked
`;

const lines = [
    { interface: "ether1", uplink: "20M" },
    { interface: "ether2", uplink: "6M" },
];

async function made(router: Router, args: Partial<UploadShapingArgs>, said: jest.SpyInstance) {
    const stage = await real({ wanInterface: undefined, uplink: undefined, ...args }, 20e6);
    const carrier = carrierOf(router, stage);
    const { error } = await carrier.up(stage.declared);
    const text = said.mock.calls.map(([line]) => String(line)).join("\n");
    return { carrier, stage, error, text };
}

async function on(rsc: string, use: (router: Router, said: jest.SpyInstance) => Promise<void>): Promise<void> {
    const said = jest.spyOn(console, "warn").mockReturnValue();
    const router = await start({ rsc });
    try {
        await use(router, said);
    } finally {
        await router.stop();
        said.mockRestore();
    }
}

test("failover from one line to the other and back keeps uploads last, new ones and those that were under way", () =>
    on(two, async (router, said) => {
        const before = standing(router);
        const { carrier, stage, error } = await made(router, { wanInterfaces: lines, addressFamilies: ["ipv4"] }, said);
        expect(error).toBeUndefined();
        const [first] = router.rows("/ip/route").filter(({ comment }) => comment === "first");
        const ends = () => {
            const fresh = router.trace({ to: s3 });
            const mark = { connectionMark: "s3-upload", established: true };
            const running = router.trace({ to: s3, outInterface: fresh.outInterface, ...mark });
            return [fresh.outInterface, fresh.leaf, running.leaf];
        };
        expect(ends()).toEqual(["ether1", "upload-s3", "upload-s3"]);
        router.set("/ip/route", first?.[".id"] ?? "", { disabled: "yes" });
        expect(ends()).toEqual(["ether2", "upload-s3-ether2", "upload-s3-ether2"]);
        // A preview while the first line is down is none the worse.
        expect((await carrier.preview(stage.declared)).steps.filter(({ op }) => op !== "same")).toEqual([]);
        router.set("/ip/route", first?.[".id"] ?? "", { disabled: "no" });
        expect(ends()).toEqual(["ether1", "upload-s3", "upload-s3"]);
        const rates = router
            .rows("/queue/tree")
            .map((row) => [row["name"], row["parent"], row["max-limit"]])
            .sort();
        expect(rates).toEqual([
            ["upload", "ether1", "19000000"],
            ["upload-ether2", "ether2", "5700000"],
            ["upload-rest", "upload", "19000000"],
            ["upload-rest-ether2", "upload-ether2", "5700000"],
            ["upload-s3", "upload", "19000000"],
            ["upload-s3-ether2", "upload-ether2", "5700000"],
        ]);
        expect((await carrier.destroy()).error).toBeUndefined();
        expect(standing(router)).toEqual(before);
    }));

test("what leaves by a line without a tree is named, and nothing else is said of it", () =>
    on(two, async (router, said) => {
        const { error, text } = await made(router, { wanInterface: "ether1", uplink: "20M" }, said);
        expect(error).toBeUndefined();
        expect(text).toMatch(/a default route goes by ether2, too: .*wanInterfaces.*\[wan\/other-line\]/);
    }));

test("IPv6 through another interface than IPv4 has its own tree, and each family ends last on its own", () =>
    on(
        `${two.replace("add comment=second distance=2 gateway=198.51.100.1\n", "")}/interface wireguard
add name=tunnel6
/ipv6 address
add address=2001:db8:1::1/64 interface=bridge
/ipv6 route
add gateway=tunnel6
/ipv6 firewall filter
add action=fasttrack-connection chain=forward connection-state=established,related
`,
        async (router, said) => {
            const wanInterfaces = [lines[0]!, { interface: "tunnel6", uplink: "10M" }];
            const { error, text } = await made(router, { wanInterfaces }, said);
            expect(error).toBeUndefined();
            expect(router.trace({ to: s3 })).toMatchObject({ outInterface: "ether1", leaf: "upload-s3" });
            expect(router.trace({ to: s3v6 })).toMatchObject({ outInterface: "tunnel6", leaf: "upload-s3-tunnel6" });
            expect(text).not.toMatch(/wan\//);
        },
    ));

test("IPv6 that leaves by a line without a tree is named", () =>
    on(
        `${two}/interface wireguard
add name=tunnel6
/ipv6 route
add gateway=tunnel6
`,
        async (router, said) => {
            const { error, text } = await made(router, { wanInterfaces: [lines[0]!, lines[1]!] }, said);
            expect(error).toBeUndefined();
            expect(text).toMatch(/a default route goes by tunnel6, too/);
        },
    ));

test("a line whose interface is one of the LAN is refused, whatever the other is", () =>
    on(two, async (router, said) => {
        const wanInterfaces = [lines[0]!, { interface: "bridge", uplink: "6M" }];
        const { error } = await made(router, { wanInterfaces }, said);
        expect(error?.message).toMatch(/bridge is an interface of the LAN.*wan\/lan/);
        expect(router.rows("/queue/tree")).toEqual([]);
    }));
