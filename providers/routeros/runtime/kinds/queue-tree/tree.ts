/** Which queue hangs under which, and the walks along it. Pure. */
import type { Values } from "../../rows/fields";

/** Whether a leaf is that of all other traffic, the last to do without. */
export function carriesRest(values: Values): boolean {
    return marksOf(values).includes("no-mark");
}

/** Packet marks that a queue carries. */
export function marksOf({ "packet-mark": marks = "" }: Values): string[] {
    return marks.split(",").filter((mark) => mark !== "");
}

export class Tree {
    /** Parent by name. A parent that is no queue here is an interface, `global`, or somebody else's. */
    readonly parents: Map<string, string>;
    private readonly inner: Set<string>;

    constructor(queues: Iterable<Values>) {
        this.parents = new Map([...queues].map(({ name = "", parent = "" }) => [name, parent]));
        this.inner = new Set(this.parents.values());
    }

    has(name: string | undefined): boolean {
        return name !== undefined && this.parents.has(name);
    }

    /** Whether another queue hangs under it. */
    bears(name: string): boolean {
        return this.inner.has(name);
    }

    /** What is above a queue, from the nearest on, each once; the last is no queue here, but in a circle. */
    above(name: string): string[] {
        return aboveIn(name, this.parents);
    }

    /** How many queues are above it. */
    depth(name: string): number {
        return this.above(name).filter((parent) => this.has(parent)).length;
    }

    /** The topmost queue above it, or itself. */
    root(name: string): string {
        return [name, ...this.above(name)].filter((one) => this.has(one)).at(-1) ?? name;
    }

    /** A queue that is above itself. */
    circle(): string | undefined {
        return [...this.parents.keys()].find(
            (name) => this.above(this.parents.get(name) ?? "").includes(name) || this.parents.get(name) === name,
        );
    }

    /** The order in which queues can go: children before their parents, the leaf of all other traffic last of its level. */
    leavesFirst<T>(all: readonly T[], valuesOf: (one: T) => Values): T[] {
        const rank = (one: T): number => {
            const { name = "", ...values } = valuesOf(one);
            return this.depth(name) * 2 - Number(carriesRest(values));
        };
        return [...all].sort((a, b) => rank(b) - rank(a));
    }
}

/** What is above a queue by any of these maps of name to parent, from the nearest on, each once. */
export function aboveIn(name: string, ...parents: ReadonlyMap<string, string>[]): string[] {
    const found = [name];
    for (const at of found) {
        found.push(...parents.map((of) => of.get(at) ?? at).filter((parent) => !found.includes(parent)));
    }
    return [...new Set(found)].slice(1);
}
