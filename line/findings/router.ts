/** The router itself: which it is, how old, its clock, its certificate. Pure. */
import { oldest } from "../../providers/routeros/runtime/engine/preflight";
import type { Facts } from "../../providers/routeros/runtime/router/session";
import { compareVersions } from "../../providers/routeros/runtime/rows/values";
import { finding } from "../catalogue";
import type { Finding } from "../output";
import type { Recorded } from "../own-rows";
import type { Readings } from "../readings";

/** What answers, against what is needed and what the stack wrote to. */
export function deviceFindings({ version, device }: Facts, recorded: readonly Recorded[]): Finding[] {
    const devices = new Set(
        recorded.flatMap(({ outputs }) => (typeof outputs["router"] === "string" ? outputs["router"] : [])),
    );
    devices.delete("unknown");
    return [
        ...(compareVersions(version, oldest) < 0
            ? [finding("router/too-old", `it runs RouterOS ${version}; ${oldest} is the oldest that will do`)]
            : []),
        ...(devices.size > 0 && !devices.has(device) && device !== "unknown"
            ? [finding("router/other-device", `${device} answers, and the stack wrote to ${[...devices].join(", ")}`)]
            : []),
    ];
}

const day = 86_400_000;
/** A certificate that ends sooner is told, days. */
const notice = 30;

/** @param pinned by its fingerprint, for which its end does not count */
export function certificateFindings(end: number, now: number, pinned: boolean): Finding[] {
    const days = Math.floor((end - now) / day);
    if (Number.isNaN(end) || days > notice) return [];
    const date = new Date(end).toISOString().slice(0, 10);
    const seen = `the router's certificate ${days < 0 ? "ended" : "ends"} on ${date}${pinned ? "; it is pinned, so this stack goes on" : ""}`;
    return [finding("router/certificate-ends", seen, pinned ? { effect: "note" } : {})];
}

/** Certificates and rules by time forgive a few minutes. */
const clockTolerance = 300_000;

export function clockFindings({ clockOffset }: Readings): Finding[] {
    if (clockOffset === undefined || Math.abs(clockOffset) <= clockTolerance) return [];
    const minutes = Math.round(Math.abs(clockOffset) / 60_000);
    return [finding("clock/off", `the router's clock is ${minutes} minutes ${clockOffset < 0 ? "behind" : "ahead"}`)];
}
