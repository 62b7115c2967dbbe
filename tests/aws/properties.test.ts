import * as path from "node:path";

import ts from "typescript";

import type { Fields, Property } from "../../sandbox/aws/plugin/schema";
import { resourceTypes } from "../../sandbox/aws/plugin/types";

/** The type declarations of `@pulumi/aws`, as the compiler reads them. */
const tokens = Object.keys(resourceTypes);
const program = ts.createProgram(tokens.map(declarationFile), {
    lib: ["lib.es2023.d.ts"],
    strict: true,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    types: [],
    skipLibCheck: true,
});
const checker = program.getTypeChecker();

describe.each(tokens)("%s", (token) => {
    const name = token.split(":").at(-1)!;
    const { fields, outputs = [], inline = {} } = resourceTypes[token]!;

    test("takes properties of the SDK's arguments alone, of their kinds", () => {
        expect(wrong(fields, declared(token, `${name}Args`), name)).toEqual([]);
    });

    test("answers with properties of the SDK's resource alone", () => {
        const known = checker.getDeclaredTypeOfSymbol(symbolOf(token, name)).getProperties();
        const names = new Set(known.map((property) => property.name));
        expect([...Object.keys(fields), ...outputs].filter((property) => !names.has(property))).toEqual([]);
    });

    test("takes for computed what the SDK answers with and does not ask for", () => {
        expect(marked(fields)).toEqual(filledIn(fields, declared(token, `${name}Args`), declared(token, name)));
    });

    test("answers with everything that the SDK answers with, whether it was asked for or not", () => {
        const always = declared(token, name)
            .getProperties()
            .filter((property) => !ofEveryResource.has(property.name) && isAlwaysThere(property))
            .map((property) => property.name);
        const ours = new Set([...Object.keys(fields), ...outputs, ...Object.keys(inline)]);
        expect(always.filter((property) => !ours.has(property))).toEqual(absent[name] ?? []);
    });

    test("requires what the SDK requires", () => {
        const required = declared(token, `${name}Args`)
            .getProperties()
            .filter((property) => !(property.flags & ts.SymbolFlags.Optional))
            .map((property) => property.name);
        const ours = Object.keys(fields).filter((property) => fields[property]!.required);
        expect(required.filter((property) => !ours.includes(property))).toEqual([]);
    });
});

/** Answered with only where somebody set it, whatever the declaration says. */
const absent: Record<string, string[]> = {
    Bucket: ["acl", "logging", "replicationConfiguration", "website", "websiteDomain", "websiteEndpoint"],
    BucketLifecycleConfiguration: ["expectedBucketOwner"],
    Role: ["inlinePolicies", "managedPolicyArns", "namePrefix"],
    RolePolicy: ["namePrefix"],
    UserPolicy: ["namePrefix"],
};
const ofEveryResource = new Set(["id", "urn", "getProvider"]);

/** Paths of what is marked as computed here. */
function marked(fields: Fields, at = ""): string[] {
    return Object.entries(fields).flatMap(([name, property]) => [
        ...(property.computed ? [at + name] : []),
        ...(property.fields ? marked(property.fields, `${at}${name}.`) : []),
    ]);
}

/** Paths of what may be left out of the arguments and is in every answer. */
function filledIn(fields: Fields, args: ts.Type, answer: ts.Type, at = ""): string[] {
    return Object.entries(fields).flatMap(([name, property]) => {
        const [given, found] = [args.getProperty(name)!, answer.getProperty(name)!];
        const computed = (given.flags & ts.SymbolFlags.Optional) !== 0 && isAlwaysThere(found);
        const inner = () => {
            const [one, other] = [given, found].map((symbol) => innerType(property, symbol));
            return filledIn(property.fields!, one!, other!, `${at}${name}.`);
        };
        return [...(computed ? [at + name] : []), ...(property.fields ? inner() : [])];
    });
}

function innerType(property: Property, symbol: ts.Symbol): ts.Type {
    const fitting = resolved(outputOf(checker.getTypeOfSymbol(symbol))).find((choice) => fits(property, choice))!;
    return property.kind === "list" ? resolved(elementOf(fitting)!)[0]! : fitting;
}

/** Neither optional, nor an output that may be undefined. */
function isAlwaysThere(symbol: ts.Symbol): boolean {
    if (symbol.flags & (ts.SymbolFlags.Optional | ts.SymbolFlags.Method)) return false;
    return !/\| undefined>;?$/.test(symbol.valueDeclaration!.getText());
}

/** `pulumi.Output<T>` as T. */
function outputOf(type: ts.Type): ts.Type {
    return type.aliasSymbol?.name === "Output" ? type.aliasTypeArguments![0]! : type;
}

/** Every name or kind of ours that the declarations do not have. */
function wrong(fields: Fields, type: ts.Type, at: string): string[] {
    return Object.entries(fields).flatMap(([name, property]) => {
        const symbol = type.getProperty(name);
        if (!symbol) return [`${at}.${name} is not in the SDK`];
        const choices = resolved(checker.getTypeOfSymbol(symbol));
        const fitting = choices.filter((choice) => fits(property, choice));
        if (fitting.length === 0) {
            return [
                `${at}.${name} is no ${property.kind} but ${choices.map((one) => checker.typeToString(one)).join(" or ")}`,
            ];
        }
        if (!property.fields) return [];
        const inner = property.kind === "list" ? resolved(elementOf(fitting[0]!)!)[0]! : fitting[0]!;
        return wrong(property.fields, inner, `${at}.${name}`);
    });
}

function fits(property: Property, type: ts.Type): boolean {
    switch (property.kind) {
        case "number":
            return (type.flags & ts.TypeFlags.NumberLike) !== 0;
        case "boolean":
            return (type.flags & ts.TypeFlags.BooleanLike) !== 0;
        case "texts":
        case "list":
            return elementOf(type) !== undefined;
        case "map":
            return type.getStringIndexType() !== undefined;
        case "object":
            return isObject(type) && elementOf(type) === undefined && type.getStringIndexType() === undefined;
        default:
            return (type.flags & ts.TypeFlags.StringLike) !== 0;
    }
}

/** `pulumi.Input<A | B | undefined>` as A and B: of the union's members, those that are values. */
function resolved(type: ts.Type): ts.Type[] {
    if (type.aliasSymbol?.name === "Input") return type.aliasTypeArguments!.flatMap(resolved);
    if (type.isUnion()) return type.types.flatMap(resolved);
    return type.flags & ts.TypeFlags.Undefined ? [] : [type];
}

function elementOf(type: ts.Type): ts.Type | undefined {
    return type.getNumberIndexType();
}

function isObject(type: ts.Type): boolean {
    return (type.flags & ts.TypeFlags.Object) !== 0;
}

function declared(token: string, name: string): ts.Type {
    return checker.getDeclaredTypeOfSymbol(symbolOf(token, name));
}

function symbolOf(token: string, name: string): ts.Symbol {
    const file = program.getSourceFile(declarationFile(token))!;
    const found = checker.getExportsOfModule(checker.getSymbolAtLocation(file)!).find((one) => one.name === name);
    if (!found) throw new Error(`${name} is not declared in ${file.fileName}`);
    return found;
}

/** `aws:s3/bucketPolicy:BucketPolicy` is declared in `s3/bucketPolicy.d.ts`. */
function declarationFile(token: string): string {
    return path.join(path.dirname(require.resolve("@pulumi/aws/package.json")), `${token.split(":")[1]}.d.ts`);
}
