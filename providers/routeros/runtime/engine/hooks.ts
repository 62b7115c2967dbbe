/** What single kinds do beside the one flow. */
import type { Requires } from "../../args";
import type { AddressListInputs } from "../kinds/address-list";
import { feedGuard } from "../kinds/address-list/feed-guard";
import { expandBypass } from "../kinds/firewall-rules";
import type { FirewallRulesInputs } from "../kinds/firewall-rules/arguments";
import { carryBothMarks } from "../kinds/firewall-rules/mark-rename";
import { anchorProblem } from "../kinds/firewall-rules/places";
import type { Coming } from "../kinds/firewall-rules/warnings";
import { countFastTracked, warnings } from "../kinds/firewall-rules/warnings";
import type { CommonInputs, Kind, PlanContext, Problem, Properties } from "../kinds/kind";
import { treeQuery } from "../kinds/queue-tree";
import { leavers, reachable } from "../kinds/queue-tree/give-back";
import { queueTreeMenu } from "../kinds/queue-tree/menu";
import type { QueueTypeInputs } from "../kinds/queue-type";
import { queueTypeMenu } from "../kinds/queue-type/menu";
import { standing } from "../kinds/reading";
import { RouterError } from "../router/errors";
import type { Session } from "../router/session";
import { warnOnce } from "../router/session";
import type { Values } from "../rows/fields";
import type { Operation } from "../rows/reconcile";
import { labelOf } from "../rows/reconcile";
import { conflictError } from "./flow";

export interface Hooks<I> {
    /** Pure tests against the old inputs; may carry old values over. */
    guard?: (inputs: I, before: I | undefined, args: Properties) => Problem[];
    /** Fills in what only the router knows. */
    expand?: (session: Session, inputs: I, rows: readonly Values[]) => Promise<void>;
    problems?: (context: PlanContext<I>) => Problem[];
    warn?: (session: Session, context: PlanContext<I>, requires: Requires, coming: Coming) => Promise<void>;
    /** Former values that cannot be given back as they are, by key, with what can. */
    amend?: (session: Session, context: PlanContext<I>) => Promise<Record<string, Values>>;
    prepare?: (session: Session, operations: readonly Operation[], context: PlanContext<I>) => Promise<void>;
    done?: (session: Session, context: PlanContext<I>) => Promise<void>;
    /** Whether a resource must be left on the router at delete, for now. */
    keep?: (session: Session, olds: I) => Promise<boolean>;
    /** After rows are settled that others may have been left for. */
    freed?: (session: Session) => Promise<void>;
}

const addressListHooks: Hooks<AddressListInputs> = {
    guard: feedGuard,
    warn: warnings,
};

const firewallHooks: Hooks<FirewallRulesInputs> = {
    expand(_session, inputs, rows) {
        inputs.rules = expandBypass(inputs, rows);
        return Promise.resolve();
    },
    problems(context) {
        const problem = anchorProblem(context);
        return problem ? [problem] : [];
    },
    warn: warnings,
    prepare: carryBothMarks,
    done: countFastTracked,
};

const queueTreeHooks: Hooks<CommonInputs> = {
    warn: warnings,
    freed: removeLeft,
    async amend(session, { matched, wanted, rows }) {
        if (leavers(matched, wanted).length === 0) return {};
        const names = async (menu: string, query: Record<string, string>): Promise<Set<string>> =>
            new Set((await session.snapshot.rows(menu, query)).map((row) => row["name"] ?? ""));
        const interfaces = await names("/interface", { ".proplist": ".id,name" });
        const found = reachable(matched, wanted, rows, { interfaces, types: await names(queueTypeMenu, {}) });
        for (const [key, { parent = "", queue = "" }] of Object.entries(found)) {
            const where = `queue ${key} on ${session.client.router} is given back under ${parent}, of type ${queue}`;
            warnOnce(`${where}: what it had before is not there any more.`);
        }
        return found;
    },
    prepare(session, operations, { matched, rows }) {
        const own = new Set([...standing(matched).values(), ...matched.surplus].map((row) => row[".id"]));
        const removed = removedIds(operations);
        const names = new Set(rows.filter((row) => removed.has(row[".id"] ?? "")).map((row) => row["name"]));
        const child = rows.find((row) => !own.has(row[".id"]) && names.has(row["parent"]));
        if (!child) return Promise.resolve();
        throw new RouterError({
            code: "ownership/child",
            summary: `queue ${labelOf(child)} of somebody else hangs under ${child["parent"] ?? ""} on ${session.client.router}`,
        });
    },
};

const queueTypeHooks: Hooks<QueueTypeInputs> = {
    warn: warnings,
    async prepare(session, operations, { inputs, matched }) {
        const removed = removedIds(operations);
        // A second one goes by our name while ours was renamed; what uses it is none of ours.
        for (const row of matched.surplus.filter((other) => removed.has(other[".id"] ?? ""))) {
            if ((await usersOfType(session, row["name"] ?? "")).length === 0) continue;
            throw conflictError(session.client.router, `queue type "${inputs.name}"`, [row]);
        }
    },
    async keep(session, { name }) {
        // Looked at twice: an answer that is another request's may still show queues that are gone.
        if ((await usersOfType(session, name)).length === 0) return false;
        const users = await usersOfType(session, name);
        if (users.length === 0) return false;
        warnOnce(
            `queue type ${name} on ${session.client.router} stays as long as it is used by ${users.map(labelOf).join(", ")}.`,
        );
        return true;
    },
};

/**
 * Queue types are deleted before the queues that use them where both are replaced, or where a program does not say that
 * one needs the other: they go with the last of those queues.
 */
async function removeLeft(session: Session): Promise<void> {
    for (const [title, { again }] of [...session.left]) {
        session.left.delete(title);
        try {
            await again();
        } catch (error) {
            if (!(error instanceof RouterError)) throw error;
            warnOnce(`${title} stays: ${error.message}`);
        }
    }
}

function removedIds(operations: readonly Operation[]): Set<string> {
    return new Set(operations.flatMap((operation) => (operation.kind === "remove" ? [operation.id] : [])));
}

async function usersOfType(session: Session, name: string): Promise<Values[]> {
    const { version } = await session.facts();
    const tree = await session.snapshot.rows(queueTreeMenu, treeQuery(version), { fresh: true });
    const simple = await session.client.rows("/queue/simple", { ".proplist": ".id,name,queue" });
    return [
        ...tree.filter((row) => row["queue"] === name),
        ...simple.filter((row) => (row["queue"] ?? "").split("/").includes(name)),
    ];
}

const byName: Record<string, Hooks<never>> = {
    AddressList: addressListHooks,
    FirewallRules: firewallHooks,
    QueueTree: queueTreeHooks,
    QueueType: queueTypeHooks,
};

export function hooksFor<I extends CommonInputs>(kind: Kind<I>): Hooks<I> {
    return (byName[kind.name] ?? {}) as unknown as Hooks<I>;
}
