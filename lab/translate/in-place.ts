interface Line {
    /** `class wan 1:3`, `qdisc wan 1:3`, `qdisc wan root`. */
    key: string;
    parent: string;
    /** Behind what says where it hangs: kind and numbers. */
    what: string;
    text: string;
}

/**
 * Lines for `tc -batch` that turn the classes of one translation into those of another while traffic runs: what stays
 * keeps its packets, and what goes is taken from its leaves up. Only where a device's root or a class's parent changes
 * is a device's tree made anew. Pure.
 */
export function tcInPlace(before: string, after: string): string[] {
    const [old, wanted] = [linesOf(before), linesOf(after)];
    const devices = new Set([...old, ...wanted].map(deviceOf));
    return [...devices].flatMap((device) => {
        const of = (lines: Line[]): Line[] => lines.filter((line) => deviceOf(line) === device);
        return changesOf(device, of(old), of(wanted));
    });
}

function changesOf(device: string, old: Line[], wanted: Line[]): string[] {
    const known = new Map(old.map((line) => [line.key, line]));
    const anew = wanted.some((line) => {
        const was = known.get(line.key);
        const fixed = line.key.endsWith(" root") || line.key.startsWith("class ");
        return was
            ? fixed && (was.parent !== line.parent || (line.parent === "root" && was.what !== line.what))
            : line.parent === "root";
    });
    if (anew || wanted.length === 0)
        return [...(old.length > 0 ? [`qdisc del dev ${device} root`] : []), ...wanted.map(({ text }) => text)];
    const keys = new Set(wanted.map(({ key }) => key));
    const gone = old.filter(({ key }) => !keys.has(key) && key.startsWith("class ")).reverse();
    return [
        ...wanted.flatMap((line): string[] => {
            const was = known.get(line.key);
            if (!was) return [line.text];
            if (was.text === line.text) return [];
            const sameKind = kindOf(was) === kindOf(line);
            if (sameKind) return [line.text.replace(/^(\w+) add/, "$1 change")];
            return [`qdisc del dev ${device} parent ${line.parent}`, line.text];
        }),
        ...gone.map(({ key }) => `class del dev ${device} classid ${key.split(" ")[2]}`),
    ];
}

function linesOf(text: string): Line[] {
    return text.split("\n").flatMap((line) => {
        const match = /^(class|qdisc) add dev (\S+) (?:parent (\S+) )?(root |classid \S+ )?(handle \S+ )?(.*)$/.exec(
            line,
        );
        if (!match) return [];
        const [, object, device, parent = "root", where = "", , what = ""] = match;
        const own = object === "class" ? where.split(" ")[1] : parent;
        return [{ key: `${object} ${device} ${own}`, parent, what, text: line }];
    });
}

const deviceOf = ({ key }: Line): string => key.split(" ")[1] ?? "";
const kindOf = ({ what }: Line): string => what.split(" ")[0] ?? "";
