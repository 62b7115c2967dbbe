import { readFileSync } from "node:fs";
import path from "node:path";

import { catalogue, doctorPage, finding } from "../../line/catalogue";
import { cloudFindings, policyFindings } from "../../line/findings/cloud";
import { feedFindings } from "../../line/findings/feed";
import type { Diagnosis, Finding } from "../../line/output";
import type { BucketReading } from "../../line/probes/bucket";
import type { Case } from "../../testing/doctor-cases";
import { expectDiagnosis, remove, rowOf, set, upload } from "../../testing/doctor-cases";
import { quietAndQuick } from "../../testing/quiet";

quietAndQuick();

const bucket = (more: Partial<BucketReading>): Finding[] =>
    cloudFindings("photos", { exists: true, unread: [], ...more }, ["archive Enabled"]);
const ranges = (ipv4: string[]) =>
    feedFindings(
        [
            {
                kind: "AddressList",
                name: "s3",
                id: "",
                outputs: {},
                inputs: { list: "aws-s3", source: {}, addresses: [] },
            },
        ],
        "aws-s3",
        { ipv4, ipv6: [], createDate: "2026-11-01" } as never,
    );
const besides = (name: string, more: Finding[], verdict: Diagnosis["verdict"] = "shaped"): Case => ({
    name,
    more,
    verdict,
    codes: [...more.map(({ code }) => code), "proof/no-upload"],
});

