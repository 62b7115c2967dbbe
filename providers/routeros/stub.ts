/**
 * The text that each resource keeps in the state, as the code of its dynamic provider. It only requires compiled code
 * and passes calls on, holds nothing of a router, and never changes: states of every older version hold it.
 *
 * Pulumi would make such a text from functions, by reading them with the TypeScript compiler at every run of the
 * program. A text that is one already needs none of that, and cannot change with a compiler.
 */
import type { KindName } from "./runtime";

/**
 * The package where the program is another project's, the program's own build inside the repository (where the
 * package's name does not resolve). A failure inside either is passed on as it is.
 */
const text = `const load = () => {
    const fails = (error, name) => error.code !== "MODULE_NOT_FOUND" || !error.message.includes("'" + name + "'");
    try {
        return require("routeros-s3/runtime");
    } catch (error) {
        if (fails(error, "routeros-s3/runtime")) throw error;
    }
    const built = "./bin/providers/routeros/runtime/index.js";
    try {
        return require(built);
    } catch (error) {
        if (fails(error, built)) throw error;
        throw new Error("routeros-s3: not compiled; run \`npm run build\`");
    }
};
const pass = (method) => (...given) => load().lifecycle("KIND")[method](...given);
const methods = ["configure", "check", "diff", "create", "read", "update", "delete"];
exports.handler = () => Object.fromEntries(methods.map((method) => [method, pass(method)]));
`;

/** What the SDK's process for dynamic providers loads, and asks for the provider with `handler()`. */
export function providerText(kind: KindName): string {
    return text.replace("KIND", kind);
}
