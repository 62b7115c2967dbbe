import type { Row } from "../api";
import { refuse } from "../errors";

export type Test = (row: Row) => boolean;

/** GET's `?name=value`: all must be equal, as text. */
export function filterOf(conditions: readonly (readonly [string, string])[]): Test {
    return (row) => conditions.every(([name, value]) => row[name] === value);
}

/**
 * The `.query` words of POST print: `name`, `-name`, `name=x`, `<name=x`, `>name=x`, and the operators `#!`, `#&`, `#|`,
 * `#.` and `#N` on the stack of results. What remains on the stack must all be true.
 */
export function queryOf(words: readonly string[]): Test {
    return (row) => {
        const stack: boolean[] = [];
        for (const word of words) {
            if (word.startsWith("#")) operate(stack, word.slice(1));
            else stack.push(testWord(word, row));
        }
        return stack.every(Boolean);
    };
}

function testWord(word: string, row: Row): boolean {
    const match = /^([<>=-]?)([^=]+)(?:=(.*))?$/s.exec(word);
    if (!match) throw refuse.badValue(".query");
    const [, operator, name, value] = match;
    const has = row[name!];
    if (operator === "-") return has === undefined;
    if (value === undefined) return has !== undefined;
    if (has === undefined) return false;
    if (operator === "<" || operator === ">") {
        const difference =
            /^-?\d+$/.test(has) && /^-?\d+$/.test(value)
                ? Number(has) - Number(value)
                : has < value
                  ? -1
                  : Number(has > value);
        return operator === "<" ? difference < 0 : difference > 0;
    }
    return has === value;
}

function operate(stack: boolean[], operators: string): void {
    for (const [token] of operators.matchAll(/\d+|[!&|.]/g)) {
        switch (token) {
            case "!":
                stack.push(!stack.pop());
                break;
            case "&":
            case "|": {
                const [right, left] = [stack.pop() ?? false, stack.pop() ?? false];
                stack.push(token === "&" ? left && right : left || right);
                break;
            }
            case ".":
                if (stack.length > 0) stack.push(stack.at(-1)!);
                break;
            default:
                stack.push(stack.at(-1 - Number(token)) ?? false);
        }
    }
}

/** The properties named, of those that the row has. */
export function pick(row: Row, names: readonly string[]): Row {
    const picked: Row = {};
    for (const name of names) if (row[name] !== undefined) picked[name] = row[name];
    return picked;
}
