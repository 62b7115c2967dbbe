/**
 * Says what is wrong with a router's rows after an operation. Nothing of the product is asked: what is wanted comes from
 * the case, what is ours from the marker in the comment and from the ids the state holds.
 */
import type { Row } from "../../router/api";
import { listOf, type Menu, menuOf, menus, nameOf, type Program, queueTypeOf, type Wanted } from "./case";
import { type Expected, expectedRows, fastTracks } from "./expected";
import { chain } from "./hand";
import type { Before, Ours } from "./ours";
import { builtinTypes, roots, rules, theirType } from "./pool";
import { alike, enabled, idOf, markerOf, type Rows, sameJob, text } from "./rows";

/** Whether a foreign row may be changed, because the wanted state takes it over. */
function takenOver(menu: Menu, row: Row, wanted: Program, expected: readonly Expected[]): boolean {
    const one = wanted.filter((other) => menuOf(other) === menu && "adopt" in other && other.adopt).map(nameOf);
    if (markerOf(row)) return false;
    return expected.some((shall) => shall.menu === menu && one.includes(shall.name) && isTaken(menu, row, shall.row));
}

/** Where it stands in the way of the wanted row: whether it does its job, so that `adopt` takes it. */
function isTaken(menu: Menu, row: Row, shall: Row): boolean {
    if (!inTheWay(menu, row, shall) || menu !== "/queue/tree") return inTheWay(menu, row, shall);
    const marks = (queue: Row): string[] => (queue["packet-mark"] ?? "").split(",").filter((mark) => mark !== "");
    const [has, wanted] = [marks(row), marks(shall)];
    const [width = 0, wide = 0] = [row, shall].map((queue) => Number(queue["max-limit"] ?? "0"));
    return (
        row["parent"] === shall["parent"] &&
        (has.length === 0) === (wanted.length === 0) &&
        has.every((mark) => wanted.includes(mark)) &&
        (width === wide || (width === 0 && has.length > 0) || (width >= wide / 2 && width <= wide * 2))
    );
}

function inTheWay(menu: Menu, row: Row, shall: Row): boolean {
    if (menu.endsWith("address-list")) return row["list"] === shall["list"] && row["address"] === shall["address"];
    if (menu.startsWith("/queue")) return row["name"] === shall["name"];
    return sameJob(row, shall);
}

const exclusive = (menu: Menu, row: Row, wanted: Program): boolean =>
    wanted.some((one) => one.kind === "list" && one.exclusive && menuOf(one) === menu && listOf(one) === row["list"]);

/** What happened to rows that are not ours. */
export function foreignHarm({ foreign, rows, ours }: Before, after: Rows, wanted: Program): string[] {
    const expected = expectedRows(wanted, rows, ours);
    return menus.flatMap((menu) => {
        const kept = foreign[menu].filter(
            (row) => !exclusive(menu, row, wanted) && !takenOver(menu, row, wanted, expected),
        );
        const found = new Map(after[menu].map((row) => [idOf(row), row]));
        const named = new Set(
            (["/queue/tree", "/queue/type"] as const).flatMap((of) =>
                rows[of].filter((row) => ours.is(of, row)).flatMap((row) => [row["name"], idOf(row)]),
            ),
        );
        const harmed = kept.flatMap((row) => {
            const now = found.get(idOf(row));
            if (!now) return [`${menu}: foreign ${text(row)} is gone`];
            // What a queue refers to is shown by name, whatever that is by now, and by id alone where it is not there.
            const renamed = ["parent", "queue"].filter(
                (name) => row[name]?.startsWith("*") || (named.has(row[name]) && !now[name]?.startsWith("*")),
            );
            const shown = Object.fromEntries(renamed.map((name) => [name, row[name] ?? ""]));
            const same = alike(row, { ...now, ...shown });
            return same ? [] : [`${menu}: foreign ${text(row)} is now ${text(now)}`];
        });
        const order = (all: Row[]) =>
            all
                .map(idOf)
                .filter((id) => kept.some((row) => idOf(row) === id))
                .join();
        if (harmed.length === 0 && order(foreign[menu]) !== order(after[menu]))
            return [`${menu}: foreign rows changed their order`];
        return harmed;
    });
}

/** The resource of ours that a row belongs to. */
const resourceOf = (menu: Menu, row: Row, ours: Ours): string | undefined =>
    markerOf(row)?.owner.split("/").at(-1) ?? (menu === "/queue/type" ? "type" : ours.holder(menu, row));

