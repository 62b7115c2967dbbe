/** An export with this many packet marks, each set by a rule of its own. */
export function exportWithMarks(count: number): string {
    const rules = Array.from(
        { length: count },
        (_, number) => `add action=mark-packet chain=forward new-packet-mark=m${number} passthrough=no`,
    );
    return `${["/ip firewall mangle", ...rules].join("\n")}\n`;
}
