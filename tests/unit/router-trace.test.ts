import { start } from "../../router";
import type { Router, Row } from "../../router/api";
import { trace } from "../../router/packets/trace";
import { deviceFromRows, deviceFromRsc, tracedMenus } from "../../router/start/device-from";
import { withRouter } from "../../testing/embedded-router";

/*
 * What is expected here is worked out by hand from the facts: mangle runs before filter; FastTrack takes a connection
 * with its first established packet that reaches the rule; what it took goes past all rules and so carries no packet
 * mark; a queue tree on an interface still sees it, and only a no-mark leaf takes what has no mark.
 */
const s3 = "52.95.132.33:443";
const filter = "/ip/firewall/filter";

/** The article's rules and queues: S3's addresses, a connection mark, a packet mark, a leaf for each kind of traffic. */
function articleRules(router: Router): void {
    router.add("/ip/firewall/address-list", { list: "S3", address: "52.95.128.0/21" });
    router.add("/ip/firewall/mangle", {
        ...{ chain: "forward", action: "mark-connection", "new-connection-mark": "s3-connection", passthrough: "yes" },
        ...{ protocol: "tcp", "dst-port": "443", "dst-address-list": "S3" },
    });
    router.add("/ip/firewall/mangle", {
        ...{ chain: "forward", action: "mark-packet", "new-packet-mark": "s3-packet", passthrough: "no" },
        "connection-mark": "s3-connection",
    });
    router.add("/queue/tree", { name: "upload", parent: "ether5", "max-limit": "20M" });
    router.add("/queue/tree", { name: "rest", parent: "upload", "packet-mark": "no-mark", "max-limit": "20M" });
    router.add("/queue/tree", { name: "s3", parent: "upload", "packet-mark": "s3-packet", "max-limit": "10M" });
}

function fastTrackRule(router: Router): Row {
    return router.rows(filter).find((row) => row["action"] === "fasttrack-connection")!;
}

const withArticle = (use: (router: Router) => void) =>
    withRouter({}, (_call, router) => {
        articleRules(router);
        use(router);
        return Promise.resolve();
    });

test("it's NOT working: with the default FastTrack only the first packet is marked", () =>
    withArticle((router) => {
        const traced = router.trace({ to: s3 });
        expect(traced).toMatchObject({
            inInterface: "bridge",
            outInterface: "ether5",
            fastTracked: true,
            leaf: "rest",
        });
        const [first, reply, data] = traced.packets;
        expect(traced.packets).toHaveLength(3);
        expect(first).toMatchObject({
            direction: "upload",
            state: "new",
            fastPath: false,
            connectionMark: "s3-connection",
            packetMark: "s3-packet",
            queue: { leaf: "s3", path: ["s3", "upload"], root: "ether5" },
        });
        expect(first!.steps.map(({ action }) => action)).toEqual(["mark-connection", "mark-packet"]);
        expect(reply).toMatchObject({ direction: "reply", state: "established", takenByFastTrack: true });
        expect(reply!.steps.map(({ action }) => action)).toEqual(["mark-packet", "fasttrack-connection", "accept"]);
        expect(data).toMatchObject({ direction: "upload", fastPath: true, steps: [], queue: { leaf: "rest" } });
        expect(data).not.toHaveProperty("packetMark");
    }));

test("the article's cure: the FastTrack rule is disabled", () =>
    withArticle((router) => {
        router.set(filter, fastTrackRule(router)[".id"]!, { disabled: "yes" });
        const traced = router.trace({ to: s3 });
        expect(traced).toMatchObject({ fastTracked: false, leaf: "s3", connectionMark: "s3-connection" });
        expect(traced.packets.map(({ packetMark }) => packetMark)).toEqual(["s3-packet", "s3-packet", "s3-packet"]);
        // The price: nobody else is FastTracked either.
        expect(router.trace({ to: "198.51.100.7:443" }).fastTracked).toBe(false);
    }));

