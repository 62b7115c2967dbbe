import { baseLine, deep, type Line, shallow, wandering } from "./net/line";
import type { Part } from "./play";
import { profilesFor } from "./profiles";
import type { Family } from "./router-state";

/** Scenarios by name, each with the share of its time it lasts. */
export type Choice = Record<string, number>;

/** One thing changed from the base: 20 Mbit/s, 20 ms, Ethernet, IPv4, a modem that keeps 256 KiB. */
export interface Case {
    /** `--scenario`. */
    name: string;
    line: Line;
    family: Family;
    /** What a site on this line configures beside its WAN: `uplink` in bit/s, `line`. */
    site: { uplink: number; line?: Line["kind"] };
    /** Seconds until TCP has found its rate. @default 4 */
    settling?: number;
    /** What is played with every profile. */
    scenarios: Choice;
    /** Profiles beside `scavenger`. */
    beside: string[];
}

const telling: Choice = { alone: 0.6, game: 0.6, other: 0.6, rpm: 0.6 };

function changed(name: string, line: Line, more: Partial<Case> = {}): Case {
    const kind = line.kind === "ethernet" ? {} : { line: line.kind };
    return {
        name,
        line,
        family: "ipv4",
        site: { uplink: line.uplink, ...kind },
        scenarios: telling,
        beside: ["none", "join"],
        ...more,
    };
}

/** In the order they are played. A fast line is played for a shorter time: a packet costs what it costs. */
export const cases: readonly Case[] = [
    changed("base", baseLine(), {
        scenarios: { ...telling, rrul: 0.6 },
        beside: ["none", "seed-2018", "max_bandwidth", "join"],
    }),
    // Ten connections begin with more than a slow line carries in seconds.
    changed("2M", baseLine(2e6), { settling: 12, scenarios: { alone: 2, game: 2, other: 2, rpm: 1 } }),
    changed("100M", baseLine(100e6), { settling: 3, scenarios: { alone: 0.4, game: 0.3, other: 0.3 } }),
    changed("1G", baseLine(1e9, { name: "1 Gbit/s", buffer: 4 * deep }), {
        settling: 1,
        scenarios: { alone: 0.1, game: 0.1, aws: 0.1 },
        beside: [],
    }),
    changed("far", baseLine(20e6, { name: "150 ms away", distance: 150 }), { settling: 12 }),
    changed("ipv6", baseLine(), { family: "ipv6" }),
    changed("dsl", baseLine(20e6, { name: "DSL with ATM cells", kind: "dsl" })),
    changed("docsis", baseLine(20e6, { name: "DOCSIS", kind: "docsis" })),
    changed("pppoe", baseLine(20e6, { name: "PPPoE", kind: "pppoe" })),
    changed("lte", baseLine(20e6, { name: "LTE, its rate varies", kind: "lte" }), {
        // The least that it ever carries, as docs/configuration.md has it.
        site: { uplink: 20e6 * wandering.least, line: "lte" },
    }),
    changed("shallow", baseLine(20e6, { name: "shallow modem", buffer: shallow(20e6) })),
];

export function partOf({ line, family, site, settling, scenarios, beside }: Case): Part {
    const { uplink, ...more } = site;
    const chosen = Object.entries(scenarios).map(([name, pace]) => ({ name, pace }));
    return {
        line,
        plays: profilesFor(uplink, more)
            .filter(({ name, judged }) => judged || beside.includes(name))
            // Without queues shares are of the line itself.
            .map((profile) => (profile.state ? profile : { ...profile, maxLimit: line.uplink }))
            .map((profile) => ({ profile, family, scenarios: chosen })),
        // What is promised is promised at this rate; at others it is shown how near one comes.
        judge: line.uplink === baseLine().uplink,
        ...(settling !== undefined && { settling }),
    };
}
