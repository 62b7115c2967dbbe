/** What the model of the forwarding path is asked, and told, in tests. */
import { readShaping } from "../components/shaping/plan";
import { uploadSite } from "../components/shaping/rules";
import type { UploadShapingArgs } from "../components/shaping/upload-shaping";
import type { Menus, UploadSite } from "../providers/routeros/runtime/path";
import { readMenus } from "../providers/routeros/runtime/path";
import type { Router } from "../router/api";

const menus = [
    "/interface",
    "/interface/list",
    "/interface/list/member",
    ...["/ip", "/ipv6"].flatMap((family) => [
        `${family}/address`,
        ...["raw", "mangle", "nat", "filter"].map((table) => `${family}/firewall/${table}`),
    ]),
    "/queue/tree",
    "/queue/simple",
    "/queue/type",
];

/** Every menu that the model may look at; those that the router does not have are absent. */
export function menusOf(router: Router): Menus {
    const entries = menus.map((menu) => {
        try {
            return [menu, router.rows(menu)] as const;
        } catch {
            return [menu, undefined] as const;
        }
    });
    return readMenus(Object.fromEntries(entries));
}

export function siteOf(args: Partial<UploadShapingArgs>): UploadSite {
    const { plan, problems } = readShaping({ ...args });
    if (!plan) throw new Error(problems.join("\n"));
    return uploadSite(plan);
}
