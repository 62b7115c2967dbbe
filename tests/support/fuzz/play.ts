/** Plays one case against a router and says what is wrong. */
import type { Router, Row } from "../../../sandbox/router/api";
import { Carrier, type Outcome } from "../carrier";
import { type Case, declared, type Round, type Site } from "./case";
import { edit, menusOf } from "./hand";
import {
    type Before,
    before,
    blocked,
    foreignBelow,
    foreignHarm,
    leftHarm,
    markerOf,
    type Rows,
    rowsOf,
    standingHarm,
} from "./judge";

/** Everything after a reset: one rule that positions name. */
export function furnish(router: Router): void {
    router.reset({ serial: "HFG0000FUZZ" });
    for (const menu of ["/ip/firewall/mangle", "/ip/firewall/filter"]) {
        router.add(menu, { chain: "forward", action: "passthrough", comment: "anchor" });
    }
}

/** Called after each operation, for a second player of the same case. */
export type Watch = (round: Round, outcome: Outcome, rows: Rows) => void;

export async function play(router: Router, one: Case, watch?: Watch): Promise<string[]> {
    furnish(router);
    const player = new Player(router);
    const used = menusOf(one);
    const last: Round = { edits: [], operation: "destroy", site: 0 };
    for (const [at, round] of [...one.rounds, last].entries()) {
        for (const each of round.edits) edit(router, used, each);
        const outcome = await player.run(round, one.sites[round.site] ?? []);
        watch?.(round, outcome, rowsOf(router));
        if (player.harm.length > 0) return player.harm.map((line) => `round ${at} (${round.operation}): ${line}`);
    }
    return [];
}

class Player {
    readonly harm: string[] = [];
    private readonly router: Router;
    private readonly carrier: Carrier;
    /** What rows that were taken over looked like, by menu and id. */
    private readonly former = new Map<string, Row>();

    constructor(router: Router) {
        this.router = router;
        this.carrier = new Carrier({ url: router.url });
    }

    async run({ operation }: Round, site: Site): Promise<Outcome> {
        if (operation === "rename-stack") this.carrier.stack = this.carrier.stack === "test" ? "other" : "test";
        const writes = operation === "up" || operation === "rename-stack" || operation === "destroy";
        const wanted = operation === "destroy" || operation === "refresh" ? [] : site;
        const was = before(this.router, this.carrier, wanted);
        this.router.clearLog();
        const outcome = await this.operate(operation, site);
        const after = rowsOf(this.router);
        this.harm.push(...foreignHarm(was, after, writes ? wanted : []));
        if (!writes) this.nothingWritten();
        this.judgeError(outcome, was, wanted);
        if (!writes || outcome.error || this.harm.length > 0) return outcome;
        if (operation === "destroy") this.harm.push(...leftHarm(was, after, this.former));
        else await this.settled(was, after, wanted);
        return outcome;
    }

    private operate(operation: Round["operation"], site: Site): Promise<Outcome> {
        if (operation === "preview") return this.carrier.preview(declared(site));
        if (operation === "refresh") return this.carrier.refresh();
        if (operation === "destroy") return this.carrier.destroy();
        return this.carrier.up(declared(site), { skipPreview: true });
    }

    private nothingWritten(): void {
        const writes = this.router.log.filter(({ method }) => method !== "GET");
        this.harm.push(...writes.map(({ method, path }) => `it wrote: ${method} ${path}`));
    }

    /** Only what others put where a wanted row belongs, or an anchor that is not one rule, may stop an operation. */
    private judgeError({ error }: Outcome, was: Before, wanted: Site): void {
        if (!error) return;
        if (/ownership\/exists|preflight\/anchor/.test(error.message) && blocked(was, wanted)) return;
        if (error.message.includes("ownership/child") && foreignBelow(was)) return;
        this.harm.push(`error: ${error.message}`);
    }

    private async settled(was: Before, after: Rows, wanted: Site): Promise<void> {
        for (const [menu, rows] of Object.entries(after) as [keyof Rows, Row[]][]) {
            for (const row of rows) {
                const name = `${menu} ${row[".id"] ?? ""}`;
                const old = was.foreign[menu].find((other) => other[".id"] === row[".id"]);
                if (old && !markerOf(old) && markerOf(row)?.adopted) this.former.set(name, old);
            }
        }
        const owner = `${this.carrier.project}/${this.carrier.stack}/`;
        this.harm.push(...standingHarm(was, after, wanted, owner, new Set(this.former.keys())));
        this.router.clearLog();
        const again = await this.carrier.preview(declared(wanted));
        const changes = again.steps.filter(({ op }) => op !== "same");
        if (again.error) this.harm.push(`the preview after it fails: ${again.error.message}`);
        if (changes.length > 0) this.harm.push(`not settled: ${JSON.stringify(changes)}`);
        this.nothingWritten();
    }
}
