/** From the rules that stand to a block that shall, in an order that harms nobody on the way. */
import type { Operation, RowPlan } from "../../rows/reconcile";
import { planRows } from "../../rows/reconcile";
import type { Row } from "../../rows/row";
import type { PlanContext } from "../kind";
import type { FirewallRulesInputs } from "./arguments";
import { placed } from "./places";
import { upwards, withStandIns } from "./stand-ins";
import { keepVerdicts } from "./verdicts";

export function planBlock(context: PlanContext<FirewallRulesInputs>): Operation[] {
    const { inputs, desired, matched, scope, rows } = context;
    const plan = planRows({ matched, desired, owner: inputs.owner, table: scope.menu.table });
    const order = placed(context, plan);
    const direct = inBlockOrder(plan, order, context);
    if (inputs.table !== "filter" || inputs.fastTrackBypass) return direct;
    const safe = [direct, newFirst(plan, order, rows)].find((one) => keepVerdicts(scope.menu.table, rows, one));
    return safe ?? withStandIns(context, plan, order);
}

/**
 * Down the block what is changed and added, up the block what is removed: an accept rule stands before the drop behind
 * it does, and goes after it. A connection mark is set last of all that is changed: what goes by it stands already. The
 * rules of a bypass are there before any is moved.
 */
function inBlockOrder(
    { changes, restores, removes }: RowPlan,
    order: readonly Operation[],
    { inputs, desired, rows }: PlanContext<FirewallRulesInputs>,
): Operation[] {
    const place = new Map(desired.map(({ key }, index) => [key, index]));
    const moves = order.filter(({ kind }) => kind === "move");
    const adds = order.filter((operation) => operation.kind === "add");
    const sets = (operation: Operation): number =>
        operation.kind === "change" && operation.difference.set["new-connection-mark"] !== undefined ? 1 : 0;
    const down = [...changes, ...adds].sort(
        (a, b) => sets(a) - sets(b) || (place.get(a.key) ?? 0) - (place.get(b.key) ?? 0),
    );
    const up = upwards([...restores, ...removes], rows);
    return inputs.fastTrackBypass ? [...adds, ...moves, ...changes, ...up] : [...moves, ...down, ...up];
}

/** What is new first, and then up the block what is changed and removed. */
function newFirst(plan: RowPlan, order: readonly Operation[], rows: readonly Row[]): Operation[] {
    return [...order, ...upwards([...plan.changes, ...plan.restores, ...plan.removes], rows)];
}
