/**
 * How many requests a site costs its router, by how many prefixes it has, beside 30,000 rows of others.
 *
 *     npm run bench:requests
 *
 * Counts of the embedded router, the same on every machine. Ends with 1 where an aim is missed.
 */
import type { Budget, OperationName } from "../testing/budget";
import {
    all,
    budgetOf,
    changedUp,
    crowdedRouter,
    foreignRows,
    methods,
    mostByScripts,
    operations,
    sizes,
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
    create: "at most rows + 26 requests (rows: N + 12), with the reads for the way of an upload and for runs beside",
    comments: "with refresh: at most rows of the lists + 3 beside the reads of a preview",
    preview: "with refresh: at most 16 reads, 4 of them for the way of an upload, and no write",
    add: "with refresh: 1 write, and at most 2 reads more than the preview",
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
        return Math.max(...failed, await reportWinding(), await reportChangedUp());
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
        print(`${titles[name].padEnd(20)}${missed.length === 0 ? "met      " : "NOT MET  "}${aims[name]}${scripts}`);
        for (const line of missed) print(`${" ".repeat(29)}${line}`);
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
    print(`${"preview, a long way".padEnd(20)}${missed.length === 0 ? "met      " : "NOT MET  "}${aim}`);
    for (const line of missed) print(`${" ".repeat(29)}${line}`);
    return missed.length === 0 ? 0 : 1;
}

async function reportChangedUp(): Promise<number> {
    const { phases, missed } = await changedUp();
    const names = [...new Set([...phases.preview.keys(), ...phases.update.keys()])];
    const row = (name: string, ...cells: (string | number)[]): string => name.padEnd(36) + cells.map(right).join("");
    const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0);
    print("");
    print("A whole `pulumi up` of a changed site, a refresh in each of its two processes, by menu");
    print("");
    print(row("", "preview", "update"));
    for (const name of names) print(row(name, phases.preview.get(name) ?? 0, phases.update.get(name) ?? 0));
    print(row("all", sum(phases.preview), sum(phases.update)));
    print("");
    const aim = "at most 40 requests in all";
    print(`${"up, changed".padEnd(20)}${missed.length === 0 ? "met      " : "NOT MET  "}${aim}`);
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
