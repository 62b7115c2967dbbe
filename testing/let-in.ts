/**
 * Who is let in, by the rows of a filter alone: the first rule that matches and ends decides, chain by chain, and nobody
 * is kept out by what is not there. Knows nothing of the product.
 */
import { BlockList } from "node:net";

import type { Router, Row } from "../router/api";

const menu = "/ip/firewall/filter";

interface Guest {
    chain: string;
    source: string;
    state: string;
    protocol: string;
}

const states = ["new", "established"];
const sources = ["192.168.88.10", "192.168.88.11", "198.51.100.7", "10.0.9.1"];

/** Whoever may come: an admin, his neighbour, a stranger, a host that is kept out. */
export const guests: readonly Guest[] = ["input", "forward"].flatMap((chain) =>
    sources.flatMap((source) =>
        states.flatMap((state) => ["tcp", "udp"].map((protocol) => ({ chain, source, state, protocol }))),
    ),
);

const name = ({ chain, source, state, protocol }: Guest): string => `${chain} ${source} ${state} ${protocol}`;

/** Those who are let in, by name. */
export function letIn(router: Pick<Router, "rows">): Set<string> {
    const rules = router.rows(menu).filter((row) => (row["disabled"] ?? "false") === "false");
    const lists = router.rows("/ip/firewall/address-list");
    return new Set(guests.filter((guest) => isLetIn(rules, lists, guest)).map(name));
}

interface Door {
    /** `after`: who is let in at the end. @default those who are let in by now */
    harm(after?: ReadonlySet<string>): string[];
    stop(): void;
}

/** Watches a router from now on: who is let in before and at the end is let in all the while. */
export function watchDoor(router: Router): Door {
    const before = letIn(router);
    const seen: [string, Set<string>][] = [];
    const stop = router.onRequest(({ index, method, path, when }) => {
        // Who is let in hangs on nothing else, and is costly to work out.
        if (!/\/(filter|address-list|execute)\b/.test(path)) return;
        if (when === "after" && method !== "GET") seen.push([`request ${index} ${method} ${path}`, letIn(router)]);
    });
    return {
        stop,
        harm(after = letIn(router)) {
            const always = [...before].filter((guest) => after.has(guest));
            return seen.flatMap(([what, inside]) =>
                always.filter((guest) => !inside.has(guest)).map((guest) => `${what} keeps out ${guest}`),
            );
        },
    };
}

function isLetIn(rules: readonly Row[], lists: readonly Row[], guest: Guest): boolean {
    for (const rule of rules) {
        if (rule["chain"] !== guest.chain || !matches(rule, lists, guest)) continue;
        if (rule["action"] === undefined || rule["action"] === "accept") return true;
        if (["drop", "reject", "tarpit"].includes(rule["action"])) return false;
    }
    return true;
}

/** What a rule may look at here; one that looks at anything else matches none of the guests. */
const looks: Record<string, (wanted: string, guest: Guest, lists: readonly Row[]) => boolean> = {
    "src-address": (wanted, { source }) => inside([wanted], source),
    "connection-state": (wanted, { state }) => wanted.split(",").includes(state),
    protocol: (wanted, { protocol }) => wanted === protocol,
    "src-address-list": (wanted, { source }, lists) => {
        const entries = lists.filter(({ list, disabled }) => list === wanted && disabled !== "true");
        return inside(
            entries.map(({ address = "" }) => address),
            source,
        );
    },
};

const noMatchers = /^(\.id|chain|action|comment|disabled|dynamic|invalid|bytes|packets|log|log-prefix|reject-with)$/;

function matches(rule: Row, lists: readonly Row[], guest: Guest): boolean {
    return Object.entries(rule).every(([wire, wanted]) => {
        if (noMatchers.test(wire)) return true;
        const look = looks[wire];
        if (!look) return false;
        return wanted.startsWith("!") ? !look(wanted.slice(1), guest, lists) : look(wanted, guest, lists);
    });
}

function inside(entries: readonly string[], source: string): boolean {
    const block = new BlockList();
    for (const entry of entries) {
        const [address = "", bits] = entry.split("/");
        const [first = "", last] = address.split("-");
        if (last !== undefined) block.addRange(first, last);
        else block.addSubnet(address, Number(bits ?? 32));
    }
    return block.check(source);
}
