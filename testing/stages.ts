/** Sites whose promises to other people's traffic are known, for judging what a router does to it. */
import type * as components from "../components";
import type { UploadShapingArgs } from "../components/shaping/upload-shaping";
import { type Router, start } from "../router";
import { graphOf, kinds } from "../tests/graph/support";
import { Carrier, type Declared } from "./carrier";
import type { Expectation } from "./fail-open";
import { defaultAddresses, site, type SiteOptions } from "./site";
import turned from "./turned-trees.json";

export interface Stage {
    declared: Declared[];
    /** `project/stack` of the program. */
    stack: string;
    /** Of this stage alone; while one becomes the other, the smaller of two counts. */
    wan: string;
    guarantee: number;
    ceiling: number;
}

/** A site of the test's own, with numbers a person can follow. */
export function plain(options: SiteOptions = {}, guarantee = 18e6, ceiling = 19e6): Stage {
    return { declared: site(options), stack: "site/test", wan: options.wan ?? "ether1", guarantee, ceiling };
}

/**
 * What the component declares under the profile `scavenger`, whose promises are 95 % of 95 % of the uplink. Rates are
 * rounded down to whole kbit/s, so these uplinks are chosen to need none of that.
 */
export async function real(args: Partial<UploadShapingArgs>, uplink: number): Promise<Stage> {
    const { registrations } = await graphOf(() => {
        const { UploadShaping } = jest.requireActual<typeof components>("../components");
        const prefixes = { ipv4: defaultAddresses, ipv6: ["2a05:d07a:8000::/40"] };
        new UploadShaping("nas", { wanInterface: "ether1", uplink, prefixes, ...args });
        return Promise.resolve();
    });
    const types = Object.entries({
        AddressList: kinds.addressList,
        FirewallRules: kinds.firewallRules,
        QueueTree: kinds.queueTree,
        QueueType: kinds.queueType,
    } as const);
    const declared = registrations.flatMap(({ type, name, inputs }): Declared[] => {
        const kind = types.find(([, known]) => known === type)?.[0] as Declared["kind"] | undefined;
        const given = Object.entries(inputs).filter(([, value]) => value !== undefined && value !== null);
        return kind ? [{ kind, name, args: Object.fromEntries(given) }] : [];
    });
    const ceiling = uplink * 0.95;
    return {
        declared,
        stack: "routeros-s3/home",
        wan: args.wanInterface ?? "ether1",
        guarantee: ceiling * 0.95,
        ceiling,
    };
}

/** A queue stands between the root and the leaf of the others. */
export function tower(root: string, between: string): Stage {
    const stage = plain();
    const queues = [
        { name: root, parent: "ether1", maxLimit: "19M" },
        { name: between, parent: root, maxLimit: "19M" },
        { name: "rest", parent: between, packetMarks: ["no-mark"], priority: 1, limitAt: "18M", maxLimit: "19M" },
        { name: "s3", parent: root, packetMarks: ["s3-upload"], priority: 8, limitAt: "190k", maxLimit: "19M" },
    ];
    const declared = stage.declared.map((one) =>
        one.kind === "QueueTree" ? { ...one, args: { ...one.args, queues } } : one,
    );
    return { ...stage, declared };
}

/** Trees of three levels whose queues change places, and names that stand for another queue afterwards. */
export const turnedTrees = turned.map((walk) =>
    walk.map(({ queues, guarantee, ceiling }): Stage => {
        const stage = plain({}, guarantee, ceiling);
        const declared = stage.declared.map((one) =>
            one.kind === "QueueTree" ? { ...one, args: { ...one.args, queues } } : one,
        );
        return { ...stage, declared };
    }),
);

export function carrierOf(router: Router, stage: Stage | undefined): Carrier {
    const [project, stack] = (stage?.stack ?? "site/test").split("/");
    return new Carrier({ url: router.url, project, stack });
}

/** What must hold while one stage becomes the other. */
export function expectation(...stages: (Stage | undefined)[]): Expectation {
    const known = stages.filter((stage) => stage !== undefined);
    return {
        wan: known.map(({ wan }) => wan),
        guarantee: Math.min(...known.map(({ guarantee }) => guarantee)),
        ceiling: Math.min(...known.map(({ ceiling }) => ceiling)),
    };
}

export async function perform(carrier: Carrier, to: Stage | undefined): Promise<Error | undefined> {
    const { error } = to ? await carrier.up(to.declared, { skipPreview: true }) : await carrier.destroy();
    return error;
}

/** An ordinary site of 20 Mbit/s, brought up on a router of its own. */
export async function broughtUp(): Promise<{ router: Router; carrier: Carrier }> {
    const stage = await real({ wanInterface: "ether5" }, 20e6);
    const router = await start({ username: "admin", password: "secret" });
    const carrier = carrierOf(router, stage);
    carrier.config["routeros:password"] = "secret";
    const error = await perform(carrier, stage);
    if (!error) return { router, carrier };
    await router.stop();
    throw error;
}
