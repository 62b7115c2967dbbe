/** The doctor at a site that a carrier brought up. */
import { readShaping } from "../components/shaping/plan";
import { uploadSite } from "../components/shaping/rules";
import type { UploadShapingArgs } from "../components/shaping/upload-shaping";
import type { DoctorOptions, DoctorSite } from "../line/doctor";
import { diagnose } from "../line/doctor";
import type { Diagnosis } from "../line/output";
import { forget } from "../providers/routeros/runtime/lifecycles";
import { readSettings } from "../providers/routeros/runtime/router/settings";
import type { Carrier } from "./carrier";

/** Addresses that the sandbox's ranges and {@link real} stages hold. */
export const addressesInside = (name: string): Promise<string[]> =>
    Promise.resolve(name.includes("dualstack") ? ["2a05:d07a:8000::1", "52.92.52.9"] : ["52.95.130.5"]);

/** What a stack says of the site: `args` as the component took them. */
export function siteOfCarrier(carrier: Carrier, args: Partial<UploadShapingArgs>): DoctorSite {
    const { plan, problems } = readShaping({ ...args });
    if (!plan) throw new Error(problems.join("; "));
    return {
        owner: `${carrier.project}/${carrier.stack}`,
        region: "ap-southeast-2",
        upload: uploadSite(plan),
        shaping: plan.shaping === "off" ? "off" : "on",
        recorded: carrier.state,
        config: (key) => carrier.config[key],
    };
}

export async function diagnosed(
    carrier: Carrier,
    args: Partial<UploadShapingArgs>,
    more: Partial<DoctorOptions> = {},
): Promise<Diagnosis> {
    try {
        return await diagnose({
            settings: readSettings((key) => carrier.config[key]),
            site: siteOfCarrier(carrier, args),
            say: () => undefined,
            resolve: addressesInside,
            pause: () => Promise.resolve(),
            ...more,
        });
    } finally {
        forget();
    }
}
