/** Broken set-ups on the embedded router, and what the doctor is to say of them. */
import type { UploadShapingArgs } from "../components/shaping/upload-shaping";
import type { Diagnosis, Finding } from "../line/output";
import type { Router } from "../router";
import type { Carrier } from "./carrier";
import { addressesInside, diagnosed } from "./doctor";
import type { Call } from "./embedded-router";
import { withRouter } from "./embedded-router";
import type { Stage } from "./stages";
import { carrierOf, real } from "./stages";

/** What a case does before the doctor comes, and between its two looks. */
export interface Case {
    name: string;
    /** Of the configuration that the doctor reads, beside what was brought up. */
    site?: Partial<UploadShapingArgs>;
    /** Brought up in place of the usual site, and read so too. */
    made?: Partial<UploadShapingArgs>;
    /** Before the site is brought up. */
    prepare?: (call: Call, router: Router) => unknown;
    before?: (call: Call, router: Router, carrier: Carrier) => unknown;
    between?: (router: Router) => void;
    resolve?: (name: string) => Promise<string[]>;
    /** Beside the router. */
    more?: Finding[];
    verdict: Diagnosis["verdict"];
    codes: string[];
}

export const upload = (router: Router): void => {
    router.traffic({ to: "52.95.130.5:443", upload: 2_000_000 });
};

/** The row of a menu with that value, as the wire has it. */
export async function rowOf(call: Call, menu: string, name: string, value: string): Promise<string> {
    const rows = (await call("GET", menu)).body as Record<string, string>[];
    const row = rows.find((one) => one[name] === value);
    if (!row) throw new Error(`no ${name}=${value} in ${menu}`);
    return `${menu}/${row[".id"] ?? ""}`;
}

export const set = async (call: Call, menu: string, name: string, value: string, change: object): Promise<unknown> =>
    call("PATCH", await rowOf(call, menu, name, value), change);

export const remove = async (call: Call, menu: string, name: string, value: string): Promise<unknown> =>
    call("DELETE", await rowOf(call, menu, name, value));

const stages = new Map<string, Promise<Stage>>();

/** Declared once for all cases that want the same. */
function stageOf(args: Partial<UploadShapingArgs>): Promise<Stage> {
    const key = JSON.stringify(args);
    const stage = stages.get(key) ?? real(args, 20e6);
    stages.set(key, stage);
    return stage;
}

async function doctored(one: Case): Promise<{ diagnosis: Diagnosis; asked: string[] }> {
    let result: { diagnosis: Diagnosis; asked: string[] } | undefined;
    const args = { wanInterface: "ether5", uplink: "20M", ...one.made };
    const stage = await stageOf(args);
    await withRouter({}, async (call, router) => {
        await one.prepare?.(call, router);
        const carrier = carrierOf(router, stage);
        const { error } = await carrier.up(stage.declared, { skipPreview: true });
        if (error) throw error;
        await one.before?.(call, router, carrier);
        const before = router.log.length;
        const diagnosis = await diagnosed(
            carrier,
            { ...args, ...one.site },
            {
                resolve: one.resolve ?? addressesInside,
                more: [Promise.resolve(one.more ?? [])],
                pause: () => Promise.resolve(one.between?.(router)),
            },
        );
        result = { diagnosis, asked: router.log.slice(before).map(({ path: asked }) => asked) };
    });
    return result!;
}

/** Exactly these findings, and that verdict, by at most 40 questions, none of them asked twice where one will do. */
export async function expectDiagnosis(one: Case): Promise<void> {
    const { diagnosis, asked } = await doctored(one);
    expect(diagnosis.findings.map(({ code, seen }) => (process.env["SEEN"] ? `${code} ${seen}` : code)).sort()).toEqual(
        [...one.codes].sort(),
    );
    expect(diagnosis.verdict).toBe(one.verdict);
    expect(asked.length).toBeLessThanOrEqual(40);
    const once = asked.filter((menu) => /system\/resource|address-list/.test(menu));
    expect(once).toEqual([...new Set(once)]);
}