test("our cure: marked connections are accepted before the FastTrack rule, everything else is FastTracked as before", () =>
    withArticle((router) => {
        router.add(filter, {
            ...{ chain: "forward", action: "accept", "connection-state": "established,related" },
            ...{ "connection-mark": "s3-connection", "place-before": fastTrackRule(router)[".id"]! },
        });
        const traced = router.trace({ to: s3 });
        expect(traced).toMatchObject({ fastTracked: false, leaf: "s3" });
        expect(traced.packets[1]!.steps.map(({ action }) => action)).toEqual(["mark-packet", "accept"]);
        expect(router.trace({ to: "198.51.100.7:443" })).toMatchObject({ fastTracked: true, leaf: "rest" });
    }));

test("the forum's cure: FastTrack takes only connections without a mark", () =>
    withArticle((router) => {
        router.set(filter, fastTrackRule(router)[".id"]!, { "connection-mark": "no-mark" });
        expect(router.trace({ to: s3 })).toMatchObject({ fastTracked: false, leaf: "s3" });
        expect(router.trace({ to: "198.51.100.7:443" }).fastTracked).toBe(true);
    }));

test("a connection that FastTrack took before the rules came stays taken until its entry is removed", () =>
    withRouter({}, (_call, router) => {
        const connection = { to: s3, from: "192.168.88.20:41000" };
        expect(router.traffic({ ...connection, upload: 15_000 }).fastTracked).toBe(true);
        articleRules(router);
        router.add(filter, {
            ...{ chain: "forward", action: "accept", "connection-state": "established,related" },
            ...{ "connection-mark": "s3-connection", "place-before": fastTrackRule(router)[".id"]! },
        });
        expect(router.trace(connection)).toMatchObject({ fastTracked: true, leaf: "rest" });
        expect(router.traffic(connection)).toMatchObject({ fastTracked: true, leaf: "rest" });

        const [entry] = router.rows("/ip/firewall/connection");
        expect(entry).toMatchObject({ fasttrack: "true", "dst-address": "52.95.132.33", "dst-port": "443" });
        router.remove("/ip/firewall/connection", entry![".id"]!);
        expect(router.traffic(connection)).toMatchObject({ fastTracked: false, leaf: "s3" });
        expect(router.rows("/ip/firewall/connection")).toMatchObject([
            { fasttrack: "false", "connection-mark": "s3-connection" },
        ]);
        return Promise.resolve();
    }));

test("FastTrack takes neither ICMP nor anything while the fast path is off", () =>
    withRouter({}, async (call, router) => {
        expect(router.trace({ to: "198.51.100.7", protocol: "icmp" }).fastTracked).toBe(false);
        expect(router.trace({ to: "198.51.100.7:53", protocol: "udp" }).fastTracked).toBe(true);
        await call("POST", "/ip/settings/set", { "allow-fast-path": "no" });
        expect(router.trace({ to: "198.51.100.7:443" }).fastTracked).toBe(false);
    }));

test("a queue with children only distributes, and below a disabled queue nothing is carried", () =>
    withArticle((router) => {
        router.set(filter, fastTrackRule(router)[".id"]!, { disabled: "yes" });
        const leaf = () => router.trace({ to: s3 }).leaf;
        router.add("/queue/tree", { name: "below", parent: "s3", "packet-mark": "another" });
        expect(leaf()).toBeUndefined();
        router.set("/queue/tree", "below", { "packet-mark": "s3-packet" });
        expect(leaf()).toBe("below");
        router.set("/queue/tree", "upload", { disabled: "yes" });
        expect(leaf()).toBeUndefined();
    }));

