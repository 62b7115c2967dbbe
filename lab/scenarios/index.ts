import { call, game, idle, objects, web } from "./latency";
import type { Scenario } from "./scenario";
import { alone, crowd, foreignDownload, many, notS3, other, otherRegion, running, sources } from "./sharing";

export { measureReference } from "./latency";
export type { Chart, Reference, Scenario, Setting } from "./scenario";

/** In the order they are played and shown. */
export const scenarios: readonly Scenario[] = [
    idle,
    alone,
    game,
    call,
    web,
    other,
    many,
    crowd,
    running,
    foreignDownload,
    objects,
    notS3,
    otherRegion,
    sources,
];
