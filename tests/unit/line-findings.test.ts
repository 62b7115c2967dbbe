/** The doctor at sites where nothing is wrong, and its findings that no row on the embedded router brings about. */
import { readdirSync } from "node:fs";
import path from "node:path";

import { readShaping } from "../../components/shaping/plan";
import { uploadSite } from "../../components/shaping/rules";
import type { UploadShapingArgs } from "../../components/shaping/upload-shaping";
import { certificateFindings, deviceFindings } from "../../line/findings/router";
import { wanFindings } from "../../line/findings/wan";
import { readRouter } from "../../line/readings";
import { readMenus } from "../../providers/routeros/runtime/path";
import { RouterError } from "../../providers/routeros/runtime/router/errors";
import { diagnosed } from "../../testing/doctor";
import { withRouter } from "../../testing/embedded-router";
import { quietAndQuick } from "../../testing/quiet";
import { carrierOf, real } from "../../testing/stages";
import { fieldFile } from "../field/case";

quietAndQuick();

describe("no finding at a site where nothing is wrong", () => {
    const lines = [
        { interface: "ether5", uplink: 20e6 },
        { interface: "ether4", uplink: 10e6 },
    ];
    test.each<[string, Partial<UploadShapingArgs>]>([
        ["of one family", { addressFamilies: ["ipv4"] }],
        ["of named hosts", { addressFamilies: ["ipv4"], sourceAddresses: ["192.168.88.10"] }],
        ["that marks by packet", { marking: "packet" }],
        ["with a queue type of its own", { leafQueue: "cake" }],
        ["as the article has it", { profile: "seed-2018", addressFamilies: ["ipv4"] }],
        [
            "of two lines",
            {
                wanInterfaces: lines,
                addressFamilies: ["ipv4"],
                wanInterface: undefined,
                uplink: undefined,
            },
        ],
    ])("%s", async (_name, args) => {
        await withRouter({}, async (call, router) => {
            if (args.wanInterfaces) {
                router.add("/ip/address", { address: "198.51.100.2/24", interface: "ether4" });
                router.add("/ip/route", { "dst-address": "0.0.0.0/0", gateway: "198.51.100.1", distance: "2" });
            }
            const given = { wanInterface: "ether5", uplink: 20e6, ...args };
            const here = await real(given, 20e6);
            const carrier = carrierOf(router, here);
            const { error } = await carrier.up(here.declared, { skipPreview: true });
            if (error) throw error;
            const { findings, verdict } = await diagnosed(carrier, given);
            expect(findings.map(({ code, seen }) => `${code} ${seen}`)).toEqual([
                expect.stringMatching(/^proof\/no-upload/),
            ]);
            expect(verdict).toBe("shaped");
            await Promise.resolve(call);
        });
    });
});

describe("the router itself", () => {
    const day = 86_400_000;
    test("is told where it is older than what will do", () => {
        expect(deviceFindings({ version: "7.8 (stable)", device: "x" }, [])).toMatchObject([
            { code: "router/too-old" },
        ]);
        expect(deviceFindings({ version: "7.10.2 (stable)", device: "x" }, [])).toEqual([]);
    });

    test.each([
        [31, false, []],
        [29, false, ["harm"]],
        [-1, false, ["harm"]],
        [-1, true, ["note"]],
    ])("has a certificate that ends in %d days, pinned %s", (days, pinned, effects) => {
        const found = certificateFindings(Date.UTC(2026, 0, 1) + days * day, Date.UTC(2026, 0, 1), pinned);
        expect(found.map(({ effect }) => effect)).toEqual(effects);
    });

    test("may lack a menu, which is named and stops nothing", async () => {
        const refuse = () =>
            Promise.reject(new RouterError({ code: "router/no-such-menu", summary: "no such command" }));
        const client = { rows: refuse, row: () => Promise.resolve(undefined) };
        const { plan } = readShaping({ wanInterface: "ether5", uplink: "20M", addressFamilies: ["ipv4"] });
        const session = { client, snapshot: { rows: refuse } } as never;
        const { unread, menus } = await readRouter(
            session,
            uploadSite(plan!),
            () => Promise.resolve(),
            () => undefined,
        );
        expect(Object.keys(unread)).toContain("/ip/firewall/mangle");
        expect(menus["/queue/simple"]).toEqual([]);
    });
});

describe("what passes the processor", () => {
    const site = () => {
        const { plan } = readShaping({ wanInterface: "ether5", uplink: "20M" });
        return uploadSite(plan!);
    };
    const look = (menus: Record<string, Record<string, string>[]>) =>
        wanFindings({ menus: readMenus(menus), later: {}, between: 0, unread: {} }, site()).map(({ code }) => code);
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
            { "dst-address": "0.0.0.0/0", gateway: "192.0.2.1", "immediate-gw": "192.0.2.1%ether5" },
            { "dst-address": "0.0.0.0/0", gateway: "lte1" },
        ];
        const both = [...interfaces, { name: "lte1", type: "lte", running: "true" }];
        const found = wanFindings(
            { menus: readMenus({ "/interface": both, "/ip/route": routes }), later: {}, between: 0, unread: {} },
            site(),
        );
        expect(found).toMatchObject([{ code: "wan/other-line", effect: "undecided" }]);
    });
});

describe("a configuration from the field before the first up", () => {
    const folder = path.join(__dirname, "../field");
    test.each(readdirSync(folder).filter((file) => file.endsWith(".rsc")))(
        "%s: nothing is recorded, said first",
        async (file) => {
            const rsc = fieldFile(file);
            await withRouter({ rsc }, async (_call, router) => {
                const [line = "ether1"] = router
                    .rows("/interface")
                    .filter(
                        ({ type, slave, disabled }) =>
                            /^(ether|pppoe)/.test(type ?? "") && slave !== "true" && disabled !== "true",
                    )
                    .map(({ name = "" }) => name);
                const before = router.configuration();
                const { findings, verdict } = await diagnosed(carrierOf(router, undefined), {
                    wanInterface: line,
                    uplink: 20e6,
                });
                expect([verdict, findings[0]?.code]).toEqual(["not-shaped", "rows/none"]);
                expect(findings.filter(({ code }) => code.startsWith("rows/"))).toHaveLength(1);
                expect(router.log.length).toBeLessThanOrEqual(40);
                expect(router.log.filter(({ method }) => method !== "GET")).toEqual([]);
                expect(router.configuration()).toEqual(before);
            });
        },
    );
});