/** Whether something of others, or what only another resource's state knows, stands where a wanted row would. */
export function blocked({ rows, ours }: Before, wanted: Program): boolean {
    const expected = expectedRows(wanted, rows, ours);
    const way = expected.some(({ menu, name, row: shall }) => {
        const one = wanted.find((other) => nameOf(other) === name);
        if (one?.kind === "list" && one.exclusive) return false;
        return rows[menu].some((row) => {
            if (ours.is(menu, row) && resourceOf(menu, row, ours) === name) return false;
            if (!inTheWay(menu, row, shall)) return false;
            if (one?.kind === "list" && !enabled(row) && !one.adopt) return false;
            return markerOf(row) !== undefined
                ? menu !== menus[2] && menu !== menus[3]
                : !(one && "adopt" in one && one.adopt && isTaken(menu, row, shall));
        });
    });
    // The anchor may be the very rule that is taken over. And a check knows no recorded ids: a rule of ours that somebody
    // gave the anchor's comment is one to it, too.
    const unmarked = [menus[2], menus[3]].some((menu) =>
        rows[menu].some(
            (row) => row["comment"] === "anchor" && (ours.is(menu, row) || takenOver(menu, row, wanted, expected)),
        ),
    );
    return way || wanted.some((one) => one.kind === "rules" && (unmarked || anchorsOf(one, rows, ours).length !== 1));
}

/** Whether a queue of somebody else hangs below one of ours. */
export function foreignBelow({ foreign, rows, ours }: Before): boolean {
    const own = rows["/queue/tree"].filter((row) => ours.is("/queue/tree", row));
    const names = new Set(own.flatMap((row) => [row["name"], idOf(row)]));
    return foreign["/queue/tree"].some((row) => names.has(row["parent"]));
}

type RulesOf = Extract<Wanted, { kind: "rules" }>;

/** Rows that the anchor names; one that counts for a block without an anchor. */
function anchorsOf(one: RulesOf, rows: Rows, ours: Ours): (Row | undefined)[] {
    if (one.position === "first" || one.position === "last") return [undefined];
    const menu = menuOf(one);
    const chains = one.rules.map(({ rule }) => rules[one.table][rule]?.row["chain"]);
    return rows[menu].filter(
        (row) =>
            (markerOf(row)?.text ?? row["comment"]) === "anchor" &&
            chains.includes(row["chain"]) &&
            !ours.is(menu, row),
    );
}

/** Whether a queue shall be of a type that somebody took away. */
export function lacksType({ foreign }: Before, wanted: Program): boolean {
    const used = wanted.some(
        (one) => one.kind === "tree" && one.queues.some((q) => queueTypeOf(wanted, q) === theirType),
    );
    return used && !foreign["/queue/type"].some((row) => row["name"] === theirType);
}

/**
 * A row that was taken over as it can be given back: a queue above it and its type may be gone by then. It then keeps
 * the type it has, and hangs under something that stands.
 */
function givenBack(menu: Menu, former: Row, row: Row, after: Rows): Row {
    if (menu !== "/queue/tree") return former;
    const parents = new Map(after[menu].map((other) => [other["name"] ?? "", other["parent"] ?? ""]));
    const above = chain(former["parent"] ?? "", parents);
    const isPlace = (name: string): boolean => parents.has(name) || roots.includes(name);
    const lost = !isPlace(former["parent"] ?? "") || above.includes(former["name"] ?? "");
    const types = [...builtinTypes, ...after["/queue/type"].map(({ name }) => name)];
    return {
        ...former,
        ...(lost && isPlace(row["parent"] ?? "") ? { parent: row["parent"] ?? "" } : {}),
        ...(types.includes(former["queue"]) ? {} : { queue: row["queue"] ?? "" }),
    };
}

/** A queue type of ours stays while somebody's queue uses it. */
const inUse = (menu: Menu, row: Row, after: Rows): boolean =>
    menu === "/queue/type" && after["/queue/tree"].some(({ queue }) => queue === row["name"]);

