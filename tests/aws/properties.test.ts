import * as path from "node:path";

import ts from "typescript";

import type { Fields, Property } from "../../sandbox/aws/plugin/schema";
import { resourceTypes } from "../../sandbox/aws/plugin/types";

/** The type declarations of `@pulumi/aws`, as the compiler reads them. */
const tokens = Object.keys(resourceTypes);
const program = ts.createProgram(tokens.map(declarationFile), {
    lib: ["lib.es2023.d.ts"],
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    types: [],
    skipLibCheck: true,
});
const checker = program.getTypeChecker();

describe.each(tokens)("%s", (token) => {
    const name = token.split(":").at(-1)!;
    const { fields, outputs = [] } = resourceTypes[token]!;

    test("takes properties of the SDK's arguments alone, of their kinds", () => {
        expect(wrong(fields, declared(token, `${name}Args`), name)).toEqual([]);
    });

    test("answers with properties of the SDK's resource alone", () => {
        const known = checker.getDeclaredTypeOfSymbol(symbolOf(token, name)).getProperties();
        const names = new Set(known.map((property) => property.name));
        expect([...Object.keys(fields), ...outputs].filter((property) => !names.has(property))).toEqual([]);
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
