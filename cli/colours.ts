import pc from "picocolors";

/** Colour on a terminal only; picocolors by itself also takes a continuous integration's log for one. */
export const colours = pc.createColors(pc.isColorSupported && Boolean(process.stdout.isTTY));
