/**
 * Uploads that run while a site changes, and those that begin at any instant of it: none may be FastTracked, and each
 * ends in the leaf meant for uploads. Judged by the embedded router's own walk, after every request that writes.
 */
import type { UploadShapingArgs } from "../../components/shaping/upload-shaping";
import { type Router, start } from "../../router";
import type { Carrier } from "../../testing/carrier";
import { quietAndQuick } from "../../testing/quiet";
import { carrierOf, perform, real } from "../../testing/stages";

quietAndQuick();

const far = ["52.95.132.33:443", "[2a05:d07a:8000::33]:443"];
const near = (to: string, port: number): string =>
    to.startsWith("[") ? `[fd00:88::10]:${port}` : `192.168.88.10:${port}`;

/** Connections under way: what each last said of itself. */
class Uploads {
    private readonly router: Router;
    private readonly running: { to: string; from: string }[] = [];
    private port = 40_000;

    constructor(router: Router) {
        this.router = router;
    }

    begin(): void {
        this.port += 1;
        for (const to of far) this.running.push({ to, from: near(to, this.port) });
    }

    /** The acknowledgement of S3 before the next packet, then the packet: whatever is wrong with any of them. */
    wrong(): string[] {
        return this.running.flatMap(({ to, from }) => {
            this.router.traffic({ to, from, upload: 0, reply: 640 });
            const { fastTracked, leaf } = this.router.traffic({ to, from });
            return fastTracked || !/s3/i.test(leaf ?? "")
                ? [`${from}: ${leaf}${fastTracked ? ", FastTracked" : ""}`]
                : [];
        });
    }

    end(): void {
        for (const { to, from } of this.running.splice(0)) this.router.traffic({ to, from, end: true });
    }
}

type Args = Partial<UploadShapingArgs>;

const site = (args: Args) => real({ wanInterface: "ether5", ...args }, 20e6);

async function withSite(
    args: Args,
    use: (router: Router, carrier: Carrier) => Promise<void>,
    furnish: (router: Router) => void = () => undefined,
): Promise<void> {
    const router = await start();
    try {
        // The router's own firewall has FastTrack for IPv4 alone.
        const first = router.rows("/ipv6/firewall/filter").find((row) => row["chain"] === "forward")?.[".id"] ?? "";
        router.add("/ipv6/firewall/filter", { ...take("forward"), ...established, "place-before": first });
        furnish(router);
        await use(router, await up(router, args));
    } finally {
        await router.stop();
    }
}

async function up(router: Router, args: Args, carrier?: Carrier): Promise<Carrier> {
    const stage = await site(args);
    const used = carrier ?? carrierOf(router, stage);
    expect(await perform(used, stage)).toBeUndefined();
    return used;
}

/** Comments of rules that are ours, and stand for what was before. */
const marks = (router: Router): string[] => [
    ...new Set(
        ["/ip/firewall", "/ipv6/firewall"].flatMap((menu) =>
            ["mangle", "filter"].flatMap((table) =>
                router
                    .rows(`${menu}/${table}`)
                    .filter(({ comment }) => comment?.includes("[pulumi:"))
                    .flatMap((row) => row["connection-mark"] ?? row["dst-address-list"] ?? []),
            ),
        ),
    ),
];

const changes: Record<string, [from: Args, to: Args]> = {
    "another connection mark": [{ connectionMark: "a" }, { connectionMark: "b" }],
    "another connection mark, marking by connection": [
        { marking: "connection", connectionMark: "a" },
        { marking: "connection", connectionMark: "b" },
    ],
    "another packet mark too": [
        { connectionMark: "a", packetMark: "a" },
        { connectionMark: "b", packetMark: "b" },
    ],
    "marking by packet": [{ marking: "connection" }, { marking: "packet" }],
    "marking by packet, late": [{ marking: "connection" }, { marking: "packet-late" }],
    "marking by packet, finally": [{ marking: "connection" }, { marking: "packet-final" }],
    "marking by connection": [{ marking: "packet" }, { marking: "connection" }],
    "marking by connection after late": [{ marking: "packet-late" }, { marking: "connection" }],
    "another list": [{ listName: "one" }, { listName: "two" }],
    "another list, marking by packet": [
        { marking: "packet", listName: "one" },
        { marking: "packet", listName: "two" },
    ],
    "another list and marking by connection": [
        { marking: "packet", listName: "one" },
        { marking: "connection", listName: "two" },
    ],
    "the profile of the article": [{}, { profile: "seed-2018" }],
    "the profile of our own": [{ profile: "seed-2018" }, {}],
    "another profile by packet": [{ marking: "packet" }, { profile: "seed-2018", marking: "connection" }],
};

