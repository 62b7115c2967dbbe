import type { Key } from "./key";
import { siteKeys } from "./keys";

/** The keys as `Pulumi.yaml` declares them, indented for its `config` block. */
export function projectKeys(): string {
    return rows()
        .map(([name, key]) => {
            const lines = [
                `  ${name}:`,
                ...(key.type === undefined ? [] : [`    type: ${key.type}`]),
                ...(key.type === "array" ? ["    items:", "      type: string"] : []),
                `    default: ${JSON.stringify(key.default).replaceAll(",", ", ")}`,
                `    description: ${JSON.stringify(key.description)}`,
            ];
            return lines.join("\n");
        })
        .join("\n");
}

/** The keys as the table of `docs/configuration.md`. */
export function documentedKeys(): string {
    const lines = rows().map(([name, key]) => {
        const cells = [
            `\`${name}\``,
            key.type ?? "string or object",
            defaultText(key),
            `${key.description} It holds ${key.expected}.`,
        ];
        return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    });
    return ["| key | type | default | meaning |", "| --- | --- | --- | --- |", ...lines].join("\n");
}

function rows(): [string, Key][] {
    return Object.entries(siteKeys);
}

function defaultText(key: Key): string {
    if (key.required) return "required";
    if (key.defaultText !== undefined) return key.defaultText;
    return `\`${typeof key.default === "string" ? key.default : JSON.stringify(key.default).replaceAll('"', "").replaceAll(",", ", ")}\``;
}
