import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { farAddresses } from "../../lab/net/addresses";
import { run } from "../../lab/net/commands";
import { lineOf } from "../../lab/net/line";
import { listed, Namespaces, sweep } from "../../lab/net/namespaces";
import { buildTopology } from "../../lab/net/topology";
import { planned, profilesFor, routerProfile } from "../../lab/profiles";
import { translate } from "../../lab/translate";
import { build, describeWithPackets, playShort, playUntilKept, root, verdicts } from "./support";

jest.setTimeout(120_000);

describeWithPackets("packets through the lab's router", () => {
    beforeAll(build);
    afterEach(() => {
        expect(listed().filter((name) => name.includes(`-${process.pid}-`))).toEqual([]);
    });

    it("keeps the promises of scavenger", async () => {
        const profile = profilesFor(20e6).find(({ name }) => name === "scavenger")!;
        const { results, charts } = await playUntilKept(profile, ["alone", "other"]);
        expect(verdicts(results)).toEqual({ "alone share": true, "other s3-share": true, "other other-share": true });
        expect(charts[0]?.chart.events.map(({ label }) => label)).toEqual(["other upload starts", "it stops"]);
    });

    it("misses bounds when the two leaves' numbers are swapped", async () => {
        const state = planned("scavenger", 20e6);
        const swapped = { "upload-rest": "upload-s3", "upload-s3": "upload-rest" } as Record<string, string>;
        const queues = state["/queue/tree"] ?? [];
        const marks = (name: string | undefined): string =>
            queues.find((row) => row["name"] === name)?.["packet-mark"] ?? "";
        const wrong = queues.map((row) => ({ ...row, "packet-mark": marks(swapped[row["name"] ?? ""]) }));
        const { results } = await playShort(routerProfile({ ...state, "/queue/tree": wrong }, "swapped"), ["other"]);
        expect(verdicts(results)).toEqual({ "other s3-share": false, "other other-share": false });
    });

    it("gives the kernel what it takes, whatever the rules match", async () => {
        const rule = { chain: "forward", action: "accept" };
        const { nft, tc } = translate(
            {
                "/ip/firewall/address-list": [
                    { list: "l", address: "10.0.0.0/8" },
                    { list: "l", address: "10.0.0.1" },
                ],
                "/ip/firewall/mangle": [
                    { ...rule, "dst-address-list": "!l", "src-address": "10.0.0.1-10.0.0.9" },
                    { ...rule, "src-mac-address": "AA:BB:CC:00:11:22", "connection-state": "!established,related" },
                    { ...rule, protocol: "udp", "dst-port": "53,5060-5061", "src-port": "!22" },
                    { ...rule, protocol: "!tcp", "packet-size": "!0-128", dscp: "46" },
                    { ...rule, "dst-address-type": "local", "in-interface": "bridge", "out-interface": "!ether5" },
                    { ...rule, chain: "prerouting", action: "jump", "jump-target": "other chain" },
                    { chain: "other chain", action: "mark-packet", "new-packet-mark": "x", passthrough: "no" },
                    {
                        chain: "postrouting",
                        action: "change-mss",
                        "new-mss": "clamp-to-pmtu",
                        protocol: "tcp",
                        "tcp-flags": "syn",
                        "tcp-mss": "1300-65535",
                    },
                    { chain: "output", action: "change-dscp", "new-dscp": "46" },
                ],
                "/ipv6/firewall/mangle": [{ ...rule, "dst-address-list": "none of them", protocol: "icmpv6" }],
                "/queue/tree": [
                    { name: "up", parent: "ether5", "max-limit": "8M" },
                    {
                        name: "a",
                        parent: "up",
                        "packet-mark": "no-mark,x",
                        "limit-at": "1M",
                        "bucket-size": "10",
                        priority: "1",
                    },
                    { name: "b", parent: "up", "packet-mark": "y", "max-limit": "8M", queue: "pcq-upload-default" },
                ],
            },
            { devices: { ether5: "wan", bridge: "lan" } },
        );
        const namespaces = new Namespaces();
        try {
            const name = await namespaces.add("check");
            await run("ip", ["-netns", name, "link", "add", "wan", "type", "veth", "peer", "name", "other"]);
            await run("ip", ["netns", "exec", name, "nft", "-f", "-"], nft);
            await run("ip", ["netns", "exec", name, "tc", "-batch", "-"], `${tc}\n`);
            const classes = await run("ip", ["netns", "exec", name, "tc", "class", "show", "dev", "wan"]);
            expect(classes).toMatch(/htb 1:2 parent 1:1 leaf \S+ prio 7 rate 1Mbit ceil 10Gbit/);
        } finally {
            await namespaces.removeAll();
        }
    });

    it("has no address of IPv6 that is still being looked for, with which a router forwards nothing at first", async () => {
        const far = { ...farAddresses, s3: { ipv4: "52.95.128.10", ipv6: "2406:daff:8000::10" } };
        const topology = await buildTopology(lineOf(20e6), far);
        try {
            for (const role of ["console", "router", "modem", "far"] as const)
                expect(await topology.exec(role, "ip", ["-6", "-oneline", "address", "show", "tentative"])).toBe("");
        } finally {
            await topology.remove();
        }
    });

    it("leaves nothing behind after SIGKILL once the next run has begun", async () => {
        const folder = mkdtempSync(path.join(os.tmpdir(), "rs3-lab-"));
        try {
            const lab = spawn(
                process.execPath,
                [
                    path.join(root, "bin/lab/main.js"),
                    "--quick",
                    "--ground",
                    "namespaces",
                    "--out",
                    path.join(folder, "page.html"),
                ],
                {
                    stdio: ["ignore", "ignore", "pipe"],
                },
            );
            // The first line of progress: the network stands, its traffic programs run.
            await once(lab.stderr, "data");
            const names = listed().filter((name) => name.includes(`-${lab.pid}-`));
            expect(names).toHaveLength(6);
            const ended = once(lab, "close");
            lab.kill("SIGKILL");
            await ended;
            expect(await sweep()).toEqual(expect.arrayContaining(names));
            expect(listed().filter((name) => names.includes(name))).toEqual([]);
            expect(spawnSync("ps", ["-eo", "args"], { encoding: "utf8" }).stdout).not.toContain(`rs3lab-${lab.pid}-`);
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    });
});
