/** The object without some of its names. */
export function omit<T extends object, K extends keyof T & string>(object: T, ...names: K[]): Omit<T, K> {
    return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name as K))) as Omit<T, K>;
}
