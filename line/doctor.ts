/** `routeros-s3 doctor`: whether the uploads of a site are shaped, from one look at its router. */
import { lookup } from "node:dns/promises";

import type { UploadSite } from "../providers/routeros/runtime/path";
import { isRouterError } from "../providers/routeros/runtime/router/errors";
import { missingPolicies } from "../providers/routeros/runtime/router/permissions";
import type { Session } from "../providers/routeros/runtime/router/session";
import { sessionFor } from "../providers/routeros/runtime/router/session";
import type { Settings } from "../providers/routeros/runtime/router/settings";
import { seenCertificate } from "../providers/routeros/runtime/router/tls";
import { byWeight, finding, verdictOf } from "./catalogue";
import type { Resolved } from "./findings/names";
import { endpointNames, listFindings, nameFindings } from "./findings/names";
import { wayFindings } from "./findings/path";
import { proofFindings } from "./findings/proof";
import { certificateFindings, clockFindings, deviceFindings } from "./findings/router";
import { wanFindings } from "./findings/wan";
import type { Diagnosis, Finding } from "./output";
import type { Recorded } from "./own-rows";
import { driftOf, rowFindings } from "./own-rows";
import type { Readings } from "./readings";
import { readRouter } from "./readings";

export { pauseBetween } from "./readings";

/** What a stack says of a site. */
export interface DoctorSite {
    /** `project/stack`. */
    owner: string;
    region: string;
    bucket?: string;
    upload: UploadSite;
    shaping: "on" | "off";
    /** Router resources in the stack's state. */
    recorded: Recorded[];
    /** The stack's configuration of the router by full key, with the password in it. */
    config: (key: string) => string | undefined;
}

export interface DoctorOptions {
    settings: Settings;
    site: DoctorSite;
    /** Told what is asked. */
    say: (what: string) => void;
    /** Between both looks at what moves. */
    pause: () => Promise<void>;
    /** Addresses of a name from this machine. @default the system's resolver */
    resolve?: (name: string) => Promise<string[]>;
    /** Further findings, such as of the cloud side; they are asked for beside the router. */
    more?: Promise<Finding[]>[];
}

/** What was opened for it is closed by `forget` of the lifecycles. */
export async function diagnose(options: DoctorOptions): Promise<Diagnosis> {
    const { settings, site, say } = options;
    const session = sessionFor(settings);
    const router: Diagnosis["router"] = { url: settings.url };
    const findings: Finding[] = [];
    const beside = Promise.all([namesOf(options), ...(options.more ?? [])]);
    try {
        const facts = await session.facts();
        Object.assign(router, facts);
        findings.push(...deviceFindings(facts, site.recorded), ...(await rightFindings(session)));
        findings.push(...(await certificateOf(settings)), ...(await standingFindings(options)));
        const readings = await readRouter(session, site.upload, options.pause, say);
        findings.push(...unreadFindings(readings), ...readingFindings(readings, site, isBroken(findings)));
        const [resolved] = await beside;
        findings.push(...nameFindings(resolved, readings, site.upload));
    } catch (error) {
        if (!isRouterError(error)) throw error;
        const code = isRouterError(error, "preflight/device") ? "router/other-device" : "router/unreachable";
        findings.push(finding(code, error.message));
    }
    const [, ...more] = await beside;
    findings.push(...more.flat());
    return { verdict: verdictOf(findings), router, findings: byWeight(findings) };
}

async function rightFindings({ client, settings: { username } }: Session): Promise<Finding[]> {
    const found = await missingPolicies(client, username);
    if (found === undefined || found.missing.length === 0) return [];
    return [finding("router/rights", `group ${found.group} of user ${username} lacks ${found.missing.join(", ")}`)];
}

async function certificateOf({ url, fingerprint }: Settings): Promise<Finding[]> {
    if (!url.startsWith("https:")) return [];
    const seen = await seenCertificate(url);
    return seen ? certificateFindings(Date.parse(seen.valid_to), Date.now(), fingerprint !== undefined) : [];
}

/** What is recorded, against what stands. */
async function standingFindings({ site, say }: DoctorOptions): Promise<Finding[]> {
    if (site.recorded.length === 0) return [finding("rows/none", `${site.owner} records no row on a router`)];
    say("our rows");
    const off = site.shaping === "off" ? [finding("rows/shaping-off", "shaping is off")] : [];
    try {
        return [...off, ...rowFindings(await driftOf(site.recorded, (key) => site.config(key)), site.recorded)];
    } catch (error) {
        if (!isRouterError(error)) throw error;
        return [...off, finding("rows/unread", error.message)];
    }
}

/** Whether rows of ours are gone or out of use. */
function isBroken(findings: readonly Finding[]): boolean {
    return findings.some(({ code, effect }) => code.startsWith("rows/") && effect === "not-shaped");
}

function readingFindings(readings: Readings, { upload, owner }: DoctorSite, broken: boolean): Finding[] {
    const wan = wanFindings(readings, upload);
    const unknown = wan.some(({ code }) => code === "wan/unknown");
    return [
        ...wan,
        ...wayFindings(readings.menus, upload, owner, broken || unknown),
        ...listFindings(readings, upload),
        ...proofFindings(readings, upload),
        ...clockFindings(readings),
    ];
}

function unreadFindings({ unread }: Readings): Finding[] {
    return Object.entries(unread).map(([menu, reason]) => finding("router/menu-unread", `${menu}: ${reason}`));
}

async function namesOf({ site, resolve = systemAddresses }: DoctorOptions): Promise<Resolved[]> {
    const names = endpointNames(site.region, site.bucket);
    return Promise.all(
        names.map(async (name): Promise<Resolved> => {
            try {
                return { name, addresses: await resolve(name) };
            } catch (error) {
                return { name, addresses: [], problem: (error as NodeJS.ErrnoException).code ?? String(error) };
            }
        }),
    );
}

async function systemAddresses(name: string): Promise<string[]> {
    return (await lookup(name, { all: true })).map(({ address }) => address);
}
