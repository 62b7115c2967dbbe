/** Two engines at once on one router, as from two laptops: two stacks on one line, and one stack kept in two places. */
import { routerEnvironment } from "../../sandbox/environment";
import { engineTimeout, type Outcome, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(2 * engineTimeout);

const program = `
const pulumi = require("@pulumi/pulumi");
const { UploadShaping } = require("./bin/components");
const args = new pulumi.Config().getObject("args");
const prefixes = { ipv4: ["52.95.128.0/21", "54.231.248.0/22"], ipv6: ["2a05:d07a:8000::/40"] };
new UploadShaping("nas", { wanInterface: "ether5", uplink: "20M", prefixes, ...args });
`;
const office = {
    listName: "office",
    connectionMark: "office",
    packetMark: "office-packet",
    queueNames: { parent: "office", rest: "office-rest", s3: "office-s3" },
};

const sessions: ScratchStack[] = [];
afterEach(async () => {
    for (const one of sessions.splice(0).reverse()) await one.stop();
});

/** A session with a router, and another one with a backend of its own on the same router. */
async function two(stack: string, config: Record<string, unknown>): Promise<[ScratchStack, ScratchStack]> {
    const files = { "index.js": program };
    const first = await startEngine({ program: files });
    sessions.push(first);
    const env = routerEnvironment({ url: first.router.url, username: "admin", password: first.password });
    const second = await startEngine({ program: files, router: false, stack, config, env });
    sessions.push(second);
    return [first, second];
}

const together = (both: readonly ScratchStack[]): Promise<Outcome[]> => Promise.all(both.map((one) => one.up()));

const inUse = ({ router }: ScratchStack): string[] =>
    router
        .rows("/queue/tree")
        .flatMap((row) => (row["parent"] === "ether5" && row["disabled"] !== "true" ? [row["name"] ?? ""] : []));

/** How often each marker stands. */
function markers({ router }: ScratchStack): Map<string, number> {
    const found = new Map<string, number>();
    const menus = ["/ip", "/ipv6"].flatMap((family) =>
        ["address-list", "mangle", "filter"].map((menu) => `${family}/firewall/${menu}`),
    );
    for (const menu of [...menus, "/queue/tree"])
        for (const { comment = "" } of router.rows(menu)) {
            const marker = /\[pulumi:.*\]/.exec(comment)?.[0];
            if (marker) found.set(`${menu} ${marker}`, (found.get(`${menu} ${marker}`) ?? 0) + 1);
        }
    return found;
}

it("never leaves the trees of two stacks in use on one line, and whoever has none says so", async () => {
    const [home, other] = await two("office", { "small:args": office });
    const outcomes = await together([home, other]);
    const failed = outcomes.filter(({ code }) => code !== 0);
    expect(inUse(home).length).toBeLessThanOrEqual(1);
    expect(failed).toHaveLength(2 - inUse(home).length);
    for (const { output } of failed)
        expect(output.replaceAll(/\s+/g, " ")).toMatch(/ether5 .* shaped already by|ours is put out of use/);
    // The next run of one of them has the line, or says whose it is.
    const again = await home.up();
    expect(inUse(home)).toHaveLength(1);
    expect(again.code === 0).toBe(inUse(home)[0] === "upload");
});

it("keeps every row of one stack that two backends know", async () => {
    const [first, second] = await two("test", {});
    const seen = new Set<string>();
    const lost: string[] = [];
    first.router.onRequest(({ when, method, path }) => {
        if (when !== "after" || method === "GET") return;
        const now = markers(first);
        for (const marker of seen) if (!now.has(marker)) lost.push(`${method} ${path}: ${marker}`);
        for (const marker of now.keys()) seen.add(marker);
    });
    await together([first, second]);
    await together([first, second]);
    expect(lost).toEqual([]);
    expect(inUse(first)).toEqual(["upload"]);
    // Alone, each settles what is left of the other's, and then there is nothing to do.
    for (const one of [first, second, first]) expect(await one.up(["--refresh"])).toMatchObject({ code: 0 });
    expect(lost).toEqual([]);
    expect(new Set(markers(first).values())).toEqual(new Set([1]));
    expect(await first.preview(["--refresh", "--expect-no-changes"])).toMatchObject({ code: 0 });
});
