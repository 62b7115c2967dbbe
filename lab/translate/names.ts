/**
 * Numbers for mark names: 0 is `no-mark`, the others are counted from 1 in the order they are met. Connection marks
 * and packet marks are counted apart, as nft's `ct mark` and `meta mark` are apart.
 */
export class Marks {
    private readonly numbers = new Map<string, number>();

    numberOf(name: string): number {
        if (name === "no-mark") return 0;
        const known = this.numbers.get(name);
        if (known !== undefined) return known;
        const number = this.numbers.size + 1;
        this.numbers.set(name, number);
        return number;
    }

    /** Name to number, without `no-mark`. */
    entries(): [string, number][] {
        return [...this.numbers];
    }
}

/** nft identifiers for names that may hold anything; two names never share one. */
export class Identifiers {
    private readonly taken = new Map<string, string>();

    constructor(private readonly prefix: string) {}

    of(name: string): string {
        const known = this.taken.get(name);
        if (known !== undefined) return known;
        const plain = this.prefix + name.replace(/[^A-Za-z0-9_]/g, "_");
        const used = new Set(this.taken.values());
        let identifier = plain;
        for (let suffix = 2; used.has(identifier); suffix++) identifier = `${plain}_${suffix}`;
        this.taken.set(name, identifier);
        return identifier;
    }

    names(): string[] {
        return [...this.taken.keys()];
    }
}
