/** What a preview says of rows that stood before and are about to be taken over: each by name, with what changes on it. */
import type { CommonInputs, Kind, PlanContext } from "../kinds/kind";
import type { Change, Operation } from "../rows/reconcile";

/** So many rows are named of those on which nothing changes but the comment; a list may have thousands. */
const named = 50;

/** A line for each row that changes, and one for those that keep all but their comment. */
export function takeovers(kind: Kind, context: PlanContext<CommonInputs>): string[] {
    const { matched, inputs } = context;
    if (matched.adopted.size === 0) return [];
    const operations = kind.plan(context);
    const title = kind.title(inputs);
    const kept: string[] = [];
    const lines: string[] = [];
    for (const row of matched.adopted.values()) {
        const changes = operations.filter(changeOf(row.id)).flatMap(({ difference: { set, clear } }) => {
            const was = (wire: string): string => row.values[wire] ?? "nothing";
            const now = Object.entries(set).filter(([wire]) => wire !== "comment");
            return [
                ...now.map(([wire, value]) => `${wire} ${was(wire)} becomes ${value === "" ? "nothing" : value}`),
                ...clear.map((wire) => `${wire} ${was(wire)} is cleared`),
            ];
        });
        if (changes.length === 0) kept.push(row.label);
        else lines.push(`${title} takes over ${row.label}: ${changes.join(", ")}`);
    }
    if (kept.length === 0) return lines;
    const more = kept.length > named ? ` and ${kept.length - named} more` : "";
    const keep = `${title} takes over ${kept.slice(0, named).join(", ")}${more}: nothing changes but the comment`;
    return [...lines, keep];
}

const changeOf =
    (id: string) =>
    (operation: Operation): operation is Change =>
        operation.kind === "change" && operation.id === id;
