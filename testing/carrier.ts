/**
 * Drives the provider's methods as the engine does, without the engine: old outputs go to diff, read and delete; inputs
 * are stored where diff says "same"; `__provider` travels along; what a process remembers is dropped between
 * operations; a failure that carries an id is recorded as half made and is updated next time; what is to be replaced is
 * deleted first, and made the next time where that failed, or deleted after all others where the provider says so; the
 * state is in the program's order, and taken down from its end.
 */
import { isDeepStrictEqual } from "node:util";

import type { KindName } from "../providers/routeros/runtime";
import type { Lifecycle } from "../providers/routeros/runtime/engine/lifecycle";
import type { Properties } from "../providers/routeros/runtime/kinds/kind";
import { forget, lifecycles } from "../providers/routeros/runtime/lifecycles";

/** A resource as the program declares it, in the order of its dependencies. */
export interface Declared<Name extends string = KindName> {
    kind: Name;
    name: string;
    /** Arguments as the resource class takes them. */
    args: object;
}

export interface Recorded<Name extends string = KindName> {
    kind: Name;
    name: string;
    id: string;
    inputs: Properties;
    outputs: Properties;
    initErrors: string[];
    /** Deleted to be replaced, and not made again yet. */
    pendingReplacement?: true;
    /** Replaced, and to be deleted after all others. */
    replaced?: true;
}

export type StepOp = "create" | "update" | "replace" | "delete" | "same" | "refresh";

export interface Step {
    op: StepOp;
    name: string;
    /** What the preview shows: inputs that differ. */
    changed?: string[];
}

export interface Outcome {
    steps: Step[];
    /** The first error, as the engine would print it; later resources are not touched. */
    error?: Error;
}

export interface CarrierOptions<Name extends string = KindName> {
    url: string;
    username?: string;
    password?: string;
    /** @default "site" */
    project?: string;
    /** @default "test" */
    stack?: string;
    /** More configuration, by full key. */
    config?: Record<string, string>;
    /** The methods of each kind. @default those of the provider */
    lifecycles?: Readonly<Record<Name, Lifecycle>>;
}

const text = "exports.handler = () => ({});";

export class Carrier<Name extends string = KindName> {
    /** The state, in the order the resources were made. */
    state: Recorded<Name>[] = [];
    /** Project and stack may be renamed between operations. */
    project: string;
    stack: string;
    config: Record<string, string>;
    private readonly lifecycles: Readonly<Record<Name, Lifecycle>>;

    constructor(options: CarrierOptions<Name>) {
        this.lifecycles = options.lifecycles ?? (lifecycles as Readonly<Record<string, Lifecycle>>);
        this.project = options.project ?? "site";
        this.stack = options.stack ?? "test";
        this.config = {
            "routeros:url": options.url,
            "routeros:username": options.username ?? "admin",
            "routeros:password": options.password ?? "",
            "routeros:allowPlaintext": "true",
            ...options.config,
        };
    }

    /** `pulumi up`: a preview in one process, then the update in another. With `refresh` (the default) both refresh first. */
    async up(
        declared: readonly Declared<Name>[],
        options: { refresh?: boolean; skipPreview?: boolean } = {},
    ): Promise<Outcome> {
        if (!options.skipPreview) {
            const preview = await this.preview(declared, options);
            if (preview.error) return preview;
        }
        return this.operation(async (steps) => {
            if (options.refresh !== false) await this.refreshAll(steps, true);
            await this.apply(declared, steps, false);
        });
    }

    /** `pulumi preview`: nothing is kept. */
    async preview(declared: readonly Declared<Name>[], options: { refresh?: boolean } = {}): Promise<Outcome> {
        const kept = structuredClone(this.state);
        const outcome = await this.operation(async (steps) => {
            if (options.refresh !== false) await this.refreshAll(steps, true);
            await this.apply(declared, steps, true);
        });
        this.state = kept;
        return outcome;
    }

    /** `pulumi refresh`. */
    refresh(): Promise<Outcome> {
        return this.operation((steps) => this.refreshAll(steps, false));
    }

    /** `pulumi destroy`, refreshing first as the project's options say. */
    destroy(options: { refresh?: boolean } = {}): Promise<Outcome> {
        return this.operation(async (steps) => {
            if (options.refresh !== false) await this.refreshAll(steps, true);
            for (const one of [...this.state].reverse()) {
                await this.remove(one);
                steps.push({ op: "delete", name: one.name });
            }
        });
    }

    /** One process of the provider: configured anew, nothing remembered. */
    private async operation(work: (steps: Step[]) => Promise<void>): Promise<Outcome> {
        forget();
        const config = { get: (key: string) => this.config[key] };
        for (const one of Object.values<Lifecycle>(this.lifecycles)) await one.configure({ config });
        const steps: Step[] = [];
        try {
            await work(steps);
            return { steps };
        } catch (error) {
            if (!(error instanceof Error)) throw error;
            return { steps, error };
        } finally {
            forget();
        }
    }

    private async refreshAll(steps: Step[], quiet: boolean): Promise<void> {
        const results = await Promise.all(
            this.state.map(async (one): Promise<Recorded<Name> | undefined> => {
                if (one.pendingReplacement) return one;
                const { id, props, inputs } = await this.method(one.kind).read(one.id, structuredClone(one.outputs));
                if (id === "") return undefined;
                const provider = one.outputs["__provider"] ?? text;
                return {
                    ...one,
                    id,
                    inputs: wire({ ...inputs, __provider: provider }),
                    outputs: wire({ ...props, __provider: provider }),
                    initErrors: [],
                };
            }),
        );
        for (const [index, result] of results.entries()) {
            const before = this.state[index];
            if (!before || quiet || before.pendingReplacement) continue;
            const { changes } = result
                ? await this.method(before.kind).diff(result.id, result.outputs, before.inputs)
                : { changes: true };
            if (changes) steps.push({ op: "refresh", name: before.name });
        }
        this.state = results.filter((one) => one !== undefined);
    }

