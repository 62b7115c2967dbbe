import { wanDevice } from "../net/topology";
import { now, ports } from "../traffic/protocol";
import { carriesMark, type QueueClass } from "../translate/queues";
import type { LiveLine } from "./line";

/** Counts an upload's full packets by their class, behind the rules that choose one: small ones keep their place. */
const table = `table inet uploads {
    set classes { typeof meta priority; size 1024; flags dynamic; counter; }
    chain count {
        type filter hook postrouting priority 300; policy accept;
        oifname "${wanDevice}" tcp dport ${ports.https} meta length >= 1000 update @classes { meta priority }
    }
}
`;

/** What uploads had sent to each class until then, in bytes, and the classes of leaves that carry a mark. */
export interface Look {
    at: number;
    sent: ReadonlyMap<string, number>;
    own: ReadonlySet<string>;
}

/**
 * Looks where uploads went right before and right after each change of the classes and rules; nothing else moves them. Ends with
 * all looks.
 */
export async function watchUploads(line: LiveLine): Promise<() => Promise<Look[]>> {
    await line.inRouter("nft", ["-f", "-"], `add table inet uploads\ndelete table inet uploads\n${table}`);
    const looks: Look[] = [];
    const look = async (): Promise<void> => {
        const json = await line.inRouter("nft", ["-j", "list", "set", "inet", "uploads", "classes"]);
        looks.push({ at: now(), sent: sentTo(json), own: new Set(line.classes().filter(carriesMark).flatMap(idsOf)) });
    };
    await look();
    const stop = line.aroundChanges(look);
    return async () => {
        stop();
        await look();
        return looks;
    };
}

const idsOf = ({ classId, spread }: QueueClass): string[] => [classId, ...spread];

/** Bytes by class (`1:3`; others for what met none), of `nft -j list set`. */
export function sentTo(json: string): Map<string, number> {
    interface Listed {
        set?: { elem?: { elem: { val: string | number; counter: { bytes: number } } }[] };
    }
    const { nftables } = JSON.parse(json) as { nftables: Listed[] };
    return new Map(
        nftables.flatMap(({ set }) => (set?.elem ?? []).map(({ elem }) => [String(elem.val), elem.counter.bytes])),
    );
}

/**
 * The longest time until `end`, in ms, in which uploads went elsewhere than into a leaf of their own: between the looks at the
 * beginning and the end of it. 0 where they never did.
 */
export function longestElsewhere(looks: readonly Look[], end: number): number {
    let longest = 0;
    let since: number | undefined;
    for (const [index, look] of looks.entries()) {
        const before = looks[index - 1];
        if (!before || before.at >= end) continue;
        const elsewhere = [...look.sent].some(
            ([id, bytes]) => bytes > (before.sent.get(id) ?? 0) && !look.own.has(id) && !before.own.has(id),
        );
        since = elsewhere ? (since ?? before.at) : undefined;
        if (since !== undefined) longest = Math.max(longest, Math.min(look.at, end) - since);
    }
    return longest;
}
