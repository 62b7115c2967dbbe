/** Whether a packet can match two rules. Pure, and careful: what is not understood may match. */
import type { Values } from "../../rows/fields";
import { emptyButSet } from "../../rows/fields";
import { isMatcher } from "./menu";

export function mayMatchTogether(a: Values, b: Values): boolean {
    return Object.keys(a).every((wire) => {
        const left = a[wire];
        const right = b[wire];
        if (left === undefined || right === undefined || left === emptyButSet || right === emptyButSet) return true;
        if (!isMatcher(wire) || wire.endsWith("address-list")) return true;
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
