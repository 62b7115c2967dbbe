import { readFileSync } from "node:fs";
import path from "node:path";

import type { Menus, Remedy, Rule, UploadSite } from "../../providers/routeros/runtime/path";
import {
    chooseForm,
    findingsPage,
    firewallPath,
    outcomes,
    pathFindings,
    readMenus,
} from "../../providers/routeros/runtime/path";
import type { Common } from "../../providers/routeros/runtime/rows/row";
import type { Router } from "../../router/api";
import { withRouter } from "../../testing/embedded-router";
import { menusOf, siteOf } from "../../testing/path-model";
import type { Case } from "../field/case";
import { endOf, endsLast, leafOf, tracesOf } from "../field/case";
import { allCases } from "../field/cases";

/*
 * The model foresees; the embedded router, which shares nothing with it, judges: the rows that the model says will stand
 * are put on the router by hand, and an upload is traced there.
 */
const ours = ({ marker }: Common): boolean => marker !== undefined;

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

/** Puts the rows of ours where the model has them; what is there already would be taken over. */
function make(router: Router, menus: Menus, site: UploadSite): void {
    for (const family of site.families) {
        const path = `/${family === "ipv4" ? "ip" : "ipv6"}/firewall`;
        const address = family === "ipv4" ? "52.95.128.0/21" : "2a05:d07a:8000::/40";
        const listed = router.rows(`${path}/address-list`).some((row) => row["list"] === site.list);
        if (!listed) router.add(`${path}/address-list`, { list: site.list, address });
        for (const source of site.sources) {
            if (source.includes(":") !== (family === "ipv6")) continue;
            router.add(`${path}/address-list`, { list: site.sourceList ?? "", address: source });
        }
        for (const table of ["mangle", "filter"] as const) {
            const menu = firewallPath(family, table);
            makeRules(router, menu, menus[menu] ?? []);
        }
    }
    const names = new Set(router.rows("/queue/tree").map((row) => row["name"]));
    for (const queue of site.queues) if (!names.has(queue["name"])) router.add("/queue/tree", { ...queue });
}

function makeRules(router: Router, menu: string, rows: readonly Rule[]): void {
    rows.forEach((row, index) => {
        if (row.id !== "") return;
        const id = router.add(menu, sent(row));
        const next = rows.slice(index + 1).find((other) => other.id !== "");
        if (next) router.move(menu, id, next.id);
    });
}

/** A rule that is to be made, as it is sent. */
function sent({ chain, action, matchers, passthrough, ...row }: Rule): Record<string, string> {
    const names = ["new-connection-mark", "new-packet-mark", "new-dscp"] as const;
    const sets = names.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]] as const]));
    return {
        chain,
        action,
        ...matchers,
        ...Object.fromEntries(sets),
        ...(passthrough ? {} : { passthrough: "false" }),
    };
}

const isRedirect = ({ code, certain }: { code: string; certain: boolean }): boolean =>
    code === "path/redirected" && !certain;

const tried = allCases.filter(({ refused }) => refused === undefined);

describe("where an upload ends, by the model and by the router's trace", () => {
    test.each(tried.map((one) => [one.name, one] as const))("%s", (_name, one) =>
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
            make(router, plan.menus, site);
            const traced = tracesOf(router, one);
            expect(traced.map(endOf)).toEqual(traced.map(() => leafOf(one)));
            // Where the model is certain the judge must be, and say the same.
            // Where it may leave by another way, it ends last all the same on this one.
            const undecided = found.some(
                ({ code, certain }) => !certain && code.startsWith("path/") && code !== "path/redirected",
            );
            expect(all.map(({ verdict }) => verdict)).toEqual(
                traced.map((way) => {
                    if (undecided) return "undecided";
                    return endsLast(router, site, way) || found.some(isRedirect) ? "last" : "other";
                }),
            );
        }),
    );
});

describe("every remedy that is printed puts uploads last", () => {
    const advised = tried.filter(({ findings = [] }) => findings.some((code) => !code.startsWith("path/redirected")));
    test.each(advised.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
        let count = 0;
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
                count += 1;
                const after = asked(follow(router, one.args, remedy));
                const { plan, all } = outcomes(after.menus, after.site, after.form, ours);
                expect(all.map(({ verdict }) => verdict)).toEqual(all.map(() => "last"));
                make(router, plan.menus, after.site);
                const ends = tracesOf(router, one).map((traced) => endsLast(router, after.site, traced));
                expect(ends).toEqual(ends.map(() => true));
            });
            if (!more) break;
        }
        expect(count).toBeGreaterThan(0);
    });
});

test("raw rules that take uploads out of connection tracking: marked by packet", () => {
    const menus = readMenus({
        "/ip/firewall/raw": [
            { ".id": "*1", chain: "prerouting", action: "notrack", protocol: "tcp", "dst-port": "443" },
        ],
    });
    const args = { wanInterface: "ether1", uplink: "20M", addressFamilies: ["ipv4" as const] };
    expect(chooseForm(menus, siteOf(args), ours)).toBe("packet");
    const site = siteOf({ ...args, marking: "connection" });
    const [found] = pathFindings({ menus, site, form: "connection", ours });
    expect(found).toMatchObject({ code: "path/untracked", certain: true, remedy: { key: "marking", value: "packet" } });
});

test("the page of findings is the one that is made of the code", () => {
    expect(readFileSync(path.join(__dirname, "../../docs/findings.md"), "utf8")).toBe(findingsPage());
});
