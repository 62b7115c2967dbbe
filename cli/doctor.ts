import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Command } from "commander";

import type { Site } from "../components/site/site";
import type { Finding } from "../line/catalogue";
import { finding } from "../line/catalogue";
import type { DoctorSite } from "../line/doctor";
import { colours } from "./colours";
import type { RouterFlags } from "./router-options";
import { settingsOf, withRouterOptions } from "./router-options";
import type { StackState } from "./stack-state";

interface DoctorFlags extends RouterFlags {
    json?: boolean;
}

const help = `
Ends with 0 where uploads are shaped, 1 where they are not, 2 where that could not be told. Nothing is written to the
router, and nothing is asked that blocks it. Run it while an upload goes on, and it tells what it saw of it.

  npx routeros-s3 doctor
  npx routeros-s3 doctor --stack office --json

docs/doctor.md says what each finding means. With --json, standard output is one object:
  { "verdict": "shaped" | "not-shaped" | "undecided", "router": { "url", "version"? },
    "findings": [{ "code", "effect": "not-shaped" | "undecided" | "harm" | "note", "certain", "seen", "next" }] }`;

const exitCodes = { shaped: 0, "not-shaped": 1, undecided: 2 } as const;

/** `routeros-s3 doctor`: whether uploads of a site are shaped, and why not. */
export function doctorCommand(): Command {
    const command = new Command("doctor")
        .description("Say whether uploads of this site are shaped, and if not, why and what to do.")
        .option("--json", "print JSON and nothing else");
    return withRouterOptions(command)
        .addHelpText("after", help)
        .action((flags: DoctorFlags) =>
            run(flags).catch((error: unknown) => {
                process.stderr.write(`doctor: ${error instanceof Error ? error.message : String(error)}\n`);
                process.exitCode = exitCodes.undecided;
            }),
        );
}

async function run(flags: DoctorFlags): Promise<void> {
    const say = progressOn(process.stderr);
    say("the stack");
    const { Client } = await import("../providers/routeros/runtime/router/client.js");
    const { diagnose, pauseBetween } = await import("../line/doctor.js");
    const { diagnosisText } = await import("../line/views/diagnosis.js");
    const settings = await settingsOf(flags);
    const { site, more } = await siteOf(flags, settings);
    const client = new Client(settings);
    try {
        const diagnosis = await diagnose({ client, site, more, say, pause: () => sleep(pauseBetween) });
        say(undefined);
        process.exitCode = exitCodes[diagnosis.verdict];
        process.stdout.write(
            flags.json ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : diagnosisText(diagnosis, colours),
        );
    } finally {
        client.close();
        (await import("../providers/routeros/runtime/lifecycles.js")).forget();
    }
}

/** What is asked at the moment, on one line of a terminal that comes and goes; elsewhere nothing. */
function progressOn(stream: NodeJS.WriteStream): (what: string | undefined) => void {
    if (!stream.isTTY) return () => undefined;
    return (what) => stream.write(`\r\u001b[K${what === undefined ? "" : `doctor: looks at ${what}`}`);
}

async function siteOf(
    flags: DoctorFlags,
    settings: Awaited<ReturnType<typeof settingsOf>>,
): Promise<{ site: DoctorSite; more: Promise<Finding[]>[] }> {
    const { stackConfig } = await import("./stack-config.js");
    const { stackState } = await import("./stack-state.js");
    const { readSite } = await import("../components/site/site.js");
    const { uploadSite } = await import("../components/shaping/rules.js");
    const config = await stackConfig(flags.stack);
    const { region, shaping, feed } = readSite(config);
    const state = await stackState(flags.stack);
    const bucket = state.outputs["bucket"];
    const ofRouter: Record<string, string | undefined> = {
        "routeros:url": settings.url,
        "routeros:username": settings.username,
        "routeros:password": settings.password,
        "routeros:caCertificate": settings.caCertificate,
        "routeros:certificateFingerprint": settings.fingerprint,
        "routeros:allowPlaintext": settings.url.startsWith("http:") ? "true" : undefined,
        "routeros:timeoutSeconds": String(settings.timeoutSeconds),
    };
    const site: DoctorSite = {
        owner: state.owner,
        region,
        ...(typeof bucket === "string" && { bucket }),
        upload: uploadSite(shaping),
        shaping: shaping.shaping === "off" ? "off" : "on",
        recorded: state.routerResources,
        config: (key) => ofRouter[key] ?? config[key],
    };
    return {
        site,
        more: [feedSide(site, feed), ...(typeof bucket === "string" ? [cloudSide(bucket, region, state)] : [])],
    };
}

async function feedSide({ region, recorded, upload }: DoctorSite, feed: Site["feed"]): Promise<Finding[]> {
    const { loadS3Ranges, RangesError } = await import("../providers/aws-ip-ranges/index.js");
    const { feedFindings } = await import("../line/findings/feed.js");
    try {
        const ranges = await loadS3Ranges({
            region,
            source: feed.awsIpRanges,
            lock: feed.ipRangesLock,
            cacheFolder: path.join(".cache", "aws-ip-ranges"),
        });
        return feedFindings(recorded, upload.list, ranges);
    } catch (error) {
        if (!(error instanceof RangesError)) throw error;
        return [finding("feed/unread", error.message)];
    }
}

async function cloudSide(bucket: string, region: string, { lifecycle }: StackState): Promise<Finding[]> {
    const { s3Client } = await import("../line/probes/s3.js");
    const { readBucket } = await import("../line/probes/bucket.js");
    const { cloudFindings } = await import("../line/findings/cloud.js");
    const client = await s3Client(region);
    try {
        return cloudFindings(bucket, await readBucket(client, bucket), lifecycle);
    } finally {
        client.destroy();
    }
}
