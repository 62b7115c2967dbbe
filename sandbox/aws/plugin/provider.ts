import { createHash, randomBytes } from "node:crypto";

import type { AwsClients } from "./clients";
import type { Difference } from "./compare";
import { differences, ignoring, sameDocument } from "./compare";
import { explain, isAbsence } from "./errors";
import { getResource } from "./functions";
import type { Observed, ResourceType } from "./resource-type";
import type { Failure, Json, Values } from "./schema";
import { checked, given, UNKNOWN } from "./schema";
import { resourceTypes } from "./types";

type Named = NonNullable<ResourceType["named"]>;

export interface Urn {
    type: string;
    name: string;
}

/** What is there, for Pulumi's state: both halves come from AWS. */
export interface State {
    id: string;
    inputs: Values;
    properties: Values;
}

/** A resource was made, but could not be brought to the wanted state: Pulumi keeps it, and goes on from there. */
export class Unfinished extends Error {
    constructor(
        readonly id: string,
        readonly properties: Values,
        reason: string,
    ) {
        super(reason);
    }
}

/** The sandbox's part of Pulumi's AWS provider, in plain values. Every answer about a resource is asked from AWS. */
export class AwsProvider {
    constructor(private readonly clients: AwsClients) {}

    /** The inputs with generated names and defaults, and everything wrong with them. */
    check(urn: Urn, olds: Values, news: Values, seed?: Uint8Array): { inputs: Values; failures: Failure[] } {
        const type = typeOf(urn);
        const failures: Failure[] = [];
        const inputs = canonical(type, checked(type.fields, news, failures));
        if ("region" in type.fields) inputs["region"] ??= this.clients.region;
        if (type.named) inputs[type.named.property] ??= generatedName(urn, type.named, olds, seed);
        return { inputs, failures };
    }

    /** Compares with `olds`, what was last read: outputs included. */
    diff(
        urn: Urn,
        olds: Values,
        news: Values,
        ignored: readonly string[] = [],
    ): { differences: Difference[]; deleteBeforeReplace: boolean } {
        const type = typeOf(urn);
        const found = differencesOf(type, olds, ignoring(olds, news, ignored));
        // Two of one name cannot be: the old one goes first, unless the name is what differs.
        const name = type.named?.property ?? ("bucket" in type.fields ? "bucket" : "name");
        return { differences: found, deleteBeforeReplace: found.every(({ path }) => path !== name) };
    }

    async create(urn: Urn, inputs: Values, preview = false): Promise<State> {
        const type = typeOf(urn);
        if (preview) return { id: "", inputs, properties: { ...unknownOutputs(type), ...inputs } };
        const id = await answered(type.create(inputs, this.clients));
        return this.settled(urn, id, inputs);
    }

    /** Undefined when it is gone. */
    async read(urn: Urn, id: string, known: Values): Promise<State | undefined> {
        const type = typeOf(urn);
        const observed = await answered(type.read(id, known, this.clients));
        return observed && { id, ...stateOf(type, observed, known) };
    }

