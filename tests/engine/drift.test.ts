/**
 * What somebody does to our rows by hand, in a refreshing preview of the real engine: each kind of change is told of
 * its own property, and the next `up` takes it back. One stack, two rounds of edits; the tests build on each other.
 */
import type { Row } from "../../router/api";
import { standing } from "../../testing/site";
import { engineTimeout, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

const lists = "/ip/firewall/address-list";
const lists6 = "/ipv6/firewall/address-list";
const mangle = "/ip/firewall/mangle";
const queues = "/queue/tree";

/** Addresses in other forms than the router's. */
const program = `
const { AddressList, FirewallRules, QueueTree } = require("./bin/components");
new AddressList("open", {
    list: "open",
    addresses: ["198.51.100.1/32", "198.51.100.2", "198.51.100.8-198.51.100.15", "203.0.113.0/25"],
});
new AddressList("closed", { list: "closed", addresses: ["192.0.2.1", "192.0.2.2"], exclusive: true });
new AddressList("six", { list: "six", family: "ipv6", addresses: ["2001:DB8:A::/48", "2001:0db8:000b::/48"] });
new FirewallRules("marks", {
    table: "mangle",
    rules: [
        {
            key: "connection",
            chain: "forward",
            action: "mark-connection",
            newConnectionMark: "s3",
            protocol: "tcp",
            dstPort: 443,
            dstAddressList: "open",
        },
        { key: "packet", chain: "forward", action: "mark-packet", newPacketMark: "s3", connectionMark: "s3" },
    ],
});
new QueueTree("queues", {
    queues: [
        { name: "upload", parent: "ether5", maxLimit: "19M" },
        { name: "upload-rest", parent: "upload", packetMarks: ["no-mark"], priority: 1, limitAt: "18M", maxLimit: "19M" },
        { name: "upload-s3", parent: "upload", packetMarks: ["s3"], limitAt: "190k", maxLimit: "19M" },
    ],
});
`;

let stack: ScratchStack;
let whole: Record<string, Row[]>;

beforeAll(async () => {
    stack = await startEngine({ program: { "index.js": program } });
    const up = await stack.up();
    expect(up).toMatchObject({ code: 0, output: expect.not.stringContaining("ends evaluation") as string });
    whole = rows();
}, engineTimeout);
afterAll(() => stack.stop());

/** The router's rows; lists and queues have no order. */
function rows(): Record<string, Row[]> {
    const text = (row: Row): string => JSON.stringify(Object.entries(row).sort());
    const sorted = Object.entries(standing(stack.router)).map(([menu, all]): [string, Row[]] => [
        menu,
        /list$|tree$/.test(menu) ? [...all].sort((a, b) => (text(a) < text(b) ? -1 : 1)) : all,
    ]);
    return Object.fromEntries(sorted);
}
const find = (menu: string, property: string, value: string): Row => {
    const row = stack.router.rows(menu).find((one) => one[property] === value);
    if (!row) throw new Error(`no row with ${property} ${value} in ${menu}`);
    return row;
};
const id = (...of: Parameters<typeof find>): string => find(...of)[".id"] ?? "";

/** Puts an entry out of use, and another of the same address in its place: RouterOS takes it then. */
function double(menu: string, address: string, form: string, comment?: string): void {
    const row = find(menu, "address", address);
    stack.router.set(menu, row[".id"] ?? "", { disabled: "yes" });
    stack.router.add(menu, { list: row["list"] ?? "", address: form, comment: comment ?? row["comment"] ?? "" });
}

/** What a refreshing preview would do about each resource, by its name. */
async function previewed(): Promise<{ output: string; update: (name: string) => string }> {
    stack.router.clearLog();
    const { code, output } = await stack.preview(["--refresh", "--diff"]);
    if (code !== 0) throw new Error(output);
    expect(stack.router.log.filter(({ method }) => method !== "GET")).toEqual([]);
    const blocks = output.split(/^(?=\s*[~+-]? ?\S+: \(\w+\)$|Resources:$)/m);
    return {
        output,
        update: (name) => blocks.find((block) => block.includes(": (update)") && block.includes(`::${name}]`)) ?? "",
    };
}

/** One `up` takes everything back, and a preview has nothing more to do. */
async function expectMended(): Promise<void> {
    const { code, output } = await stack.up(["--refresh"]);
    if (code !== 0) throw new Error(output);
    expect(rows()).toEqual(whole);
}

describe("in a first round", () => {
    let seen: Awaited<ReturnType<typeof previewed>>;
    beforeAll(async () => {
        const { router } = stack;
        router.add(lists, { list: "closed", address: "192.0.2.9", comment: "mine" });
        router.remove(lists, id(lists, "address", "198.51.100.2"));
        router.set(mangle, id(mangle, "action", "mark-connection"), { "!dst-address-list": "" });
        router.set(queues, id(queues, "name", "upload-s3"), { "limit-at": "5M", priority: "2" });
        router.set(lists6, id(lists6, "address", "2001:db8:b::/48"), { disabled: "yes" });
        seen = await previewed();
    }, engineTimeout);

    it.each<{ what: string; of: string; shows: RegExp[] }>([
        {
            what: "a row added in a list that is ours alone",
            of: "closed",
            shows: [/~ foreign *: \[\n\s+- \[0\]: "192\.0\.2\.9"\n/],
        },
        {
            what: "a row removed",
            of: "open",
            shows: [/~ addresses *: \{\n/, /\n\s+\+ "?198\.51\.100\.2"? *: true\n/],
        },
        { what: "a matcher cleared", of: "marks", shows: [/\+ dstAddressList *: "open"/] },
        {
            what: "parameters of a queue changed",
            of: "queues",
            shows: [/~ limitAt *: "5000000" => "190000"/, /~ priority *: 2 => 8/],
        },
        { what: "a row disabled", of: "six", shows: [/~ disabled *: \[\n\s+- \[0\]: "2001:db8:b::\/48"\n/] },
    ])("$what", ({ of, shows }) => {
        for (const line of shows) expect(seen.update(of)).toMatch(line);
    });

    it("are taken back", expectMended);
});

describe("in a second round", () => {
    let seen: Awaited<ReturnType<typeof previewed>>;
    beforeAll(async () => {
        const { router } = stack;
        router.set(lists, id(lists, "address", "203.0.113.0/25"), { address: "203.0.113.0/24" });
        router.move(mangle, id(mangle, "action", "mark-packet"), id(mangle, "action", "mark-connection"));
        router.set(queues, id(queues, "name", "upload-rest"), { disabled: "yes" });
        double(lists, "198.51.100.1", "198.51.100.1/32");
        double(lists, "198.51.100.8/29", "198.51.100.8-198.51.100.15");
        double(lists6, "2001:db8:a::/48", "2001:DB8:A::/48");
        double(lists, "192.0.2.1", "192.0.2.1/32", "mine");
        seen = await previewed();
    }, engineTimeout);

    it.each<{ what: string; of: string; shows: RegExp[] }>([
        {
            what: "a row changed",
            of: "open",
            shows: [/\n\s+- "?203\.0\.113\.0\/24"? *: true\n/, /\n\s+\+ "?203\.0\.113\.0\/25"? *: true\n/],
        },
        { what: "a rule moved", of: "marks", shows: [/~ key *: "packet" *=> "connection"/] },
        {
            what: "a queue disabled",
            of: "queues",
            shows: [/~ disabled *: \[\n\s+- \[0\]: "upload-rest"\n/, /~ disabled *: true => false/],
        },
        {
            what: "entries doubled, as one address and as a range",
            of: "open",
            shows: [/~ duplicates *: \[\n\s+- \[0\]: "198\.51\.100\.1"\n\s+- \[1\]: "198\.51\.100\.8\/29"\n/],
        },
        {
            what: "an entry doubled, in capital letters",
            of: "six",
            shows: [/~ duplicates *: \[\n\s+- \[0\]: "2001:db8:a::\/48"\n/],
        },
        {
            what: "an entry doubled by somebody's own",
            of: "closed",
            shows: [/~ disabled *: \[\n\s+- \[0\]: "192\.0\.2\.1"\n/, /~ foreign *: \[\n\s+- \[0\]: "192\.0\.2\.1"\n/],
        },
    ])("$what", ({ of, shows }) => {
        for (const line of shows) expect(seen.update(of)).toMatch(line);
    });

    it("are taken back", expectMended);
});

it("a rule of somebody's ahead, that ends evaluation for our packets, is a warning and no difference", async () => {
    const { router } = stack;
    const rule = router.add(mangle, { chain: "forward", action: "accept", protocol: "tcp", comment: "early" });
    router.move(mangle, rule, id(mangle, "action", "mark-connection"));
    const { code, output } = await stack.preview(["--refresh", "--expect-no-changes"]);
    expect(code).toBe(0);
    expect(output).toMatch(/warning: .*rule forward accept "early".* stands ahead of ours and ends evaluation/);
    router.remove(mangle, rule);
});

it("an entry doubled by somebody's own, in a list that is not ours alone, is named and left alone", async () => {
    double(lists, "203.0.113.0/25", "203.0.113.0-203.0.113.127", "mine");
    const { code, output } = await stack.up(["--refresh"]);
    expect(code).not.toBe(0);
    expect(output).toMatch(/list "open".*203\.0\.113\.0\/25 "mine" .* is not ours\. Set adopt to true/);
    expect(find(lists, "comment", "mine")).toMatchObject({ address: "203.0.113.0/25", disabled: "false" });
});