test("a queue on global is passed only by what is not FastTracked", () =>
    withRouter({}, (_call, router) => {
        router.add("/queue/tree", { name: "all", parent: "global", "packet-mark": "no-mark" });
        const traced = router.trace({ to: "198.51.100.7:443" });
        expect(traced.packets[0]).toMatchObject({ globalQueue: { leaf: "all" } });
        expect(traced.packets.at(-1)).not.toHaveProperty("globalQueue");
        return Promise.resolve();
    }));

test("an acknowledgement stays out of the class when only large packets are marked", () =>
    withRouter({}, (_call, router) => {
        articleRules(router);
        router.set(filter, fastTrackRule(router)[".id"]!, { disabled: "yes" });
        const rule = router.rows("/ip/firewall/mangle").find((row) => row["action"] === "mark-packet")!;
        router.set("/ip/firewall/mangle", rule[".id"]!, { "packet-size": "256-65535" });
        const leaves = router.trace({ to: s3 }).packets.map((packet) => packet.queue?.leaf);
        expect(leaves).toEqual(["rest", undefined, "s3"]);
        return Promise.resolve();
    }));

test("jumps, returns and negations are followed; a dropped connection ends there", () =>
    withRouter({}, (_call, router) => {
        const mangle = (rule: Row) => router.add("/ip/firewall/mangle", { chain: "forward", ...rule });
        mangle({ action: "jump", "jump-target": "marks", "out-interface": "!bridge" });
        mangle({ action: "mark-packet", "new-packet-mark": "end", "packet-mark": "no-mark" });
        router.add("/ip/firewall/mangle", { chain: "marks", action: "return", "dst-port": "22", protocol: "tcp" });
        router.add("/ip/firewall/mangle", { chain: "marks", action: "mark-packet", "new-packet-mark": "web" });
        router.add(filter, { chain: "forward", action: "drop", "dst-address": "198.51.100.9" });
        const markOf = (to: string) => router.trace({ to }).packets[0]!.packetMark;
        expect(markOf("198.51.100.7:443")).toBe("web");
        expect(markOf("198.51.100.7:22")).toBe("end");
        const dropped = router.trace({ to: "198.51.100.9:443" });
        expect(dropped.packets).toMatchObject([{ verdict: "drop" }]);
        expect(dropped.leaf).toBeUndefined();
        return Promise.resolve();
    }));

test("a rule that cannot be decided leaves the end undecided where it depends on it, and is said", () =>
    withArticle((router) => {
        router.set(filter, fastTrackRule(router)[".id"]!, { disabled: "yes" });
        const id = router.add("/ip/firewall/mangle", {
            ...{ chain: "postrouting", action: "mark-packet", "new-packet-mark": "x", nth: "2,1" },
        });
        const note = `/ip/firewall/mangle postrouting ${id}: nth cannot be decided here`;
        const open = router.trace({ to: s3 });
        expect(open.packets[0]!.notes).toEqual([note]);
        expect(open).toMatchObject({ undecided: [note], leaf: undefined });
        router.set("/ip/firewall/mangle", id, { action: "log" });
        expect(router.trace({ to: s3 })).toMatchObject({ undecided: [], leaf: "s3" });
    }));

test("whatever connection mark chance gives, a packet that a later rule marks ends in one leaf for certain", () =>
    withArticle((router) => {
        router.set(filter, fastTrackRule(router)[".id"]!, { disabled: "yes" });
        router.add("/ip/firewall/mangle", {
            ...{ chain: "prerouting", action: "mark-connection", "new-connection-mark": "lucky", random: "50" },
            ...{ passthrough: "yes" },
        });
        for (const packet of ["first", "second"]) {
            router.add("/ip/firewall/mangle", {
                ...{ chain: "postrouting", action: "mark-packet", "new-packet-mark": "s3-packet", comment: packet },
                ...{ "dst-address-list": "S3", passthrough: "yes" },
            });
        }
        const traced = router.trace({ to: s3 });
        expect(traced).toMatchObject({ undecided: [], leaf: "s3" });
        // The article's rule marks the connection after chance did: that much is certain, too.
        expect(traced.connectionMark).toBe("s3-connection");
        expect(router.trace({ to: "198.51.100.7:443" })).toMatchObject({ undecided: [], leaf: "rest" });
        expect(router.trace({ to: "198.51.100.7:443" }).connectionMark).toBeUndefined();
    }));

