import { PerDevice } from "../device/per-device";

/** A line of a menu that is not modelled: kept as it was written, and exported again. */
export interface KeptLine {
    path: string;
    text: string;
    /** The menu that stood before it. */
    after: string;
}

export const keptLines = new PerDevice<KeptLine[]>(() => []);