/** After an `up` that succeeded: every wanted row once, as wanted, in its place, and nothing else of ours. */
export function standingHarm(
    was: Before,
    after: Rows,
    wanted: Program,
    owner: string,
    former: ReadonlyMap<string, Row>,
): string[] {
    const expected = expectedRows(wanted, was.rows, was.ours);
    const found: string[] = [];
    const used = new Set<Row>();
    for (const shall of expected) {
        const match = after[shall.menu].find((row) => !used.has(row) && isWanted(row, shall, owner));
        if (match) used.add(match);
        else found.push(`${shall.menu}: missing ${shall.key ?? ""} ${JSON.stringify(shall.row)} "${shall.text}"`);
    }
    for (const menu of menus) {
        const known = new Set(was.foreign[menu].map(idOf));
        for (const row of after[menu]) {
            if (used.has(row) || inUse(menu, row, after)) continue;
            const given = former.get(`${menu} ${idOf(row)}`);
            if (given && !known.has(idOf(row)) && !alike(givenBack(menu, given, row, after), row))
                found.push(`${menu}: ${text(row)} is not given back as ${text(given)}`);
            if (given) continue;
            if (known.has(idOf(row)) && !(markerOf(row) && !was.foreign[menu].some((old) => alike(old, row)))) continue;
            found.push(`${menu}: too many: ${text(row)}`);
        }
    }
    return [...found, ...wanted.flatMap((one) => orderHarm(one, after, owner, was))];
}

function isWanted(row: Row, { menu, name, key, row: shall, text: words }: Expected, owner: string): boolean {
    if (menu === "/queue/type") return Object.entries(shall).every(([wire, value]) => row[wire] === value);
    const marker = markerOf(row);
    if (marker?.owner !== owner + name || (key !== undefined && marker.key !== key) || marker.text !== words)
        return false;
    const sorted =
        menu === "/queue/tree"
            ? { ...row, "packet-mark": (row["packet-mark"] ?? "").split(",").sort().join(",") }
            : row;
    return sameJob(sorted, shall);
}

function orderHarm(one: Wanted, after: Rows, owner: string, { ours, rows }: Before): string[] {
    const menu = menuOf(one);
    const own = (row: Row) => markerOf(row)?.owner === owner + nameOf(one);
    if (one.kind === "bypass") {
        const list = after[menu].filter((row) => row["chain"] === "forward");
        return fastTracks(after, ours).flatMap((rule) => {
            let at = list.indexOf(rule) - 1;
            while (at >= 0 && markerOf(list[at] ?? {}) && !own(list[at] ?? {})) at -= 1;
            return own(list[at] ?? {}) ? [] : [`${menu}: no bypass right before ${text(rule)}`];
        });
    }
    if (one.kind !== "rules") return [];
    // Of rules that the anchor names one may be taken over, and is none any more.
    const bare = new Set(rows[menu].filter((row) => !markerOf(row)).map(idOf));
    const taken = new Set(after[menu].filter((row) => own(row) || (markerOf(row) && bare.has(idOf(row)))).map(idOf));
    const anchor = anchorsOf(one, rows, ours).find((row) => row !== undefined && !taken.has(idOf(row)));
    const chains = [...new Set(one.rules.map(({ rule }) => rules[one.table][rule]?.row["chain"]))];
    return chains.flatMap((chain) => {
        const all = after[menu].filter((row) => row["chain"] === chain);
        const keys = one.rules
            .filter(({ rule }) => rules[one.table][rule]?.row["chain"] === chain)
            .map(({ key }) => key);
        const first = all.findIndex(own);
        const block = all.slice(first, first + keys.length).map((row) => (own(row) ? markerOf(row)?.key : "-"));
        if (block.join() !== keys.join()) return [`${menu} ${chain}: stands as ${block.join()}, not ${keys.join()}`];
        const at = all.findIndex((row) => anchor !== undefined && idOf(row) === idOf(anchor));
        if (at < 0 || (one.position === "before" ? first < at : first > at)) return [];
        return [`${menu} ${chain}: not ${one.position} the anchor`];
    });
}

/** After a destroy that succeeded: the foreign rows, and what was taken over, given back. */
export function leftHarm(was: Before, after: Rows, former: ReadonlyMap<string, Row>): string[] {
    return menus.flatMap((menu) => {
        const known = new Set(was.foreign[menu].map(idOf));
        const adopted = was.rows[menu].filter((row) => was.ours.is(menu, row) && markerOf(row)?.adopted);
        const left = after[menu].filter((row) => !known.has(idOf(row)));
        const wrong = left.flatMap((row) => {
            if (inUse(menu, row, after)) return [];
            const given = former.get(`${menu} ${idOf(row)}`);
            if (given && !alike(givenBack(menu, given, row, after), row))
                return [`${menu}: ${text(row)} is not given back as ${text(given)}`];
            const stood = given ?? adopted.find((one) => idOf(one) === idOf(row));
            return stood && !markerOf(row) ? [] : [`${menu}: left behind ${text(row)}`];
        });
        const keys = new Set(adopted.map((row) => `${markerOf(row)?.owner}#${markerOf(row)?.key}`));
        return left.length < keys.size
            ? [...wrong, `${menu}: ${keys.size - left.length} adopted rows are gone`]
            : wrong;
    });
}
