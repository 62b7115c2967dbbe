/** Which properties of a rule say what it matches, and whether two rules can match one packet. Pure. */
import type { Values } from "../rows/fields";

/** What happens to a packet that matches, and what the router adds by itself. */
const others =
    /^(\..*|chain|action|comment|disabled|dynamic|invalid|bytes|packets|creation-time|log|log-prefix|passthrough|new-.*|jump-target|reject-with|address-list|address-list-timeout|hw-offload|sniff-.*|route-dst|(src|dst)-prefix|to-address(es)?|to-ports|socks5-.*|socksify-service|randomise-ports|same-not-by-dst)$/;

export function isMatcher(name: string): boolean {
    return !others.test(name);
}

/** Whether rules with these matchers can. Careful: what is not understood may match. */
export function mayMatchTogether(a: Values, b: Values): boolean {
    return Object.keys(a).every((wire) => {
        const left = a[wire];
        const right = b[wire];
        if (!left || !right) return true;
        if (wire.endsWith("address-list")) return true;
        return compatible(wire, left, right);
    });
}

function compatible(wire: string, left: string, right: string): boolean {
    if (left.startsWith("!") && right.startsWith("!")) return true;
    if (left.startsWith("!")) return left.slice(1) !== right;
    if (right.startsWith("!")) return right.slice(1) !== left;
    if (/port$/.test(wire)) return portsMeet(left, right);
    if (/^(protocol|(in|out)-interface|connection-mark|packet-mark|routing-mark)$/.test(wire)) {
        return left === right || left.startsWith("all-") || right.startsWith("all-");
    }
    if (/^connection-(state|nat-state)$/.test(wire)) {
        return left.split(",").some((state) => right.split(",").includes(state));
    }
    return true;
}

function portsMeet(left: string, right: string): boolean {
    const ranges = (text: string): [number, number][] =>
        text.split(",").map((part) => {
            const [from = "", to = from] = part.split("-");
            return [Number(from), Number(to)];
        });
    return ranges(left).some(([a, b]) => ranges(right).some(([c, d]) => a <= d && c <= b));
}
