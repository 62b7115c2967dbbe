/** Plays one case against a router and says what is wrong. */
import type { Router, Row } from "../../router/api";
import { Carrier, type Outcome } from "../carrier";
import { watchDoor } from "../let-in";
import { type Case, declared, type Edit, type Menu, nameOf, type Program, type Round } from "./case";
import { edit, menusOf, otherDevice } from "./hand";
import { blocked, foreignBelow, foreignHarm, lacksType, leftHarm, standingHarm } from "./judge";
import { type Before, before } from "./ours";
import { theirType } from "./pool";
import { markerOf, type Rows, rowsOf } from "./rows";

/** Everything after a reset: one rule that positions name, and a queue type that queues may use. */
export function furnish(router: Router): void {
    router.reset({ serial: "HFG0000FUZZ" });
    for (const menu of ["/ip/firewall/mangle", "/ip/firewall/filter"]) {
        router.add(menu, { chain: "forward", action: "passthrough", comment: "anchor" });
    }
    router.add("/queue/type", { name: theirType, kind: "fq-codel", "fq-codel-limit": "1234" });
}

/** Called after each operation, for a second player of the same case. */
export type Watch = (round: Round, outcome: Outcome, rows: Rows) => void;

export async function play(router: Router, one: Case, watch?: Watch): Promise<string[]> {
    furnish(router);
    const player = new Player(router);
    const used = menusOf(one);
    const last: Round = { edits: [], operation: "destroy", site: 0 };
    for (const [at, round] of [...one.rounds, last].entries()) {
        for (const each of round.edits) player.edit(used, each);
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
    /** Names of the resources that may have blocks of filter rules by now. */
    private blocks = new Set<string>();

    constructor(router: Router) {
        this.router = router;
        this.carrier = new Carrier({ url: router.url });
    }

    edit(used: readonly Menu[], one: Edit): void {
        edit(this.router, used, one);
        // What stands after a reset may carry the ids of what stood before.
        if (one.kind === "reset" || one.kind === "other-device") this.former.clear();
        if (one.kind === "other-device") this.carrier.config["routeros:device"] = otherDevice;
    }

    async run({ operation }: Round, site: Program): Promise<Outcome> {
        if (operation === "rename-stack") this.carrier.stack = this.carrier.stack === "test" ? "other" : "test";
        const writes = operation === "up" || operation === "rename-stack" || operation === "destroy";
        const wanted = operation === "destroy" || operation === "refresh" ? [] : site;
        const was = before(this.router, this.carrier, wanted);
        this.router.clearLog();
        const door = watchDoor(this.router);
        const outcome = await this.operate(operation, site);
        door.stop();
        const after = rowsOf(this.router);
        if (writes) this.judgeDoor(door.harm(), wanted, outcome);
        this.harm.push(...foreignHarm(was, after, writes ? wanted : []));
        if (!writes) this.nothingWritten();
        this.judgeError(outcome, was, wanted);
        this.remember(was, after);
        if (!writes || outcome.error || this.harm.length > 0) return outcome;
        if (operation === "destroy") this.harm.push(...leftHarm(was, after, this.former));
        else await this.settled(was, after, wanted);
        return outcome;
    }

    private operate(operation: Round["operation"], site: Program): Promise<Outcome> {
        if (operation === "preview") return this.carrier.preview(declared(site));
        if (operation === "refresh") return this.carrier.refresh();
        if (operation === "destroy") return this.carrier.destroy();
        return this.carrier.up(declared(site), { skipPreview: true });
    }

    private nothingWritten(): void {
        const writes = this.router.log.filter(({ method }) => method !== "GET");
        this.harm.push(...writes.map(({ method, path }) => `it wrote: ${method} ${path}`));
    }

    /** Between two blocks of which each changes, nobody promises anything. */
    private judgeDoor(harm: string[], wanted: Program, { error }: Outcome): void {
        const asked = wanted.filter((one) => one.kind === "rules" && one.table === "filter").map(nameOf);
        const concerned = new Set([...this.blocks, ...asked]);
        if (concerned.size < 2) this.harm.push(...harm);
        this.blocks = error ? concerned : new Set(asked);
    }

    /** Only what others put where a wanted row belongs, or an anchor that is not one rule, may stop an operation. */
    private judgeError({ error }: Outcome, was: Before, wanted: Program): void {
        if (!error) return;
        if (/ownership\/(exists|another-job)|preflight\/anchor/.test(error.message) && blocked(was, wanted)) return;
        if (error.message.includes("preflight/queue-type") && lacksType(was, wanted)) return;
        if (error.message.includes("ownership/child") && foreignBelow(was)) return;
        this.harm.push(`error: ${error.message}`);
    }

    /** Rows that were taken over, as they were before, also by an operation that failed later on. */
    private remember(was: Before, after: Rows): void {
        for (const [menu, rows] of Object.entries(after) as [keyof Rows, Row[]][]) {
            for (const row of rows) {
                const name = `${menu} ${row[".id"] ?? ""}`;
                const old = was.foreign[menu].find((other) => other[".id"] === row[".id"]);
                if (old && !markerOf(old) && markerOf(row)?.adopted) this.former.set(name, old);
            }
        }
    }

    private async settled(was: Before, after: Rows, wanted: Program): Promise<void> {
        const owner = `${this.carrier.project}/${this.carrier.stack}/`;
        this.harm.push(...standingHarm(was, after, wanted, owner, this.former));
        this.router.clearLog();
        const again = await this.carrier.preview(declared(wanted));
        const changes = again.steps.filter(({ op }) => op !== "same");
        // What was given back may be a second anchor.
        const stopped = again.error !== undefined && !blocked(before(this.router, this.carrier, wanted), wanted);
        if (stopped) this.harm.push(`the preview after it fails: ${again.error?.message}`);
        if (changes.length > 0) this.harm.push(`not settled: ${JSON.stringify(changes)}`);
        this.nothingWritten();
    }
}