/** FastTrack of IPv4 in mangle, where IPv6 knows none. */
function fastTrackInMangle(router: Router): void {
    const filter = "/ip/firewall/filter";
    for (const row of router.rows(filter))
        if (row["action"] === "fasttrack-connection") router.remove(filter, row[".id"] ?? "");
    router.add("/ip/firewall/mangle", { ...take("prerouting"), ...established });
}

const places: Record<string, ((router: Router) => void) | undefined> = {
    "with FastTrack in filter": undefined,
    "with FastTrack in mangle": fastTrackInMangle,
};
const inMangle = ["another connection mark, marking by connection", "another packet mark too", "another list"];
const cases = [
    ...Object.keys(changes).map((name) => [name, "with FastTrack in filter"] as const),
    ...inMangle.map((name) => [name, "with FastTrack in mangle"] as const),
];

describe.each(cases)("%s, %s", (name, place) => {
    const [from, to] = changes[name] as [Args, Args];
    const furnish = places[place];

    it("takes no running upload its place, at no request", async () => {
        await withSite(
            from,
            async (router, carrier) => {
                const uploads = new Uploads(router);
                uploads.begin();
                expect(uploads.wrong()).toEqual([]);
                const found: string[] = [];
                let requests = 0;
                const stop = router.onRequest(({ method, path, when }) => {
                    if (when === "before" || method === "GET") return;
                    requests += 1;
                    uploads.begin();
                    found.push(...uploads.wrong().map((what) => `${method} ${path}: ${what}`));
                });
                await up(router, to, carrier);
                expect(found).toEqual([]);
                expect(requests).toBeGreaterThan(2);

                // As long as a connection may be told by what was before, nothing goes and nothing is a difference.
                const stage = await site(to);
                const again = await carrier.preview(stage.declared);
                expect([again.error, again.steps.filter(({ op }) => op !== "same")]).toEqual([undefined, []]);
                await up(router, to, carrier);
                expect([...found, ...uploads.wrong()]).toEqual([]);
                stop();

                uploads.end();
                const quiet = await carrier.preview(stage.declared);
                expect(quiet.steps.filter(({ op }) => op !== "same")).toEqual([]);
                await up(router, to, carrier);
                await withSite(
                    to,
                    (fresh) => {
                        expect(marks(router).sort()).toEqual(marks(fresh).sort());
                        return Promise.resolve();
                    },
                    furnish,
                );
                expect(carrier.state.flatMap(({ outputs }) => outputs["leftover"] ?? [])).toEqual([]);
            },
            furnish,
        );
    });
});

describe("a CAKE that stands by now", () => {
    /** In a simple queue of the WAN, so that it is beside our tree. */
    const cake = (router: Router): void => {
        router.add("/queue/type", { name: "shaper", kind: "cake", "cake-diffserv": "diffserv4" });
        const line = { target: "ether5", queue: "default-small/shaper", "max-limit": "90M/19M" };
        router.add("/queue/simple", { name: "line", ...line });
    };
    const ours = (router: Router, menu: string) =>
        router.rows(menu).filter(({ comment, disabled }) => comment?.includes("[pulumi:") && disabled !== "true");

    it.each(["connection", "packet"] as const)(
        "is joined with uploads last until our tree is gone, marking by %s",
        async (marking) => {
            await withSite({ marking }, async (router, carrier) => {
                const uploads = new Uploads(router);
                uploads.begin();
                expect(uploads.wrong()).toEqual([]);
                cake(router);
                const found: string[] = [];
                let queued = 0;
                const stop = router.onRequest(({ method, path, when }) => {
                    if (when === "before" || method === "GET" || ours(router, "/queue/tree").length < 3) return;
                    queued += 1;
                    uploads.begin();
                    found.push(...uploads.wrong().map((what) => `${method} ${path}: ${what}`));
                });
                const join = { marking, profile: "join" } as const;
                await up(router, join, carrier);
                stop();
                expect(found).toEqual([]);
                expect(queued).toBeGreaterThan(2);
                expect(ours(router, "/queue/tree")).toEqual([]);

                // The rules of the tree that went are no difference, and go at the next `up`.
                const { declared } = await site(join);
                const again = await carrier.preview(declared);
                expect([again.error, again.steps.filter(({ op }) => op !== "same")]).toEqual([undefined, []]);
                await up(router, join, carrier);
                const actions = ours(router, "/ip/firewall/mangle").map(({ action }) => action);
                expect(actions).toContain("change-dscp");
                expect(actions).not.toContain("mark-packet");
            });
        },
    );
});

