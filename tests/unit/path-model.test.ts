import { readFileSync } from "node:fs";
import path from "node:path";

import type { Menus, Remedy, Row } from "../../providers/routeros/runtime/path";
import { chooseForm, findingsPage, outcomes, pathFindings } from "../../providers/routeros/runtime/path";
import type { Router } from "../../router/api";
import { withRouter } from "../../testing/embedded-router";
import { menusOf, siteOf } from "../../testing/path-model";
import type { Case } from "../field/cases";
import { allCases } from "../field/cases";

/*
 * The model foresees; the embedded router, which shares nothing with it, judges: the rows that the model says will stand
 * are put on the router by hand, and an upload is traced there.
 */
const s3 = "52.95.132.33:443";
const ours = (row: Row): boolean => (row["comment"] ?? "").includes("[pulumi:");

/** What is advised, done: the site and the router as they are then. */
function follow(router: Router, args: Case["args"], remedy: Remedy): Case["args"] {
    if ("menu" in remedy) {
        router.set(remedy.menu, remedy.id, remedy.set);
        return args;
    }
    if (remedy.key === "restMarks") return { ...args, restMarks: [...(args.restMarks ?? []), remedy.value] };
    return { ...args, [remedy.key]: remedy.value };
}

const onRouter = (one: Case, use: (router: Router) => void): Promise<void> =>
    withRouter({ rsc: one.rsc, ...(one.version ? { version: one.version } : {}) }, (_call, router) => {
        use(router);
        return Promise.resolve();
    });

/** Puts the rows of ours where the model has them. */
function make(router: Router, menus: Menus): void {
    router.add("/ip/firewall/address-list", { list: "aws-s3", address: "52.95.128.0/21" });
    for (const table of ["mangle", "filter"]) {
        const menu = `/ip/firewall/${table}`;
        const rows = menus[menu] ?? [];
        rows.forEach((row, index) => {
            if (row[".ours"] !== "true") return;
            const values = Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith(".")));
            const id = router.add(menu, values);
            const next = rows.slice(index + 1).find((other) => other[".ours"] !== "true");
            if (next?.[".id"] !== undefined) router.move(menu, id, next[".id"]);
        });
    }
    for (const queue of menus["/queue/tree"] ?? []) {
        if (queue[".id"] === undefined) router.add("/queue/tree", { ...queue });
    }
}

describe("where an upload ends, by the model and by the router's trace", () => {
    test.each(allCases.map((one) => [one.name, one] as const))("%s", (_name, one) =>
        onRouter(one, (router) => {
            const site = siteOf(one.args);
            const menus = menusOf(router);
            const form = chooseForm(menus, site, ours);
            expect(form).toBe(
                one.args.marking && one.args.marking !== "auto" ? one.args.marking : (one.form ?? "connection"),
            );
            const found = pathFindings({ menus, site, form, ours });
            expect(found.map(({ code, certain }) => (certain ? code : `${code}?`)).sort()).toEqual(one.findings ?? []);
            const { plan, all } = outcomes(menus, site, form, ours);
            make(router, plan.menus);
            const traced = router.trace({
                to: s3,
                outInterface: one.args.wanInterface!,
                ...(one.inInterface ? { inInterface: one.inInterface } : {}),
            });
            const leaf = one.leaf ?? "upload-s3";
            // A trace that cannot decide is no judge.
            if (all[0]?.verdict !== "undecided" && traced.undecided.length === 0) expect(traced.leaf).toBe(leaf);
            expect(all[0]?.verdict).toBe(
                found.some(({ code, certain }) => !certain && code.startsWith("path/"))
                    ? "undecided"
                    : leaf === "upload-s3"
                      ? "last"
                      : "other",
            );
        }),
    );
});

describe("every remedy that is printed puts uploads last", () => {
    const advised = allCases.filter(({ findings = [] }) => findings.length > 0);
    test.each(advised.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
        let tried = 0;
        for (let index = 0; ; index += 1) {
            let more = false;
            await onRouter(one, (router) => {
                const asked = (args: Case["args"]) => {
                    const site = siteOf(args);
                    const menus = menusOf(router);
                    return { menus, site, form: chooseForm(menus, site, ours), ours };
                };
                const remedies = pathFindings(asked(one.args)).flatMap(({ remedy }) => remedy ?? []);
                const remedy = remedies[index];
                if (!remedy) return;
                more = true;
                tried += 1;
                const after = asked(follow(router, one.args, remedy));
                const { plan, all } = outcomes(after.menus, after.site, after.form, ours);
                expect(all.map(({ verdict }) => verdict)).toEqual(["last"]);
                make(router, plan.menus);
                const traced = router.trace({ to: s3, outInterface: one.args.wanInterface! });
                expect(traced.undecided.length > 0 ? "upload-s3" : traced.leaf).toBe("upload-s3");
            });
            if (!more) break;
        }
        expect(tried).toBeGreaterThan(0);
    });
});

test("raw rules that take uploads out of connection tracking: marked by packet", () => {
    const menus: Menus = {
        "/ip/firewall/raw": [
            { ".id": "*1", chain: "prerouting", action: "notrack", protocol: "tcp", "dst-port": "443" },
        ],
    };
    const args = { wanInterface: "ether1", uplink: "20M", addressFamilies: ["ipv4" as const] };
    expect(chooseForm(menus, siteOf(args), ours)).toBe("packet");
    const site = siteOf({ ...args, marking: "connection" });
    const [found] = pathFindings({ menus, site, form: "connection", ours });
    expect(found).toMatchObject({ code: "path/untracked", certain: true, remedy: { key: "marking", value: "packet" } });
});

test("the page of findings is the one that is made of the code", () => {
    expect(readFileSync(path.join(__dirname, "../../docs/findings.md"), "utf8")).toBe(findingsPage());
});
