/** More set-ups in which uploads are not shaped, or are and something is wrong: what people do to a router by hand. */
import type { Case } from "../../testing/doctor-cases";
import { expectDiagnosis, remove, rowOf, set, upload } from "../../testing/doctor-cases";
import type { Call } from "../../testing/embedded-router";
import { quietAndQuick } from "../../testing/quiet";

quietAndQuick();

const mangle = "/ip/firewall/mangle";
const list = "/ip/firewall/address-list";

async function shaper(call: Call): Promise<void> {
    await call("PUT", "/queue/type", { name: "shaper", kind: "cake", "cake-diffserv": "diffserv4" });
    const queue = { name: "up", parent: "ether5", "packet-mark": "no-mark", queue: "shaper", "max-limit": "19M" };
    await call("PUT", "/queue/tree", queue);
}

async function emptied(call: Call, keep: (row: Record<string, string>) => boolean): Promise<void> {
    for (const row of (await call("GET", list)).body as Record<string, string>[])
        if (!keep(row)) await call("DELETE", `${list}/${row[".id"] ?? ""}`);
}

const cases: Case[] = [
    {
        name: "a parent queue out of use, and an upload FastTracked",
        before: async (call, router) => {
            await set(call, "/queue/tree", "name", "upload", { disabled: "true" });
            await remove(call, "/ip/firewall/filter", "connection-mark", "s3-upload");
            upload(router);
        },
        between: upload,
        verdict: "not-shaped",
        codes: ["rows/parent-disabled", "rows/missing", "proof/fasttracked", "proof/elsewhere"],
    },
    {
        name: "a list that somebody emptied",
        before: (call) => emptied(call, () => false),
        verdict: "not-shaped",
        codes: ["rows/missing", "proof/no-upload"],
    },
    {
        name: "another region's prefixes in the list",
        before: async (call) => {
            await emptied(call, () => false);
            await call("PUT", list, { list: "aws-s3", address: "52.219.169.0/24" });
        },
        verdict: "not-shaped",
        codes: ["rows/missing", "names/outside-list", "names/outside-list", "proof/no-upload"],
    },
    {
        name: "the queue that ours hang on out of use",
        made: { parentQueue: "line" },
        prepare: (call) => call("PUT", "/queue/tree", { name: "line", parent: "ether5", "max-limit": "30M" }),
        before: (call) => set(call, "/queue/tree", "name", "line", { disabled: "true" }),
        verdict: "not-shaped",
        codes: ["parent/disabled", "proof/no-upload"],
    },
    {
        name: "another line in use, and the shaped one in reserve",
        before: async (call) => {
            await call("PUT", "/ip/address", { address: "198.51.100.2/24", interface: "ether4" });
            await set(call, "/ip/route", "dst-address", "0.0.0.0/0", { distance: "2" });
            await call("PUT", "/ip/route", { gateway: "198.51.100.1" });
        },
        verdict: "not-shaped",
        codes: ["wan/no-route", "proof/no-upload"],
    },
    {
        name: "a gateway that another route leads to",
        before: async (call) => {
            await call("PUT", "/ip/address", { address: "203.0.113.2/24", interface: "ether5" });
            await call("PUT", "/ip/route", { "dst-address": "9.9.9.9/32", gateway: "203.0.113.1" });
            await set(call, "/ip/route", "dst-address", "0.0.0.0/0", { gateway: "9.9.9.9" });
        },
        verdict: "shaped",
        codes: ["proof/no-upload"],
    },
    {
        name: "an IPv6 default route by another interface",
        before: async (call) => {
            await call("PUT", "/ipv6/address", { address: "2001:db8:4::2/64", interface: "ether4" });
            await call("PUT", "/ipv6/route", { "dst-address": "::/0", gateway: "2001:db8:4::1%ether4" });
        },
        verdict: "not-shaped",
        codes: ["wan/no-route", "proof/no-upload"],
    },
    {
        name: "a clock a day behind",
        before: (_call, router) => router.advance(-86_400),
        verdict: "shaped",
        codes: ["clock/off", "proof/no-upload"],
    },
    {
        name: "an interface that somebody renamed",
        before: (call) => set(call, "/interface", "name", "ether5", { name: "wan" }),
        verdict: "not-shaped",
        codes: ["wan/unknown", "rows/changed", "rows/changed", "rows/changed", "proof/no-upload"],
    },
    {
        name: "the line made a port of the bridge",
        before: (call) => call("PUT", "/interface/bridge/port", { bridge: "bridge", interface: "ether5" }),
        verdict: "undecided",
        codes: ["hardware/bridged", "proof/no-upload"],
    },
    {
        name: "a raw rule that takes uploads out of connection tracking",
        before: (call) =>
            call("PUT", "/ip/firewall/raw", {
                chain: "prerouting",
                action: "notrack",
                protocol: "tcp",
                "dst-port": "443",
            }),
        verdict: "not-shaped",
        codes: ["path/untracked", "proof/no-upload"],
    },
    {
        name: "a simple queue of the house that is narrower than the line",
        before: (call) =>
            call("PUT", "/queue/simple", {
                name: "house",
                target: "bridge",
                "max-limit": "5M/50M",
                queue: "default-small/default-small",
            }),
        verdict: "not-shaped",
        codes: ["shaper/holds-uploads", "proof/no-upload"],
    },
    {
        name: "the packet mark of the leaf changed by hand",
        before: (call) => set(call, "/queue/tree", "name", "upload-s3", { "packet-mark": "other" }),
        verdict: "not-shaped",
        codes: ["rows/changed", "way/elsewhere", "proof/no-upload"],
    },
    {
        name: "the list of a rule changed by hand",
        before: (call) => set(call, mangle, "action", "mark-connection", { "dst-address-list": "others" }),
        verdict: "undecided",
        codes: ["rows/changed", "way/elsewhere", "proof/no-upload"],
    },
    {
        name: "a queue that lost our marker with its comment",
        before: (call) => set(call, "/queue/tree", "name", "upload-s3", { comment: "" }),
        verdict: "shaped",
        codes: ["rows/changed", "proof/no-upload"],
    },
    {
        name: "the FastTrack bypass moved below FastTrack",
        before: async (call) => {
            const bypass = await rowOf(call, "/ip/firewall/filter", "connection-mark", "s3-upload");
            await call("POST", "/ip/firewall/filter/move", { numbers: bypass.split("/").at(-1) });
        },
        verdict: "not-shaped",
        codes: ["rows/changed", "way/elsewhere", "proof/no-upload"],
    },
    {
        name: "profile join on a CAKE that sorts, beside an upload",
        made: { profile: "join" },
        prepare: shaper,
        between: upload,
        verdict: "shaped",
        codes: ["proof/shaped"],
    },
    {
        name: "profile join, and the CAKE was given a single class",
        made: { profile: "join" },
        prepare: shaper,
        before: (call) => set(call, "/queue/type", "name", "shaper", { "cake-diffserv": "besteffort" }),
        verdict: "not-shaped",
        codes: ["join/besteffort", "proof/no-upload"],
    },
    {
        name: "profile join, and the CAKE is out of use",
        made: { profile: "join" },
        prepare: shaper,
        before: (call) => set(call, "/queue/tree", "name", "up", { disabled: "true" }),
        verdict: "not-shaped",
        codes: ["join/none", "proof/no-upload"],
    },
];

test.each(cases)("$name", (one) => expectDiagnosis(one));
