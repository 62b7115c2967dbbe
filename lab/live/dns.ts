import ipaddr from "ipaddr.js";

/** Addresses by name; `*.name` stands for every name below. */
export type Names = Record<string, { ipv4: string; ipv6: string }>;

const types = { 1: "ipv4", 28: "ipv6" } as const;
const headLength = 12;
const seconds = 60;

/**
 * Answers one question as a resolver does (RFC 1035, 4.1): the address of a name that is known, nothing for another type of
 * it, "no such name" for the rest. Undefined for what is no question.
 */
export function answerTo(query: Buffer, names: Names): Buffer | undefined {
    const question = questionOf(query);
    if (!question) return undefined;
    const { name, type, end } = question;
    const known = names[name] ?? names[name.replace(/^[^.]+/, "*")];
    const address = known?.[types[type as keyof typeof types]];
    const data = address === undefined ? undefined : Buffer.from(ipaddr.parse(address).toByteArray());
    const head = Buffer.alloc(headLength);
    query.copy(head, 0, 0, 2);
    // An answer, recursion wanted and there; the root is known to every resolver.
    head.writeUInt16BE(0x8180 | (known || name === "" ? 0 : 3), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(data ? 1 : 0, 6);
    const asked = query.subarray(headLength, end);
    if (!data) return Buffer.concat([head, asked]);
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc000 | headLength, 0); // the name of the question
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(seconds, 6);
    record.writeUInt16BE(data.length, 10);
    return Buffer.concat([head, asked, record, data]);
}

function questionOf(query: Buffer): { name: string; type: number; end: number } | undefined {
    if (query.length < headLength || query.readUInt16BE(2) & 0x8000 || query.readUInt16BE(4) !== 1) return undefined;
    const labels: string[] = [];
    let at = headLength;
    for (let length = query[at]; length !== 0; length = query[at]) {
        if (length === undefined || length > 63) return undefined;
        labels.push(query.toString("latin1", at + 1, at + 1 + length).toLowerCase());
        at += 1 + length;
    }
    if (at + 5 > query.length) return undefined;
    return { name: labels.join("."), type: query.readUInt16BE(at + 1), end: at + 5 };
}
