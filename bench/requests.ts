/**
 * How many requests a site costs its router, by how many prefixes it has, beside 30,000 rows of others.
 *
 *     npm run bench:requests
 *
 * Counts of the embedded router, the same on every machine. Ends with 1 where an aim is missed.
 */
import type { Budget, ByMenu, OperationName } from "../testing/budget";
import {
    all,
    articleSite,
    budgetOf,
    changedUp,
    crowdedRouter,
    foreignRows,
    methods,
    mostAdded,
    mostByScripts,
    mostChanged,
    mostMade,
    operations,
    sizes,
    sumOf,
    windingPreview,
} from "../testing/budget";

const titles: Record<OperationName, string> = {
    create: "create",
    preview: "preview, no change",
    add: "one prefix added",
    comments: "every comment",
    destroy: "destroy",
};

const aims: Record<OperationName, string> = {
    create: "at most rows + 25 requests (rows: N + 12), with the reads for the way of an upload and for runs beside",
    comments: "with refresh: at most rows of the lists + 15 requests",
    preview: "with refresh: at most 16 reads, 4 of them for the way of an upload, and no write",
    add: "with refresh: at most 12 requests, one of them a write",
    destroy: "with refresh: at most rows + 3 for each of the 8 menus, and every row of others still there",
};

/** Between the operations, and of a column. */
const gap = "   ";
const width = 7;
const ways = ["auto", "never"] as const;

async function main(): Promise<number> {
    // What the provider says on the way is no part of the table.
    console.warn = console.log = () => undefined;
    const router = await crowdedRouter();
    try {
        const failed: number[] = [];
        print(
            `Requests of a site of N prefixes, beside ${foreignRows} rows of others in the same menu, and seconds at`,
        );
        print("119 ms a request and 10 ms a command of a script (a hEX; rows that a read looks at are not in it)");
        for (const way of ways) {
            const budgets = new Map<number, Budget>();
            for (const size of sizes) budgets.set(size, await budgetOf(router, size, way));
            failed.push(report(budgets, way));
        }
        return Math.max(...failed, await reportWinding(), await reportChangedUp(), await reportArticleSite());
    } finally {
        await router.stop();
    }
}

function report(budgets: ReadonlyMap<number, Budget>, way: (typeof ways)[number]): number {
    print("");
    print(`routeros:bulkWrites: ${way}`);
    print(" ".repeat(width) + operations.map((name) => gap + titles[name].padEnd(columns.length * width)).join(""));
    print("N".padStart(width) + operations.map(() => gap + columns.map(right).join("")).join(""));
    for (const [size, budget] of budgets) {
        print(right(size) + operations.map((name) => gap + cells(budget, name).map(right).join("")).join(""));
    }
    print("");
    let failed = false;
    for (const name of operations) {
        const missed = [...budgets].flatMap(([size, budget]) =>
            budget.missed[name].map((what) => `N = ${size}: ${what}`),
        );
        failed ||= missed.length > 0;
        const scripts =
            way === "auto" && name !== "preview" && name !== "add" ? `; never more than ${mostByScripts}` : "";
        judged(titles[name], aims[name] + scripts, missed);
    }
    print(`${"reads of lists".padEnd(20)}never unfiltered (counted with each operation)`);
    print(
        `${"a slow router".padEnd(20)}one filtered read more for every two seconds of writing by ids (not counted here)`,
    );
    return failed ? 1 : 0;
}

async function reportWinding(): Promise<number> {
    const { reads, missed } = await windingPreview();
    const aim = `${reads} reads where the line is a dial-up over a VLAN over a bond, at most 24`;
    return judged("preview, a long way", aim, missed);
}

async function reportChangedUp(): Promise<number> {
    const { phases, missed } = await changedUp();
    printByMenu("A whole `pulumi up` of a changed site, a refresh in each of its two processes, by menu", phases);
    return judged("up, changed", `at most ${mostChanged} requests in all`, missed);
}

async function reportArticleSite(): Promise<number> {
    const { phases, missed } = await articleSite();
    printByMenu(
        "The site of the article, in IPv4, made and given one prefix more, and what asks for each",
        phases,
        reasons,
    );
    return judged("the article's site", `made in at most ${mostMade} requests, a prefix more in ${mostAdded}`, missed);
}

/** Why a request cannot be left out. */
const reasons: Readonly<Record<string, string>> = {
    "GET /system/resource": "the version, which says what properties may be asked for",
    "GET /system/routerboard": "the serial number: whether this is the device that is meant",
    "GET /interface": "the line is there, before anything is written",
    "GET /queue/tree":
        "no other tree on the line: at first, before the first write, before ours is put in use, after it",
    "GET /ip/firewall/mangle": "rows of ours or in the way; the form of marking that fits",
    "GET /ip/firewall/filter": "rows of ours or in the way, FastTrack; where a rule stands is no part of an answer",
    "GET /ip/firewall/raw": "untracked uploads cannot be marked: refused before the first row",
    "GET /ip/firewall/nat": "a redirected upload goes elsewhere: refused before the first row",
    "GET /queue/simple": "another shaper takes uploads first: refused before the first row",
    "GET /queue/type": "rows of ours or in the way",
    "GET /ip/route": "the line is the one that leads out: refused before the first row",
    "GET /ip/firewall/address-list": "rows of ours or in the way",
    "GET /ip/firewall/connection": "uploads that are FastTracked already and stay so",
    "PATCH /queue/tree": "the tree is put in use once it is whole",
};

function printByMenu(
    title: string,
    phases: Readonly<Record<string, ByMenu>>,
    why: Readonly<Record<string, string>> = {},
): void {
    const all = Object.values(phases);
    const row = (name: string, cells: (string | number)[], more = ""): string =>
        `${name.padEnd(36)}${cells.map(right).join("")}   ${more}`;
    const names = new Set(all.flatMap((counts) => [...counts.keys()]));
    print("");
    print(title);
    print("");
    print(row("", Object.keys(phases)));
    for (const name of names)
        print(
            row(
                name,
                all.map((counts) => counts.get(name) ?? 0),
                why[name],
            ),
        );
    print(row("all", all.map(sumOf)));
    print("");
}

function judged(what: string, aim: string, missed: readonly string[]): number {
    print(`${what.padEnd(20)}${missed.length === 0 ? "met      " : "NOT MET  "}${aim}`);
    for (const line of missed) print(`${" ".repeat(29)}${line}`);
    return missed.length === 0 ? 0 : 1;
}

const columns: string[] = [...methods, "all", "s"];
const cells = ({ counts, seconds }: Budget, name: OperationName): (string | number)[] => [
    ...methods.map((method) => counts[name][method]),
    all(counts[name]),
    seconds[name].toFixed(1),
];
const right = (cell: string | number): string => String(cell).padStart(width);

function print(line: string): void {
    process.stdout.write(`${line.trimEnd()}\n`);
}

main().then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
        process.stderr.write(`bench:requests: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 1;
    },
);