test("where chance chooses the route, the end is open until the outgoing interface is said", () =>
    withArticle((router) => {
        router.set(filter, fastTrackRule(router)[".id"]!, { disabled: "yes" });
        router.add("/routing/table", { name: "second", fib: "" });
        router.add("/ip/firewall/mangle", {
            ...{ chain: "prerouting", action: "mark-routing", "new-routing-mark": "second", nth: "2,1" },
        });
        const to = "198.51.100.7:443";
        expect(router.trace({ to }).undecided).toHaveLength(1);
        expect(router.trace({ to, outInterface: "ether5" }).undecided).toEqual([]);
    }));

test("IPv6 goes through its own rules, and is FastTracked only where such a rule was added", () =>
    withRouter({}, (_call, router) => {
        router.add("/ipv6/firewall/address-list", { list: "S3", address: "2406:da70:4000::/40" });
        router.add("/ipv6/firewall/mangle", {
            ...{ chain: "forward", action: "mark-packet", "new-packet-mark": "s3", "dst-address-list": "S3" },
        });
        router.add("/queue/tree", { name: "s3", parent: "ether5", "packet-mark": "s3" });
        const to = "[2406:da70:4012::1]:443";
        expect(router.trace({ to })).toMatchObject({ fastTracked: false, leaf: "s3" });
        router.add("/ipv6/firewall/filter", {
            ...{ chain: "forward", action: "fasttrack-connection", "connection-state": "established,related" },
            "place-before": router.rows("/ipv6/firewall/filter")[0]![".id"]!,
        });
        const taken = router.trace({ to });
        expect(taken.fastTracked).toBe(true);
        expect(taken.leaf).toBeUndefined();
        return Promise.resolve();
    }));

test("traffic moves the counters of the rules and queues it meets, and of nothing else", () =>
    withRouter({}, (_call, router) => {
        articleRules(router);
        router.set(filter, fastTrackRule(router)[".id"]!, { disabled: "yes" });
        router.traffic({ to: s3, upload: 3_000_000, reply: 0, seconds: 2, size: 1500 });
        const queues: Record<string, Row> = Object.fromEntries(
            router.rows("/queue/tree").map((row) => [row["name"]!, row]),
        );
        // 60 bytes of the handshake and 2000 packets of 1500 bytes; 12 Mbit/s while the two seconds last.
        expect(queues["s3"]).toMatchObject({ bytes: "3000060", packets: "2001", rate: "12000000" });
        expect(queues["upload"]).toMatchObject({ bytes: "3000060" });
        expect(queues["rest"]).toMatchObject({ bytes: "0", rate: "0" });
        router.advance(3);
        expect(router.rows("/queue/tree").map((row) => row["rate"])).toEqual(["0", "0", "0"]);
        const [mark] = router.rows("/ip/firewall/mangle").filter((row) => row["action"] === "mark-connection");
        expect(Number(mark!["packets"])).toBe(2001);
        return Promise.resolve();
    }));

test("a state file, an export and the rows over REST tell the same way", async () => {
    const router = await start({});
    try {
        articleRules(router);
        const expected = router.trace({ to: s3 });
        const menus = Object.fromEntries(tracedMenus.map((menu) => [menu, router.rows(menu)]));
        expect(trace(deviceFromRows("7.22.3", menus), { to: s3 })).toEqual(expected);
        const { device, warnings } = deviceFromRsc(router.export());
        expect(warnings).toEqual([]);
        expect(trace(device, { to: s3 })).toMatchObject({ fastTracked: true, leaf: "rest" });
    } finally {
        await router.stop();
    }
});
