/** What this process has said or worked out already. */
import { oneLine } from "../rows/text";

const warned = new Set<string>();
const told = new Map<string, string>();

/** A warning at the stack, once in a process. */
export function warnOnce(text: string): void {
    if (warned.has(text)) return;
    warned.add(text);
    console.warn(`warning: ${oneLine(text)}`);
}

/** A line at the stack that asks for nothing, once in a process. */
export function informOnce(text: string): void {
    if (warned.has(text)) return;
    warned.add(text);
    console.log(`routeros: ${oneLine(text)}`);
}

/** Who was the first to be told this text in this process. */
export function tellOnce(text: string, teller: string): string {
    const first = told.get(text) ?? teller;
    told.set(text, first);
    return first;
}

/** As in a new process, nothing was said yet. */
export function forgetSaid(): void {
    warned.clear();
    told.clear();
}

/** Works a value out once; a failure is not kept. */
export function memo<T>(store: Map<string, Promise<unknown>>, key: string, work: () => Promise<T>): Promise<T> {
    const known = store.get(key) as Promise<T> | undefined;
    if (known) return known;
    const result = work();
    store.set(key, result);
    result.catch(() => store.delete(key));
    return result;
}
