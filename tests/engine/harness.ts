/** What engine tests stand on: a real stack of its own for each stack. See `testing/scratch-stack.ts`. */
export * from "../../testing/scratch-stack";
