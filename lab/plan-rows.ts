import { readFileSync } from "node:fs";
import path from "node:path";

import { leafTypes, markRules, queues, sourceListName, sourcePrefixes } from "../components/shaping/rules";
import type { ShapingPlan } from "../components/shaping/shaping-plan";
import type { RouterState, Row } from "./router-state";

/**
 * The rows that `pulumi up` leaves on a router for a plan, without their ids and markers. A test compares them with
 * what a real `pulumi up` left on the embedded router.
 */
export function rowsOfPlan(plan: ShapingPlan, prefixes: { ipv4: string[]; ipv6: string[] }): RouterState {
    const { types, made } = leafTypes(plan, plan.leafQueue);
    const tree = queues(plan, types);
    const state: RouterState = {
        "/queue/tree": tree.map(({ packetMarks, ...queue }) => ({
            "packet-mark": strings(packetMarks).join(","),
            ...kebab(queue),
        })),
    };
    if (tree.length > 0 && made.length > 0)
        state["/queue/type"] = made.map(({ name, parameters }) => ({
            name,
            kind: plan.leafQueue,
            ...kebab(parameters),
        }));
    for (const family of plan.addressFamilies) {
        const menu = family === "ipv4" ? "/ip/firewall" : "/ipv6/firewall";
        const list = (name: string, addresses: string[]): Row[] =>
            addresses.map((address) => ({ list: name, address }));
        state[`${menu}/address-list`] = [
            ...list(plan.listName, prefixes[family]),
            ...list(sourceListName(plan), sourcePrefixes(plan, family)),
        ];
        state[`${menu}/mangle`] = markRules(plan, family, "connection").map((rule) =>
            kebab({ ...rule, key: undefined }),
        );
    }
    return state;
}

/** S3's prefixes in Sydney, of the document that the sandbox serves. */
export function sandboxPrefixes(): { ipv4: string[]; ipv6: string[] } {
    const file = path.join(__dirname, "..", "sandbox", "ip-ranges.json");
    const document = JSON.parse(readFileSync(file, "utf8")) as {
        prefixes: { ip_prefix: string; region: string; service: string }[];
        ipv6_prefixes: { ipv6_prefix: string; region: string; service: string }[];
    };
    const wanted = (row: { region: string; service: string }): boolean =>
        row.region === "ap-southeast-2" && row.service === "S3";
    return {
        ipv4: document.prefixes.filter(wanted).map((row) => row.ip_prefix),
        ipv6: document.ipv6_prefixes.filter(wanted).map((row) => row.ipv6_prefix),
    };
}

/** RouterOS's names and texts for values that are known. */
function kebab(values: Record<string, unknown>): Row {
    return Object.fromEntries(
        Object.entries(values)
            .filter(([, value]) => value !== undefined)
            .map(([key, value]) => [key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), String(value)]),
    );
}

function strings(value: unknown): string[] {
    return Array.isArray(value) ? value.map(String) : [];
}
