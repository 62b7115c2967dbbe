import { readFileSync } from "node:fs";
import path from "node:path";

import { readShaping } from "../../components/shaping/plan";
import { uploadSite } from "../../components/shaping/rules";
import { doctorPage } from "../../line/catalogue";
import type { Diagnosis } from "../../line/doctor";
import { diagnose } from "../../line/doctor";
import { wanFindings } from "../../line/findings/wan";
import { Client } from "../../providers/routeros/runtime/router/client";
import { readSettings } from "../../providers/routeros/runtime/router/settings";
import type { Router } from "../../router";
import type { Call } from "../../testing/embedded-router";
import { withRouter } from "../../testing/embedded-router";
import { quietAndQuick } from "../../testing/quiet";
import type { Stage } from "../../testing/stages";
import { carrierOf, real } from "../../testing/stages";

quietAndQuick();

let stage: Stage;

beforeAll(async () => {
    stage = await real({ wanInterface: "ether5" }, 20e6);
});

/** What a case does before the doctor comes, and between its two looks. */
interface Case {
    name: string;
    site?: Record<string, unknown>;
    before?: (call: Call, router: Router) => Promise<unknown>;
    between?: (router: Router) => void;
    resolve?: (name: string) => Promise<string[]>;
    verdict: Diagnosis["verdict"];
    codes: string[];
}

const inside = (name: string): Promise<string[]> =>
    Promise.resolve(name.startsWith("s3.dual") ? ["2a05:d07a:8000::1", "52.92.52.9"] : ["52.95.130.5"]);
const upload = (router: Router): void => {
    router.traffic({ to: "52.95.130.5:443", upload: 2_000_000 });
};

/** The row of a menu with that value, as the wire has it. */
async function rowOf(call: Call, menu: string, name: string, value: string): Promise<string> {
    const rows = (await call("GET", menu)).body as Record<string, string>[];
    const row = rows.find((one) => one[name] === value);
    if (!row) throw new Error(`no ${name}=${value} in ${menu}`);
    return `${menu}/${row[".id"] ?? ""}`;
}

const set = async (call: Call, menu: string, name: string, value: string, change: object): Promise<unknown> =>
    call("PATCH", await rowOf(call, menu, name, value), change);

const remove = async (call: Call, menu: string, name: string, value: string): Promise<unknown> =>
    call("DELETE", await rowOf(call, menu, name, value));

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
        name: "shaping switched off in the stack",
        site: { shaping: "off" },
        verdict: "not-shaped",
        codes: ["rows/shaping-off", "proof/no-upload"],
    },
];

async function doctored(one: Case): Promise<{ diagnosis: Diagnosis; requests: number }> {
    let result: { diagnosis: Diagnosis; requests: number } | undefined;
    await withRouter({}, async (call, router) => {
        const carrier = carrierOf(router, stage);
        const { error } = await carrier.up(stage.declared, { skipPreview: true });
        if (error) throw error;
        await one.before?.(call, router);
        const { plan } = readShaping({ wanInterface: "ether5", uplink: "20M", ...one.site });
        if (!plan) throw new Error("no plan");
        const environment = { ROUTEROS_URL: router.url, ROUTEROS_USERNAME: "admin", ROUTEROS_ALLOW_PLAINTEXT: "true" };
        const client = new Client(readSettings((key) => carrier.config[key], "", environment));
        const asked = router.log.length;
        try {
            const diagnosis = await diagnose({
                client,
                say: () => undefined,
                resolve: one.resolve ?? inside,
                pause: () => {
                    one.between?.(router);
                    return Promise.resolve();
                },
                site: {
                    owner: stage.stack,
                    region: "ap-southeast-2",
                    upload: uploadSite(plan),
                    shaping: plan.shaping === "off" ? "off" : "on",
                    recorded: carrier.state,
                    config: (key) => carrier.config[key],
                },
            });
            result = { diagnosis, requests: router.log.length - asked };
        } finally {
            client.close();
        }
    });
    return result!;
}

describe("doctor", () => {
    test.each(cases)("$name", async (one) => {
        const { diagnosis, requests } = await doctored(one);
        expect(
            diagnosis.findings.map(({ code, seen }) => (process.env["SEEN"] ? `${code} ${seen}` : code)).sort(),
        ).toEqual([...one.codes].sort());
        expect(diagnosis.verdict).toBe(one.verdict);
        expect(requests).toBeLessThanOrEqual(40);
    });
});

describe("what passes the processor", () => {
    const site = () => {
        const { plan } = readShaping({ wanInterface: "ether5", uplink: "20M" });
        return uploadSite(plan!);
    };
    const look = (menus: Record<string, Record<string, string>[]>) =>
        wanFindings({ menus, later: {}, between: 0, unread: {} }, site()).map(({ code }) => code);
    const interfaces = [{ name: "ether5", type: "ether", running: "true" }];

    test("a switch that routes by itself is undecided", () => {
        expect(
            look({
                "/interface/ethernet/switch": [{ name: "switch1", "l3-hw-offloading": "true" }],
                "/interface": interfaces,
            }),
        ).toEqual(["hardware/l3-offloading"]);
    });

    test("a line that is the port of a bridge passes no IP firewall, unless the bridge says so", () => {
        const port = {
            "/interface/bridge/port": [{ interface: "ether5", bridge: "bridge" }],
            "/interface": interfaces,
        };
        expect(look(port)).toEqual(["hardware/bridged"]);
        expect(look({ ...port, "/interface/bridge/settings": [{ "use-ip-firewall": "true" }] })).toEqual([]);
    });

    test("an interface that is not there is named with those that are", () => {
        expect(look({ "/interface": [{ name: "ether1" }] })).toEqual(["wan/unknown"]);
    });

    test("a default route that is not told is undecided, and one of several is no verdict", () => {
        expect(look({ "/interface": interfaces, "/ip/route": [] })).toEqual(["wan/route-unknown"]);
        const routes: Record<string, string>[] = [
            { gateway: "192.0.2.1", "immediate-gw": "192.0.2.1%ether5" },
            { gateway: "lte1" },
        ];
        const found = wanFindings(
            { menus: { "/interface": interfaces, "/ip/route": routes }, later: {}, between: 0, unread: {} },
            site(),
        );
        expect(found).toMatchObject([{ code: "wan/no-route", effect: "undecided" }]);
    });
});

test("its page is made from the code", () => {
    expect(readFileSync(path.join(__dirname, "../../docs/doctor.md"), "utf8")).toBe(doctorPage());
});