    /** Writes what differs from `olds`, what was last read, apart from what is to be ignored. */
    async update(
        urn: Urn,
        id: string,
        olds: Values,
        news: Values,
        { preview = false, ignored = [] }: { preview?: boolean; ignored?: readonly string[] } = {},
    ): Promise<State> {
        const type = typeOf(urn);
        const wanted = ignoring(olds, news, ignored);
        if (preview) return { id, inputs: news, properties: { ...olds, ...wanted } };
        if (!type.update) throw new Error(`${urn.type} cannot be changed in place`);
        const changed = new Set(differencesOf(type, olds, wanted).map(({ path }) => path.split(/[.[]/)[0]!));
        await answered(this.write(type, id, wanted, changed));
        return this.settled(urn, id, wanted);
    }

    private async write(type: ResourceType, id: string, wanted: Values, changed: ReadonlySet<string>): Promise<void> {
        await type.update!(id, wanted, this.clients, changed);
        for (const [name, inline] of Object.entries(type.inline ?? {})) {
            if (changed.has(name)) await inline.takeBack(id, wanted, this.clients);
        }
    }

    async delete(urn: Urn, id: string, known: Values): Promise<void> {
        try {
            await typeOf(urn).remove(id, known, this.clients);
        } catch (error) {
            if (!isAbsence(error)) throw new Error(explain(error));
        }
    }

    async invoke(token: string, args: Values): Promise<Values> {
        const known = "aws:cloudcontrol/getResource:getResource";
        if (token !== known) throw new Error(`the sandbox's AWS plugin serves no ${token}; it serves ${known}`);
        return answered(getResource(args, this.clients));
    }

    /** What stands after a write. Whatever AWS made of it, it is that which goes to the state. */
    private async settled(urn: Urn, id: string, inputs: Values): Promise<State> {
        try {
            const found = await this.read(urn, id, inputs);
            if (found) return found;
        } catch (error) {
            throw new Unfinished(id, inputs, (error as Error).message);
        }
        throw new Error(`${urn.type} ${id} was written, but is not there`);
    }
}

function typeOf(urn: Urn): ResourceType {
    const type = resourceTypes[urn.type];
    if (type) return type;
    const known = Object.keys(resourceTypes).map((token) => token.split(":").at(-1));
    throw new Error(`the sandbox's AWS plugin does not serve ${urn.type} (${urn.name}); it serves ${known.join(", ")}`);
}

function differencesOf(type: ResourceType, olds: Values, wanted: Values): Difference[] {
    const inline = Object.entries(type.inline ?? {}).filter(
        ([name, { untouched }]) =>
            wanted[name] === undefined &&
            olds[name] !== undefined &&
            JSON.stringify(olds[name]) !== JSON.stringify(untouched),
    );
    return [
        ...differences(type.fields, olds, wanted),
        ...inline.map(([path]) => ({ path, kind: "delete" as const, replaces: false })),
    ];
}

function canonical(type: ResourceType, values: Values): Values {
    return type.canonical ? type.canonical(values) : values;
}

/** A document that says the same as the known one is written as the known one; instructions are nothing AWS knows. */
function stateOf(type: ResourceType, observed: Observed, known: Values): { inputs: Values; properties: Values } {
    const found = canonical(type, checked(type.fields, observed.inputs, []));
    const inputs = Object.keys(known).length === 0 ? { ...found } : given(type.fields, found, known);
    for (const name of type.instructions ?? []) inputs[name] = known[name] ?? inputs[name] ?? null;
    for (const [name, property] of Object.entries(type.fields)) {
        if (property.kind === "json" && sameDocument(inputs[name], known[name])) inputs[name] = known[name] as Json;
    }
    return { inputs, properties: { ...observed.outputs, ...found, ...written(type, inputs) } };
}

/** Of the inputs, those that say in their own words what AWS holds in others. */
function written({ fields, instructions = [] }: ResourceType, inputs: Values): Values {
    const names = Object.keys(inputs).filter((name) => fields[name]?.kind === "json" || instructions.includes(name));
    return Object.fromEntries(names.map((name) => [name, inputs[name]!]));
}

function unknownOutputs(type: ResourceType): Values {
    return Object.fromEntries((type.outputs ?? []).map((name) => [name, UNKNOWN]));
}

/** As Pulumi's own AWS plugin names things: the resource's name and seven random digits. */
function generatedName(urn: Urn, named: Named, olds: Values, seed?: Uint8Array): string {
    const start = named.lowerCase ? urn.name.toLowerCase() : urn.name;
    const stem = `${start.slice(0, named.longest - 8)}-`;
    const before = olds[named.property];
    if (typeof before === "string" && isGenerated(before, stem)) return before;
    const source =
        seed && seed.length > 0 ? createHash("sha256").update(seed).update(urn.name).digest() : randomBytes(4);
    return stem + source.toString("hex").slice(0, 7);
}

function isGenerated(name: string, stem: string): boolean {
    return name.startsWith(stem) && /^[0-9a-f]{7}$/.test(name.slice(stem.length));
}

async function answered<T>(answer: Promise<T>): Promise<T> {
    try {
        return await answer;
    } catch (error) {
        throw new Error(explain(error), { cause: error });
    }
}
