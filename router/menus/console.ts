import data from "../data/console.json";

interface Tree {
    [name: string]: Tree;
}

/** Every menu that RouterOS has, extra packages included, whether it is modelled here or not. */
const tree: Tree = data.menus;

/** Names of the menus right below a path; undefined where there is no such menu. */
export function menusBelow(path: string): string[] | undefined {
    let node: Tree | undefined = tree;
    for (const name of path.split("/").filter(Boolean))
        node = node && Object.hasOwn(node, name) ? node[name] : undefined;
    return node && Object.keys(node);
}

/** What the console takes a word for: the name itself, or the only one that begins so. */
export function complete(word: string, names: Iterable<string>): string | undefined {
    const fitting: string[] = [];
    for (const name of names) {
        if (name === word) return word;
        if (word !== "" && name.startsWith(word)) fitting.push(name);
    }
    return fitting.length === 1 ? fitting[0] : undefined;
}

/** Commands of most menus, for those that are not modelled. */
export const commonCommands = [
    ...[
        "add",
        "comment",
        "disable",
        "edit",
        "enable",
        "export",
        "find",
        "get",
        "move",
        "print",
        "remove",
        "reset",
        "set",
    ],
    ...["reset-counters", "reset-counters-all", "run", "unset"],
];

/** A word in a menu: a menu below it, one of its commands (those of most menus, where they are not known), or nothing. */
export function wordIn(
    path: string,
    word: string,
    commands?: Iterable<string>,
): { menu: string } | { command: string } | undefined {
    const below = menusBelow(path) ?? [];
    const name = commands
        ? complete(word, [...below, ...commands])
        : (complete(word, below) ?? complete(word, commonCommands));
    if (name === undefined) return undefined;
    return below.includes(name) ? { menu: `${path === "/" ? "" : path}/${name}` } : { command: name };
}
