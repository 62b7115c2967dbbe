/** The RouterOS script that takes our rows off a router by pasting it into a terminal. Pure text. */
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
export function removalScript({ owner, queueTypes = [], families = ["ipv4", "ipv6"] }: RemovalScriptOptions): string {
    const whole = owner.split("/").length > 2;
    const marker = `\\\\[pulumi:${pattern(owner)}${whole ? "" : "/[^#]*"}#`;
    const made = `comment~"${marker}[^,]*\\\\]"`;
    const adopted = `comment~"${marker}[^,]*,adopted\\\\]"`;
    const lines = [
        `# Takes off this router what the Pulumi stack ${owner} put there. Rows that stood before it stay.`,
        `/queue tree disable [find where ${made} and packet-mark=""]`,
        `/queue tree remove [find where ${made} and packet-mark!=""]`,
        `/queue tree remove [find where ${made}]`,
        `/queue tree set [find where ${adopted}] comment=""`,
        ...queueTypes.map(
            (name) =>
                `:if ([:len [/queue tree find where queue=${quoted(name)}]] = 0) do={ /queue type remove [find where name=${quoted(name)}] }`,
        ),
    ];
    for (const menu of ["firewall filter", "firewall mangle", "firewall address-list"]) {
        for (const family of families) {
            const path = `/${family === "ipv4" ? "ip" : "ipv6"} ${menu}`;
            lines.push(`${path} remove [find where ${made}]`, `${path} set [find where ${adopted}] comment=""`);
        }
    }
    return lines.join("\n") + "\n";
}

/** As it stands in a marker, and in a pattern inside a RouterOS string. */
function pattern(owner: string): string {
    return escaped(owner).replace(/[.+*?^$(){}|[\]\\]/g, "\\\\$&");
}

function quoted(text: string): string {
    return `"${text.replace(/[\\"$]/g, "\\$&")}"`;
}