    private async apply(declared: readonly Declared<Name>[], steps: Step[], preview: boolean): Promise<void> {
        const done: string[] = [];
        const place = ({ name }: Recorded<Name>): number => (done.includes(name) ? done.indexOf(name) : done.length);
        for (const one of declared) {
            await this.applyOne(one, steps, preview);
            done.push(one.name);
            this.state.sort((a, b) => place(a) - place(b));
        }
        const names = new Set(done);
        for (const old of this.state.filter(({ name, replaced }) => replaced || !names.has(name)).reverse()) {
            if (!old.replaced) steps.push({ op: "delete", name: old.name });
            if (!preview) await this.remove(old);
        }
    }

    private async remove(one: Recorded<Name>): Promise<void> {
        if (!one.pendingReplacement) await this.method(one.kind).delete(one.id, structuredClone(one.outputs));
        this.state = this.state.filter((other) => other !== one);
    }

    private async applyOne({ kind, name, args }: Declared<Name>, steps: Step[], preview: boolean): Promise<void> {
        const method = this.method(kind);
        const owner = `${this.project}/${this.stack}/${name}`;
        const news = wire({ ...args, ...(preview ? { dryRun: true } : {}), owner, __provider: text });
        const old = this.state.find((one) => one.name === name && !one.replaced);
        const checked = await method.check(structuredClone(old?.inputs ?? {}), news);
        if (checked.failures.length > 0) {
            throw new Error(`${kind} ${name}: ${checked.failures.map(({ reason }) => reason).join("; ")}`);
        }
        const inputs = wire({ ...checked.inputs, __provider: text });
        if (!old) {
            steps.push({ op: "create", name });
            if (!preview) await this.create(kind, name, inputs);
            return;
        }
        const { changes, replaces, deleteBeforeReplace } = await method.diff(
            old.id,
            structuredClone(old.outputs),
            structuredClone(inputs),
        );
        const changed = changedNames(old.inputs, inputs);
        if (replaces.length > 0 || old.pendingReplacement) {
            steps.push({ op: "replace", name, changed });
            if (preview) return;
            if (!deleteBeforeReplace && !old.pendingReplacement) {
                await this.create(kind, name, inputs, () => (old.replaced = true));
                return;
            }
            if (!old.pendingReplacement) await method.delete(old.id, structuredClone(old.outputs));
            old.pendingReplacement = true;
            await this.create(kind, name, inputs);
        } else if (changes || old.initErrors.length > 0) {
            steps.push({ op: "update", name, changed });
            if (!preview) await this.update(old, inputs);
        } else {
            steps.push({ op: "same", name });
            old.inputs = inputs;
        }
    }

    private async create(kind: Name, name: string, inputs: Properties, made?: () => void): Promise<void> {
        try {
            const { id, outs } = await this.method(kind).create(structuredClone(inputs));
            made?.();
            this.record({ kind, name, id, inputs, outputs: wire({ ...outs, __provider: text }), initErrors: [] });
        } catch (error) {
            const failed = halfMade(error);
            if (failed) {
                made?.();
                this.record({ kind, name, inputs, ...failed });
            }
            throw error;
        }
    }

    private record(made: Recorded<Name>): void {
        this.state = [...this.state.filter(({ name, replaced }) => replaced || name !== made.name), made];
    }

    private async update(old: Recorded<Name>, inputs: Properties): Promise<void> {
        try {
            const { outs } = await this.method(old.kind).update(
                old.id,
                structuredClone(old.outputs),
                structuredClone(inputs),
            );
            Object.assign(old, { inputs, outputs: wire({ ...outs, __provider: text }), initErrors: [] });
        } catch (error) {
            const failed = halfMade(error);
            if (failed) Object.assign(old, { inputs, outputs: failed.outputs, initErrors: failed.initErrors });
            throw error;
        }
    }

    private method(kind: Name): Lifecycle {
        return this.lifecycles[kind];
    }
}

/** What an error says of a resource that was made in part; its properties are kept as given, nothing is added. */
function halfMade(error: unknown): Pick<Recorded, "id" | "outputs" | "initErrors"> | undefined {
    const { id, properties, reasons } = error as { id?: string; properties?: Properties; reasons?: string[] };
    if (id === undefined || id === "") return undefined;
    const outputs = wire(properties ?? {});
    if (outputs["__provider"] === undefined)
        throw new Error("half-made resource without __provider: code must be a string");
    return { id, outputs, initErrors: reasons ?? [] };
}

/** As it crosses the wire; what the wire cannot carry fails as it does there. */
function wire(value: object): Properties {
    const walk = (part: unknown, at: string): void => {
        if (part === undefined) throw new Error(`Unexpected struct type. (${at})`);
        if (typeof part === "object" && part !== null) {
            for (const [name, inner] of Object.entries(part)) walk(inner, `${at}.${name}`);
        }
    };
    const defined = Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
    walk(defined, "");
    return structuredClone<Properties>(defined);
}

function changedNames(before: Properties, after: Properties): string[] {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].filter((name) => !isDeepStrictEqual(before[name], after[name])).sort();
}
