/** A configuration, and what is right for it: worked out by hand from RouterOS's manual. The embedded router's trace judges. */
import { readFileSync } from "node:fs";
import * as path from "node:path";

import type { UploadShapingArgs } from "../../components/shaping/upload-shaping";
import type { Form, UploadSite } from "../../providers/routeros/runtime/path";
import type { FindingCode } from "../../providers/routeros/runtime/path/catalogue";
import type { Router, Trace } from "../../router/api";

export interface Case {
    name: string;
    /** Export that is loaded. */
    rsc: string;
    args: Partial<UploadShapingArgs>;
    /** Form of marking that `auto` comes to. @default "connection" */
    form?: Form;
    /** Findings about its way by code, with `?` behind those that are undecided, sorted. @default [] */
    findings?: (FindingCode | `${FindingCode}?`)[];
    /** What else is said of the router at a preview, sorted. @default [] */
    also?: FindingCode[];
    /** What stands there is refused: the code, and what the one line names. Nothing is written then. */
    refused?: { code: string; names: RegExp };
    /** Where the upload ends: a leaf, `none`, `redirected`, `dropped` or `undecided`. @default "upload-s3" */
    leaf?: string;
    /** A host of the house with IPv6, where the emulator does not find it. */
    from6?: string;
    /** The first interface of the house, where the emulator does not find it. */
    inInterface?: string;
    version?: string;
}

export const leafOf = ({ leaf, args }: Case): string => leaf ?? args.queueNames?.s3 ?? "upload-s3";

/** The same of a trace. */
export const endOf = ({ leaf, undecided, packets }: Trace): string => {
    if (undecided.length > 0) return "undecided";
    const verdict = packets.at(-1)?.verdict;
    if (verdict === "drop") return "dropped";
    return verdict === "redirected" ? "redirected" : (leaf ?? "none");
};

export const fieldFile = (name: string): string => readFileSync(path.join(__dirname, name), "utf8");

export const file = (name: string, rest: Partial<Case> & { as?: string } = {}): Case => ({
    name: rest.as === undefined ? name : `${name}, ${rest.as}`,
    rsc: fieldFile(`${name}.rsc`),
    ...rest,
    args: { wanInterface: "ether1", uplink: "20M", addressFamilies: ["ipv4"], ...rest.args },
});

/** A router with a LAN, a WAN on ether1 with the default route, and these lines more. */
export const router = (name: string, lines: string, rest: Partial<Case> = {}): Case => ({
    name,
    rsc: `/interface bridge
add name=bridge
/interface list
add name=WAN
add name=LAN
/interface list member
add interface=bridge list=LAN
add interface=ether1 list=WAN
/ip address
add address=192.168.88.1/24 interface=bridge network=192.168.88.0
add address=203.0.113.2/24 interface=ether1 network=203.0.113.0
/ip route
add gateway=203.0.113.1
${lines}
`,
    ...rest,
    args: { wanInterface: "ether1", uplink: "20M", addressFamilies: ["ipv4"], ...rest.args },
});

export const accept = "add action=accept chain=forward connection-state=established,related,untracked\n";
export const fastTrack = "add action=fasttrack-connection chain=forward connection-state=established,related\n";

/** Where an upload of each family ends on a router, by its trace. */
export function tracesOf(router: Pick<Router, "trace">, { args, inInterface, from6 }: Case): Trace[] {
    const families = args.addressFamilies ?? ["ipv4", "ipv6"];
    return families.map((family) =>
        router.trace({
            to: family === "ipv4" ? "52.95.132.33:443" : "[2a05:d07a:8000::1]:443",
            outInterface: args.wanInterface!,
            ...(inInterface === undefined ? {} : { inInterface }),
            ...nearOf(args),
            ...(family === "ipv6" && from6 !== undefined ? { from: from6 } : {}),
        }),
    );
}

/** The host that uploads, where only one does. */
function nearOf({ sourceAddresses: [source] = [] }: Case["args"]): { from?: string; srcMac?: string } {
    if (source === undefined) return {};
    return /^([\dA-F]{2}:){5}/i.test(source) ? { srcMac: source } : { from: source };
}

/** Whether a trace ends in the class that gives way to everybody: our leaf, or CS1 where a CAKE sorts by it. */
export function endsLast(router: Pick<Router, "rows">, { profile, leaves }: UploadSite, traced: Trace): boolean {
    // What leaves by another way, or not at all, hurts nobody on this one.
    if (["redirected", "dropped"].includes(endOf(traced))) return true;
    if (profile !== "join") return leaves.includes(endOf(traced));
    const steps = traced.packets.at(-1)?.steps.filter(({ action }) => action === "change-dscp") ?? [];
    const last = steps.at(-1);
    const rule = last && router.rows(last.menu).find((row) => row[".id"] === last.id);
    return !traced.fastTracked && traced.undecided.length === 0 && rule?.["new-dscp"] === "8";
}
