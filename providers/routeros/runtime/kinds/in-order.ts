import type { Kind } from "./kind";

/** The kinds in the order in which their rows are made: what others refer to first. It goes the other way round. */
export function inOrder(kinds: Readonly<Record<string, Kind>>): Kind[] {
    const left = Object.values(kinds);
    const ordered: Kind[] = [];
    while (left.length > 0) {
        const free = left.findIndex(
            ({ refersTo = [] }) => !left.some(({ menus }) => menus.some((menu) => refersTo.includes(menu))),
        );
        ordered.push(...left.splice(Math.max(free, 0), 1));
    }
    return ordered;
}
