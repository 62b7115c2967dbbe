/** An nft table: what stands in it by name, in order. */
export interface Table {
    family: "ip" | "ip6" | "inet";
    name: string;
    /** Counters that rules name; empty where rules count for themselves. */
    counters: string[];
    /** Type and flags of a set, and its elements. */
    sets: Map<string, { type: string; elements: string[] }>;
    /** Devices of the flowtable; none where there is none. */
    flowtable?: string[];
    /** Lines of a chain; a hook's first line says where it hangs. */
    chains: Map<string, string[]>;
}

/** A table as `nft -f` reads it; empty for one without chains. */
export function textOf(table: Table, sets = table.sets): string {
    if (table.chains.size === 0) return "";
    const block = (what: string, lines: readonly string[]): string =>
        [`    ${what} {`, ...lines.map((line) => `        ${line}`), "    }"].join("\n");
    const devices = table.flowtable?.map((device) => `"${device}"`).join(", ");
    const blocks = [
        ...table.counters.map((name) => `    counter ${name} { }`),
        ...[...sets].map(([name, { type, elements }]) =>
            block(`set ${name}`, [type, ...(elements.length > 0 ? [`elements = { ${elements.join(", ")} }`] : [])]),
        ),
        ...(devices === undefined
            ? []
            : [block("flowtable fasttrack", [`hook ingress priority filter; devices = { ${devices} };`])]),
        ...[...table.chains].map(([name, lines]) => block(`chain ${name}`, lines)),
    ];
    return `table ${table.family} ${table.name} {\n${blocks.join("\n")}\n}\n`;
}

/**
 * Turns tables that stand into those that are wanted, as one transaction of `nft -f`: a packet meets the rules of before
 * or the rules of after. Counters with names and sets that are the same stay as they are. Pure.
 */
export function nftInPlace(before: readonly Table[], after: readonly Table[]): string {
    const keyOf = ({ family, name }: Table): string => `${family} ${name}`;
    const wanted = after.filter(({ chains }) => chains.size > 0);
    const known = new Map(before.filter(({ chains }) => chains.size > 0).map((table) => [keyOf(table), table]));
    const gone = [...known.keys()].filter((key) => !wanted.some((table) => keyOf(table) === key));
    return [
        ...gone.map((key) => `delete table ${key}\n`),
        ...wanted.map((table) => {
            const was = known.get(keyOf(table));
            return was ? changed(was, table, keyOf(table)) : textOf(table);
        }),
    ].join("");
}

function changed(was: Table, table: Table, key: string): string {
    const missing = <T>(of: Iterable<T>, among: Iterable<T>): T[] => {
        const known = new Set(among);
        return [...of].filter((one) => !known.has(one));
    };
    const same = (name: string): boolean => JSON.stringify(was.sets.get(name)) === JSON.stringify(table.sets.get(name));
    const others = new Map([...table.sets].filter(([name]) => !same(name)));
    return [
        // All rules go and all come: nothing then refers to what is taken away.
        `flush table ${key}`,
        ...missing(was.chains.keys(), table.chains.keys()).map((name) => `delete chain ${key} ${name}`),
        ...missing(was.sets.keys(), table.sets.keys()).map((name) => `delete set ${key} ${name}`),
        ...missing(was.counters, table.counters).map((name) => `delete counter ${key} ${name}`),
        ...(was.flowtable && !table.flowtable ? [`delete flowtable ${key} fasttrack`] : []),
        ...[...others.keys()].filter((name) => was.sets.has(name)).map((name) => `flush set ${key} ${name}`),
        textOf(table, others),
    ].join("\n");
}
