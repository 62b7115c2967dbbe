import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** `salt:hash`; a test router's users, so a plain salted hash is enough to keep passwords out of the state file. */
export function hashPassword(password: string): string {
    const salt = randomBytes(8).toString("hex");
    return `${salt}:${digest(salt, password)}`;
}

export function isPassword(stored: string | undefined, password: string): boolean {
    if (stored === undefined) return password === "";
    const [salt, hash] = stored.split(":");
    const [expected, given] = [Buffer.from(hash ?? ""), Buffer.from(digest(salt ?? "", password))];
    return expected.length === given.length && timingSafeEqual(expected, given);
}

function digest(salt: string, password: string): string {
    return createHash("sha256").update(`${salt}\n${password}`).digest("hex");
}