/** FastTrack rules of a colleague, by chain, in place of the router's own; each with a jump where it has a chain of its own. */
function fastTrack(router: Router, rules: Record<string, string>[]): void {
    const filter = "/ip/firewall/filter";
    for (const row of router.rows(filter)) {
        if (/^(fasttrack-connection|jump)$/.test(row["action"] ?? "")) router.remove(filter, row[".id"] ?? "");
    }
    const before = router.rows(filter).find((row) => row["comment"]?.startsWith("defconf: accept established"));
    for (const rule of rules) {
        const values = { ...established, ...rule };
        router.add(filter, { ...values, "place-before": before?.[".id"] ?? "" });
    }
}

const established = { "connection-state": "established,related" };
const take = (chain: string, more: Record<string, string> = {}) => ({ chain, action: "fasttrack-connection", ...more });
const jump = { chain: "forward", action: "jump", "jump-target": "fast" };

describe("the bypass", () => {
    it.each([
        ["to the chain of a colleague", [take("forward")], [jump, take("fast")]],
        ["back", [jump, take("fast")], [take("forward")]],
        [
            "to a rule ahead of the one there was",
            [take("forward")],
            [take("forward", { protocol: "udp" }), take("forward")],
        ],
        [
            "between two chains that change places",
            [take("forward", { "in-interface": "bridge" }), jump, take("fast")],
            [take("forward"), jump, take("fast", { "in-interface": "bridge" })],
        ],
    ])("follows %s, and takes away no rule that is needed on the way", async (_name, from, to) => {
        await withSite({}, async (router, carrier) => {
            fastTrack(router, from);
            await up(router, {}, carrier);
            const uploads = new Uploads(router);
            uploads.begin();
            expect(uploads.wrong()).toEqual([]);
            // What the colleague does is his; from the first request of ours that adds the last rule, none is lost again.
            fastTrack(router, to);
            const lost: number[] = [];
            const stop = router.onRequest(({ method, when }) => {
                if (when === "before" || method === "GET") return;
                const now = new Uploads(router);
                now.begin();
                lost.push(now.wrong().length);
                now.end();
            });
            await up(router, {}, carrier);
            stop();
            expect(lost.at(-1) ?? 0).toBe(0);
            expect([...lost].sort((a, b) => b - a)).toEqual(lost);
            uploads.end();
            uploads.begin();
            expect(uploads.wrong()).toEqual([]);
        });
    });

    it("stays ahead of a jump that a colleague put between it and FastTrack, also with a rule behind the jump", async () => {
        await withSite({}, async (router, carrier) => {
            const filter = "/ip/firewall/filter";
            const uploads = new Uploads(router);
            uploads.begin();
            expect(uploads.wrong()).toEqual([]);
            const own = router.rows(filter).find((row) => row["action"] === "fasttrack-connection")?.[".id"] ?? "";
            router.add(filter, { ...jump, "place-before": own });
            router.add(filter, { chain: "forward", action: "log", "place-before": own });
            router.add(filter, take("fast", established));
            const lost: string[] = [];
            router.onRequest(({ method, path, when }) => {
                if (when === "before" || method === "GET") return;
                lost.push(...uploads.wrong().map((what) => `${method} ${path}: ${what}`));
            });
            await up(router, {}, carrier);
            expect(lost).toEqual([]);
            uploads.begin();
            expect(uploads.wrong()).toEqual([]);
        });
    });
});
