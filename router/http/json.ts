import { refuse } from "../errors";

/**
 * A body's JSON, as RouterOS documents its numbers: with a leading 0 octal, with 0x hexadecimal, no exponents. Numbers
 * come back as text, so that nothing is rounded. An empty body is undefined; what is no JSON is refused: assumed(json-body).
 */
export function parseBody(text: string): unknown {
    if (text.trim() === "") return undefined;
    const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?(?:0[xX][0-9a-fA-F]+|\d[\w.+-]*)/gs, (token) =>
        token.startsWith('"') ? token : JSON.stringify(readNumber(token)),
    );
    try {
        return JSON.parse(quoted) as unknown;
    } catch {
        throw refuse.malformedJson();
    }
}

function readNumber(token: string): string {
    const [sign, digits] = token.startsWith("-") ? ["-", token.slice(1)] : ["", token];
    if (/^0[xX]/.test(digits)) return sign + BigInt(digits).toString();
    if (/^0[0-7]+$/.test(digits)) return sign + BigInt(`0o${digits.slice(1)}`).toString();
    if (!/^\d+(\.\d+)?$/.test(digits)) throw refuse.malformedJson();
    return token;
}
