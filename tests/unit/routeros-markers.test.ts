/** Whose row it is: the marker at the end of a comment, and the name of a queue type. */
import { createHash } from "node:crypto";

import {
    markedComment,
    markerOf,
    markerText,
    ownersOf,
    ownsTypeName,
    quotes,
    readComment,
    stackOf,
} from "../../providers/routeros/runtime/rows/ownership";
import { fc } from "../../testing/random";

test("come back from the end of a comment of any text, and from there alone", () => {
    fc.assert(
        fc.property(fc.string(), fc.string({ minLength: 1 }), fc.boolean(), (resource, key, adopted) => {
            const marker = { owner: `p/s/${resource}`, key, adopted };
            expect(readComment(markedComment("text", marker))).toEqual({ text: "text", marker });
            const quoted = `before ${markerText(marker)} after`;
            expect(readComment(quoted)).toEqual({ text: quoted });
            const both = `${markerText({ ...marker, key: "x" })} ${markerText(marker)}  `;
            expect(readComment(both).marker).toEqual(marker);
            expect(markerText(marker)).toMatch(/^[\x21-\x7e]+$/);
        }),
    );
});

test("a type is ours by its whole name: kind, stack and a hash of its resource's name or what it starts with", () => {
    const kind = "fq-codel";
    const hash = createHash("sha256").update("p/s/site").digest("hex").slice(0, 6);
    expect(ownsTypeName("p/s/site-leaf-fq-codel", { kind, name: `fq-codel-s-${hash}` })).toBe(true);
    expect(ownsTypeName("p/s/site-queues", { kind, name: `fq-codel-s-${hash}-uploads` })).toBe(true);
    for (const name of [
        `fq-codel-s-${hash}-uploads-2`,
        `fq-codel-s-${hash}-upload`,
        "fq-codel-s-000000-uploads",
        `my-fq-codel-s-${hash}`,
        `fq-codel-t-${hash}`,
        `fq-codel-s-${hash}-2`,
        "fq-codel-s-000000",
        "x",
    ]) {
        expect(ownsTypeName("p/s/site-leaf-fq-codel", { kind, name })).toBe(false);
    }
    expect(ownsTypeName("p/s/site", { kind, name: `fq-codel-s-${hash}` })).toBe(true);
    expect(ownsTypeName("p/s/sit", { kind, name: `fq-codel-s-${hash}` })).toBe(false);
    expect(ownsTypeName("p/s/site-leaf-fq-codel", { kind: "cake", name: `fq-codel-s-${hash}` })).toBe(false);
    expect(ownsTypeName("p/s/other", { kind, name: `fq-codel-s-${hash}` })).toBe(false);
});

test("nothing but a whole marker at the very end counts, and the text before it is kept to the letter", () => {
    const marker = { owner: "p/s/r", key: "k", adopted: false };
    expect(readComment(undefined)).toEqual({ text: "" });
    expect(readComment("")).toEqual({ text: "" });
    expect(readComment("by hand")).toEqual({ text: "by hand" });
    expect(readComment("  padded   [pulumi:p/s/r#k]")).toEqual({ text: "  padded", marker });
    expect(readComment("[pulumi:p/s/r#k] \t")).toEqual({ text: "", marker });
    for (const text of ["[pulumi:p/s/r]", "[pulumi:#k]", "[pulumi:p/s/r#]", "[pulumi:p/s/r#k,mine]", "x[pulumi:"])
        expect(readComment(text)).toEqual({ text });
});

test("what is not ASCII, or ends a marker, is written in percent form, two capital digits a byte", () => {
    expect(markerText({ owner: "p/s/ü x", key: "a#b,]", adopted: true })).toBe(
        "[pulumi:p/s/%C3%BC%20x#a%23b%2C%5D,adopted]",
    );
    expect(markerText({ owner: "p/s/r", key: "\u0001~+*@", adopted: false })).toBe("[pulumi:p/s/r#%01~+*@]");
    expect(markedComment("", { owner: "p/s/r", key: "k", adopted: false })).toBe("[pulumi:p/s/r#k]");
    // Somebody's own percent sign is no form of ours.
    expect(readComment("[pulumi:p/s/50%#k%]").marker).toEqual({ owner: "p/s/50%", key: "k%", adopted: false });
});

test("the marker's text is the same whatever stands before it, and there is none where there is no marker", () => {
    expect(markerOf("text [pulumi:p/s/r#k,adopted]")).toBe("[pulumi:p/s/r#k,adopted]");
    expect([markerOf("text"), markerOf(undefined)]).toEqual([undefined, undefined]);
});

test("a comment quotes any of several owners, wherever, and none that only begins alike", () => {
    expect(quotes("see [pulumi:p/s/r#k] there", ["p/s/other", "p/s/r"])).toBe(true);
    expect(quotes("see [pulumi:p/s/ra#k] there", ["p/s/other", "p/s/r"])).toBe(false);
    expect(quotes("by hand", ["p/s/r"])).toBe(false);
    expect(quotes("[pulumi:p/s/r#k]", [])).toBe(false);
});

test("a resource's owners are its own and all that were recorded, each once", () => {
    expect(ownersOf({ owner: "p/s/new" }, undefined)).toEqual(["p/s/new"]);
    expect(ownersOf({ owner: "p/s/new" }, { owner: "p/t/old" })).toEqual(["p/s/new", "p/t/old"]);
    const olds = { owner: "p/s/new", owners: ["p/s/new", "p/t/older"] };
    expect(ownersOf({ owner: "p/s/new" }, olds)).toEqual(["p/s/new", "p/t/older"]);
    expect(stackOf("p/s/a/b")).toBe("p/s/");
});

test("a comment of any length is read in one go, whatever in it looks like the beginning of a marker", () => {
    // Were the rest of it read anew at each of these, this would not end.
    const text = "[pulumi:".repeat(1 << 18);
    const blanks = " ".repeat(1 << 20);
    expect(readComment(text)).toEqual({ text });
    expect(readComment(`${text}${blanks}x`)).toEqual({ text: `${text}${blanks}x` });
    const marker = { owner: "p/s/r", key: "k", adopted: false };
    expect(readComment(`a${blanks}${markerText(marker)}${blanks}`)).toEqual({ text: "a", marker });
});
