/**
 * Random cases of tests: the same ones in every run of all tests, so that a run can be repeated. `FUZZ_SEED=$RANDOM`
 * plays others.
 */
import fc from "fast-check";

export const seed = Number(process.env["FUZZ_SEED"] ?? 20_261_124);

fc.configureGlobal({ seed });

export { fc };
