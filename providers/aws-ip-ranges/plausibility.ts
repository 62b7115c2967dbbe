import { overlapCidr } from "cidr-tools";
import ipaddr from "ipaddr.js";

import { isOlder } from "../routeros/runtime/rows/loss";
import { sizeOf } from "../routeros/runtime/rows/prefixes";
import { RangesError } from "./errors";
import type { Selected } from "./select";
import type { RangesDocument } from "./shapes";

/** What no service of AWS on the Internet has: a list with these would mark traffic inside the house. */
const notPublic: Record<4 | 6, string[]> = {
    4: [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/3",
    ],
    // Public IPv6 is 2000::/3; of that, 6to4 leads to any IPv4 address.
    6: ["::/3", "4000::/2", "8000::/1", "2002::/16"],
};

/** Widest prefix and largest sum that are believed, in bits of address: S3's widest are /15 and /39. */
const widest: Record<4 | 6, { prefix: number; sum: number }> = {
    4: { prefix: 10, sum: 24 },
    6: { prefix: 24, sum: 108 },
};

/** Rows of a document that may go missing from one reading to the next. Real changes lose a few in ten thousand. */
const mostLostRows = 0.4;

/**
 * Refuses a document that cannot be what AWS published: empty, cut short, older than one read before, or dated in
 * the future (which would make every later one look old).
 *
 * @param previous the last good document from the same address, if any.
 */
export function judgeDocument(document: RangesDocument, origin: string, now: Date, previous?: RangesDocument): void {
    const rows = document.prefixes.length + document.ipv6_prefixes.length;
    if (document.prefixes.length === 0 || document.ipv6_prefixes.length === 0) {
        throw new RangesError(
            "ranges/empty",
            `${origin} has no ${document.prefixes.length === 0 ? "IPv4" : "IPv6"} prefixes`,
            "try again later; nothing is changed",
        );
    }
    if (Number(document.syncToken) * 1000 > now.getTime() + 2 * 86_400_000) {
        throw new RangesError(
            "ranges/future",
            `${origin} has token ${document.syncToken}, which is in the future`,
            "check the address and this machine's clock; nothing is changed",
        );
    }
    if (previous === undefined) return;
    if (isOlder(document.syncToken, previous.syncToken)) {
        throw new RangesError(
            "ranges/older",
            `${origin} has token ${document.syncToken}, older than ${previous.syncToken} which was read before`,
            "try again later; nothing is changed",
        );
    }
    const before = previous.prefixes.length + previous.ipv6_prefixes.length;
    if (rows < before * (1 - mostLostRows)) {
        throw new RangesError(
            "ranges/truncated",
            `${origin} has ${rows} rows, ${before} when it was read before: it looks cut short`,
            "try again later; nothing is changed",
        );
    }
}

/** Refuses rows that no list may hold: not a prefix of that family, with host bits set, not public, or far too wide. */
export function judgeRows(rows: Selected, origin: string): void {
    for (const row of rows.ipv4) judgeRow(row, 4, origin);
    for (const row of rows.ipv6) judgeRow(row, 6, origin);
    for (const [version, prefixes] of [[4, rows.ipv4] as const, [6, rows.ipv6] as const]) {
        const addresses = sizeOf(prefixes);
        if (addresses <= 1n << BigInt(widest[version].sum)) continue;
        throw new RangesError(
            "ranges/too-wide",
            `the prefixes chosen from ${origin} hold ${addresses} addresses of IPv${version}, more than S3 can have`,
            "check the feed and the services that are chosen; nothing is changed",
        );
    }
}

function judgeRow(row: string, version: 4 | 6, origin: string): void {
    const refuse = (code: string, reason: string) =>
        new RangesError(
            code,
            `${origin} has the prefix ${JSON.stringify(row)}, ${reason}`,
            "check the feed; nothing is changed",
        );
    const family = version === 4 ? ipaddr.IPv4 : ipaddr.IPv6;
    const shape = version === 4 ? /^\d+(\.\d+){3}\/\d+$/ : /^[0-9a-f:]+\/\d+$/i;
    if (!shape.test(row) || !family.isValidCIDR(row))
        throw refuse("ranges/not-cidr", `which is no prefix of IPv${version}`);
    const [address = "", length] = row.split("/");
    if (family.networkAddressFromCIDR(row).toString() !== family.parse(address).toString()) {
        throw refuse("ranges/not-cidr", "which has host bits set");
    }
    if (Number(length) < widest[version].prefix) {
        throw refuse("ranges/too-wide", `wider than /${widest[version].prefix}: no service of AWS has that`);
    }
    if (overlapCidr(row, notPublic[version]))
        throw refuse("ranges/not-public", "which holds addresses that are not public");
}
