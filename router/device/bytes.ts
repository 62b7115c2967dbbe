/**
 * RouterOS keeps bytes, not characters. Text that is UTF-8 is held as such; a byte that is not is held as a lone surrogate
 * U+DC80 to U+DCFF, so that it comes back as the byte it was.
 */
export function fromBytes(bytes: Uint8Array): string {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let text = "";
    for (let at = 0; at < buffer.length;) {
        let end = at;
        while (end < buffer.length && lengthAt(buffer, end) > 0) end += lengthAt(buffer, end);
        text += buffer.toString("utf8", at, end);
        if (end < buffer.length) text += String.fromCharCode(0xdc00 + buffer[end++]!);
        at = end;
    }
    return text;
}

export function toBytes(text: string): Buffer {
    const parts: Buffer[] = [];
    let plain = "";
    for (const character of text) {
        const code = character.codePointAt(0)!;
        if (code < 0xdc80 || code > 0xdcff) {
            plain += character;
            continue;
        }
        parts.push(Buffer.from(plain), Buffer.from([code - 0xdc00]));
        plain = "";
    }
    return Buffer.concat([...parts, Buffer.from(plain)]);
}

/** JSON as RouterOS sends it: bytes that are no UTF-8 stand in it as they are (recorded). */
export function jsonBytes(value: unknown): Buffer {
    const text = JSON.stringify(value).replace(
        /\\(u(dc[89a-f][0-9a-f])|.)/g,
        (escape, _code, byte: string | undefined) =>
            byte === undefined ? escape : String.fromCharCode(parseInt(byte, 16)),
    );
    return toBytes(text);
}

/** Length of the UTF-8 sequence that starts there, 0 for none. */
function lengthAt(buffer: Buffer, at: number): number {
    const first = buffer[at]!;
    if (first < 0x80) return 1;
    const length =
        first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
    if (length === 0 || at + length > buffer.length) return 0;
    const text = buffer.toString("utf8", at, at + length);
    return text.includes("\ufffd") && !buffer.subarray(at, at + length).equals(Buffer.from("\ufffd")) ? 0 : length;
}