const cases: Case[] = [
    { name: "a site that is up, at rest", verdict: "shaped", codes: ["proof/no-upload"] },
    { name: "a site that is up, beside an upload", between: upload, verdict: "shaped", codes: ["proof/shaped"] },
    {
        name: "a parent queue out of use",
        before: (call) => set(call, "/queue/tree", "name", "upload", { disabled: "true" }),
        verdict: "not-shaped",
        codes: ["rows/parent-disabled", "proof/no-upload"],
    },
    {
        name: "a leaf out of use",
        before: (call) => set(call, "/queue/tree", "name", "upload-s3", { disabled: "true" }),
        verdict: "not-shaped",
        codes: ["rows/disabled", "proof/no-upload"],
    },
    {
        name: "a rule that marks out of use",
        before: (call) => set(call, "/ip/firewall/mangle", "action", "mark-packet", { disabled: "true" }),
        verdict: "not-shaped",
        codes: ["rows/disabled", "proof/no-upload"],
    },
    {
        name: "a rule that marks is gone",
        before: (call) => remove(call, "/ip/firewall/mangle", "action", "mark-connection"),
        verdict: "not-shaped",
        codes: ["rows/missing", "proof/no-upload"],
    },
    {
        name: "prefixes are gone",
        before: (call) => remove(call, "/ip/firewall/address-list", "address", "52.95.128.0/21"),
        verdict: "not-shaped",
        codes: ["rows/missing", "names/outside-list", "proof/no-upload"],
    },
    {
        name: "a rate changed by hand",
        before: (call) => set(call, "/queue/tree", "name", "upload", { "max-limit": "10M" }),
        verdict: "shaped",
        codes: ["rows/changed", "proof/no-upload"],
    },
    {
        name: "a bypass gone, and an upload FastTracked",
        before: async (call, router) => {
            await remove(call, "/ip/firewall/filter", "connection-mark", "s3-upload");
            upload(router);
        },
        between: upload,
        verdict: "not-shaped",
        codes: ["rows/missing", "proof/fasttracked", "proof/elsewhere"],
    },
    {
        name: "an endpoint outside the list",
        resolve: () => Promise.resolve(["198.51.100.7"]),
        verdict: "not-shaped",
        codes: ["names/outside-list", "names/outside-list", "proof/no-upload"],
    },
    {
        name: "a name that does not resolve",
        resolve: () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" })),
        verdict: "shaped",
        codes: ["names/unresolved", "names/unresolved", "proof/no-upload"],
    },
    {
        name: "a default route by another interface",
        before: async (call) => {
            await call("PUT", "/ip/address", { address: "198.51.100.2/24", interface: "ether4" });
            await set(call, "/ip/route", "dst-address", "0.0.0.0/0", { gateway: "198.51.100.1" });
        },
        verdict: "not-shaped",
        codes: ["wan/no-route", "proof/no-upload"],
    },
    {
        name: "two lines in use, one of them shaped",
        before: async (call) => {
            await call("PUT", "/ip/address", { address: "198.51.100.2/24", interface: "ether4" });
            await call("PUT", "/ip/route", { gateway: "198.51.100.1" });
        },
        verdict: "undecided",
        codes: ["wan/other-line", "proof/no-upload"],
    },
    {
        name: "the shaped interface disabled",
        before: (call) => set(call, "/interface", "name", "ether5", { disabled: "true" }),
        verdict: "shaped",
        codes: ["wan/down", "proof/no-upload"],
    },
    {
        name: "connections marked by another rule first",
        before: (call) =>
            call("PUT", "/ip/firewall/mangle", {
                chain: "prerouting",
                action: "mark-connection",
                "new-connection-mark": "all",
                "connection-mark": "no-mark",
            }),
        verdict: "not-shaped",
        codes: ["path/connection-marked", "proof/no-upload"],
    },
    {
        name: "our packet mark overwritten by a later rule",
        before: (call) =>
            call("PUT", "/ip/firewall/mangle", {
                chain: "forward",
                action: "mark-packet",
                "new-packet-mark": "bulk",
                "out-interface": "ether5",
            }),
        verdict: "not-shaped",
        codes: ["path/mark-overwritten", "path/stray-mark", "proof/no-upload"],
    },
    {
        name: "a FastTrack rule that came after ours, in a chain of its own",
        before: async (call) => {
            const first = await rowOf(call, "/ip/firewall/filter", "connection-mark", "s3-upload");
            await call("PUT", "/ip/firewall/filter", {
                chain: "forward",
                action: "jump",
                "jump-target": "fast",
                "place-before": first.split("/").at(-1),
            });
            await call("PUT", "/ip/firewall/filter", {
                chain: "fast",
                action: "fasttrack-connection",
                "connection-state": "established,related",
            });
        },
        verdict: "not-shaped",
        codes: ["way/elsewhere", "proof/no-upload"],
    },
    {
        name: "more connections than the guarantee carries",
        before: (call) => set(call, "/queue/tree", "name", "upload-s3", { "limit-at": "1k" }),
        between: (router) => {
            for (let port = 1; port <= 40; port += 1) {
                router.traffic({ from: `192.168.88.10:${40_000 + port}`, to: "52.95.130.5:443", upload: 50_000 });
            }
        },
        verdict: "shaped",
        codes: ["rows/changed", "proof/starved", "proof/shaped"],
    },
    {
        name: "another password than the router's",
        before: (_call, router) => router.setPassword("admin", "another"),
        verdict: "undecided",
        codes: ["router/unreachable"],
    },
    {
        name: "a router that is not the one that the stack wrote to",
        before: (_call, _router, carrier) => {
            for (const { inputs, outputs } of carrier.state) inputs["router"] = outputs["router"] = "serial HEX0000009";
        },
        verdict: "undecided",
        codes: ["router/other-device", "proof/no-upload"],
    },
    {
        name: "a device that is named and does not answer",
        before: (_call, _router, carrier) => void (carrier.config["routeros:device"] = "HEX0000009"),
        verdict: "undecided",
        codes: ["router/other-device"],
    },
    {
        name: "a user who may only read",
        before: async (call, _router, carrier) => {
            await call("PUT", "/user/group", { name: "few", policy: "read,api,rest-api" });
            await call("PUT", "/user", { name: "looker", group: "few", password: "" });
            carrier.config["routeros:username"] = "looker";
        },
        verdict: "shaped",
        codes: ["router/rights", "proof/no-upload"],
    },
    {
        name: "a stack that was taken down",
        before: (_call, _router, carrier) => carrier.destroy().then(() => (carrier.state = [])),
        verdict: "not-shaped",
        codes: ["rows/none", "proof/no-upload"],
    },
    {
        name: "a kind of our rows that cannot be read",
        before: (_call, router) =>
            router.addFault({ kind: "500", when: "before", at: 1, times: 99, path: "/queue/type" }),
        verdict: "undecided",
        codes: ["rows/unread", "proof/no-upload"],
    },
    {
        name: "no default route",
        before: async (call, router) => {
            for (const row of router.rows("/ip/route")) {
                if (row["dst-address"] === "0.0.0.0/0") router.remove("/ip/route", row[".id"]!);
            }
            await Promise.resolve(call);
        },
        verdict: "undecided",
        codes: ["wan/route-unknown", "proof/no-upload"],
    },
    {
        name: "an interface that the router has under another name",
        site: { wanInterface: "ether55" },
        verdict: "not-shaped",
        codes: ["wan/unknown", "proof/no-upload"],
    },
    {
        name: "entries in our list that a rule made",
        before: (_call, router) =>
            router.add("/ip/firewall/address-list", { list: "aws-s3", address: "198.51.100.9", timeout: "1h" }),
        verdict: "shaped",
        codes: ["list/dynamic", "proof/no-upload"],
    },
    {
        name: "a clock that is an hour ahead",
        before: (_call, router) => router.advance(3600),
        verdict: "shaped",
        codes: ["clock/off", "proof/no-upload"],
    },
    besides("ranges that AWS added", ranges(["192.0.2.0/24"])),
    besides("ranges that could not be read", [finding("feed/unread", "no answer")]),
    besides("a bucket that is gone", bucket({ exists: false })),
    besides("a lifecycle that is gone", bucket({ lifecycle: [] })),
    besides("a lifecycle that somebody changed", bucket({ lifecycle: ["archive Enabled", "purge Enabled"] })),
    besides("a bucket that may be made public", bucket({ publicAccessBlocked: false })),
    besides("uploads that were never finished", bucket({ unfinished: 3 })),
    besides("a bucket with acceleration", bucket({ accelerated: true })),
    besides("a bucket that may not be looked at", bucket({ unread: ["lifecycle: AccessDenied"] })),
    besides(
        "an uploader's policy that somebody widened",
        policyFindings({ kind: "user", identity: "nas", name: "p", policy: '{"a":[1]}' }, '{ "a": [1, 2] }'),
    ),
    {
        name: "shaping switched off in the stack",
        site: { shaping: "off" },
        verdict: "not-shaped",
        codes: ["rows/shaping-off", "proof/no-upload"],
    },
];

describe("doctor", () => {
    test.each(cases)("$name", (one) => expectDiagnosis(one));
});

/** Codes that rows on the embedded router cannot bring about; each has a test in line-findings. */
const elsewhere = [
    "router/too-old",
    "router/certificate-ends",
    "router/menu-unread",
    "hardware/l3-offloading",
    "hardware/bridged",
];

test("each finding of the catalogue has a set-up in which it is named", () => {
    const named = new Set([...cases.flatMap(({ codes }) => codes), ...elsewhere]);
    expect(Object.keys(catalogue).filter((code) => !named.has(code))).toEqual([]);
});

test("its page is made from the code", () => {
    expect(readFileSync(path.join(__dirname, "../../docs/doctor.md"), "utf8")).toBe(doctorPage());
});
