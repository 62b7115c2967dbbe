/** The judge of other people's traffic sees what it is there to see. */
import { type Row, start } from "../../router";
import { type Expectation, harm } from "../../testing/fail-open";
import { quietAndQuick } from "../../testing/quiet";
import { carrierOf, expectation, perform, plain, tower } from "../../testing/stages";

quietAndQuick();

describe("the judge", () => {
    const settled = async (stage = plain()): Promise<{ rows: Record<string, Row[]>; expected: Expectation }> => {
        const router = await start();
        try {
            expect(await perform(carrierOf(router, stage), stage)).toBeUndefined();
            const menus = [
                "/queue/tree",
                ...["/ip", "/ipv6"].flatMap((family) =>
                    ["address-list", "mangle", "filter"].map((menu) => `${family}/firewall/${menu}`),
                ),
            ];
            return {
                rows: Object.fromEntries(menus.map((menu) => [menu, router.rows(menu)])),
                expected: expectation(stage),
            };
        } finally {
            await router.stop();
        }
    };
    const queue = (rows: Record<string, Row[]>, name: string): Row =>
        rows["/queue/tree"]?.find((row) => row["name"] === name) ?? {};
    const rule = (rows: Record<string, Row[]>, menu: string, action: string): Row =>
        rows[menu]?.find((row) => row["action"] === action && (row["comment"] ?? "").includes("[pulumi:")) ?? {};

    const crimes: Record<string, (rows: Record<string, Row[]>) => unknown> = {
        "no leaf for the rest": (rows) => (queue(rows, "uplink-rest")["disabled"] = "true"),
        "a guarantee too small": (rows) => (queue(rows, "uplink-rest")["limit-at"] = "17999999"),
        "a ceiling on the rest": (rows) => (queue(rows, "uplink-rest")["max-limit"] = "18000000"),
        "S3 served as early": (rows) => (queue(rows, "uplink-s3")["priority"] = "1"),
        "more promised than there is": (rows) => (queue(rows, "uplink-s3")["limit-at"] = "1000001"),
        "a parent lowered first": (rows) => (queue(rows, "uplink")["max-limit"] = "18000000"),
        "another interface": (rows) => (queue(rows, "uplink")["parent"] = "ether5"),
        "a mark without a leaf": (rows) => (queue(rows, "uplink-s3")["packet-mark"] = "other"),
        "a bypass for everybody": (rows) => delete rule(rows, "/ip/firewall/filter", "accept")["connection-mark"],
        "a bypass for new connections": (rows) =>
            (rule(rows, "/ip/firewall/filter", "accept")["connection-state"] = "established,new"),
        "a rule that drops": (rows) => (rule(rows, "/ip/firewall/filter", "accept")["action"] = "drop"),
        "marks for everybody": (rows) =>
            delete rule(rows, "/ip/firewall/mangle", "mark-connection")["dst-address-list"],
        "packets of everybody": (rows) =>
            (rule(rows, "/ip/firewall/mangle", "mark-packet")["connection-mark"] = "no-mark"),
        "an end to what comes behind": (rows) =>
            (rule(rows, "/ip/firewall/mangle", "mark-packet")["passthrough"] = "false"),
    };

    it.each(Object.keys(crimes))("sees %s", async (crime) => {
        const { rows, expected } = await settled();
        const seen = () => harm({ rows: (menu) => rows[menu] ?? [] }, expected);
        expect(seen()).toEqual([]);
        crimes[crime]?.(rows);
        expect(seen()).not.toEqual([]);
    });

    const inTower: Record<string, (rows: Record<string, Row[]>) => unknown> = {
        "no leaf below": (rows) => (queue(rows, "rest")["disabled"] = "true"),
        "a narrow place above the leaf": (rows) => (queue(rows, "share")["max-limit"] = "18999999"),
        "more promised than there is": (rows) => (queue(rows, "s3")["limit-at"] = "1000001"),
        "more promised than goes through": (rows) => {
            queue(rows, "s3")["parent"] = "share";
            queue(rows, "line")["max-limit"] = "0";
            queue(rows, "s3")["limit-at"] = "1000001";
        },
        "S3 served as early there": (rows) => (queue(rows, "s3")["priority"] = "1"),
        "a leaf that others hang under": (rows) => (queue(rows, "s3")["parent"] = "rest"),
    };

    it.each(Object.keys(inTower))("sees %s, with a queue between root and leaves", async (crime) => {
        const { rows, expected } = await settled(tower("line", "share"));
        const seen = () => harm({ rows: (menu) => rows[menu] ?? [] }, expected);
        expect(seen()).toEqual([]);
        inTower[crime]?.(rows);
        expect(seen()).not.toEqual([]);
    });
});
