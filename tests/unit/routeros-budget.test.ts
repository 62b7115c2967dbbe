import type { Router } from "../../sandbox/router";
import { start } from "../../sandbox/router";
import { Carrier } from "../support/carrier";
import { site } from "../support/site";

const foreign = 30_000;

let router: Router;
let carrier: Carrier;
let warnings: jest.SpyInstance;

beforeAll(async () => {
    warnings = jest.spyOn(console, "warn").mockReturnValue();
    const lines = Array.from({ length: foreign }, (_, index) => `add list=blocked address=${address(172, index)}`);
    router = await start({ rsc: `/ip firewall address-list\n${lines.join("\n")}\n` });
    // IPv6 FastTrack as well, so that every resource of a site has rows.
    router.add("/ipv6/firewall/filter", {
        chain: "forward",
        action: "fasttrack-connection",
        "connection-state": "established,related",
    });
});
afterAll(async () => {
    warnings.mockRestore();
    await router.stop();
});
beforeEach(() => {
    carrier = new Carrier({ url: router.url });
});

function address(first: number, index: number): string {
    return `${first}.${Math.floor(index / 65536) % 256}.${Math.floor(index / 256) % 256}.${index % 256}`;
}
const prefixes = (count: number): string[] => Array.from({ length: count }, (_, index) => address(10, index * 2));

const reads = (): number => router.log.filter(({ method }) => method === "GET").length;
const writes = (): number => router.log.length - reads();

/** Every read of an address list names the list. */
function filtered(): void {
    const lists = router.log.filter(({ method, path }) => method === "GET" && path.endsWith("/address-list"));
    for (const { query } of lists) expect(query["list"]).toBeDefined();
    for (const { query, path } of router.log) {
        if (path.endsWith("/mangle") || path.endsWith("/filter"))
            if (Object.keys(query).length > 0) expect(query["chain"] ?? query["action"]).toBeDefined();
    }
}

/** Requests of what `work` does in its last process; the carrier's `up` is two processes. */
async function counted(work: () => Promise<{ error?: Error }>): Promise<{ reads: number; writes: number }> {
    router.clearLog();
    const { error } = await work();
    expect(error).toBeUndefined();
    filtered();
    return { reads: reads(), writes: writes() };
}

describe(`a site of N prefixes beside ${foreign} foreign rows`, () => {
    test.each([4, 50, 500, 2000])(
        "N = %i",
        async (count) => {
            const declared = (more: string[] = []) => site({ addresses: [...prefixes(count), ...more] });
            const rows = count + 2 + 4 + 2 + 1 + 3;

            const made = await counted(() => carrier.up(declared(), { skipPreview: true }));
            expect(made.reads + made.writes).toBeLessThanOrEqual(rows + 20);

            const same = await counted(() => carrier.preview(declared()));
            expect(same.writes).toBe(0);
            expect(same.reads).toBeLessThanOrEqual(14);

            const added = await counted(() => carrier.up(declared(["198.51.100.0/24"]), { skipPreview: true }));
            expect(added.writes).toBe(1);
            expect(added.reads).toBeLessThanOrEqual(same.reads + 2);

            const gone = await counted(() => carrier.destroy());
            const menus = 8;
            expect(gone.reads + gone.writes).toBeLessThanOrEqual(rows + 1 + 3 * menus);
            expect(router.rows("/ip/firewall/address-list")).toHaveLength(foreign);
        },
        60_000,
    );
});
