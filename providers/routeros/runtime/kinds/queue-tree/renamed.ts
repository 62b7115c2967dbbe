import { Tree } from "./tree";

interface Named {
    name: string;
    parent: string;
    packetMarks: readonly string[];
}

/**
 * Queues that have another name by now: new name by old. One that goes and one that comes in the same place of the tree
 * are the same queue, where there is one of each; so its packets are never without a queue. Pure.
 */
export function renamedQueues(before: readonly Named[], after: readonly Named[]): Record<string, string> {
    const going = placesOf(before, new Set(after.map(({ name }) => name)));
    const coming = placesOf(after, new Set(before.map(({ name }) => name)));
    const pairs = [...going].flatMap(([place, [name, ...more]]) => {
        const [successor, ...others] = coming.get(place) ?? [];
        return successor === undefined || more.length + others.length > 0 ? [] : [[name, successor]];
    });
    return Object.fromEntries(pairs) as Record<string, string>;
}

/** Names that the other side has not, by place: how deep, and an inner queue, the leaf of all other traffic, or a leaf. */
function placesOf(queues: readonly Named[], others: ReadonlySet<string>): Map<string, string[]> {
    const tree = new Tree(queues.map(({ name, parent }) => ({ name, parent })));
    const places = new Map<string, string[]>();
    for (const { name, packetMarks } of queues) {
        if (others.has(name)) continue;
        const kind = tree.bears(name) ? "inner" : packetMarks.includes("no-mark") ? "rest" : "leaf";
        const place = `${tree.depth(name)} ${kind}`;
        places.set(place, [...(places.get(place) ?? []), name]);
    }
    return places;
}
