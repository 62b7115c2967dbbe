/** The RouterOS script that takes our rows off a router by pasting it into a terminal. Pure text. */
import { inOrder } from "../kinds/in-order";
import type { Kind } from "../kinds/kind";
import * as registry from "../kinds/registry";
import { escaped } from "../rows/ownership";

export interface RemovalScriptOptions {
    /** `<project>/<stack>`, or `<project>/<stack>/<resource>` for one resource alone. */
    owner: string;
    /** Queue types of ours by name: they have no comment to carry a marker. @default [] */
    queueTypes?: readonly string[];
    /** @default both */
    families?: readonly ("ipv4" | "ipv6")[];
}

/**
 * Parent queues are put out of use first, then everything with our marker goes, in the order opposite to how it was
 * made. A row that stood before us is kept and only loses its comment: its former values are in the stack's state alone.
 */
export function removalScript(
    { owner, queueTypes = [], families = ["ipv4", "ipv6"] }: RemovalScriptOptions,
    kinds: Readonly<Record<string, Kind>> = registry,
): string {
    const whole = owner.split("/").length > 2;
    const marker = `\\\\[pulumi:${pattern(owner)}${whole ? "" : "/[^#]*"}#`;
    const made = `comment~"${marker}[^,]*\\\\]\\$"`;
    const adopted = `comment~"${marker}[^,]*,adopted\\\\]\\$"`;
    const lines = inOrder(kinds)
        .reverse()
        .flatMap(({ menus, withoutState }) => {
            if (withoutState?.script) return withoutState.script({ made, adopted }, queueTypes);
            const here = menus.filter(({ family }) => family === undefined || families.includes(family));
            return here.reverse().flatMap(({ path, goFirst }) => {
                const command = `/${path.split("/").slice(1).join(" ")}`;
                const first = goFirst
                    ? [`${command} remove [find where ${made} and ${goFirst.wire}~"^(${goFirst.values.join("|")})\\$"]`]
                    : [];
                return [
                    ...first,
                    `${command} remove [find where ${made}]`,
                    `${command} set [find where ${adopted}] comment=""`,
                ];
            });
        });
    const first = `# Takes off this router what the Pulumi stack ${owner} put there. Rows that stood before it stay.`;
    return [first, ...lines].join("\n") + "\n";
}

/** As it stands in a marker, and in a pattern inside a RouterOS string. */
function pattern(owner: string): string {
    return escaped(owner).replace(/[.+*?^$(){}|[\]\\]/g, "\\\\$&");
}
