import { healthHeld, healthOfForty, healthOfTen } from "./health";
import { call, game, idle, objects, web } from "./latency";
import { loaded, responsiveness } from "./loaded";
import type { Scenario } from "./scenario";
import { alone, foreignDownload, notS3, other, otherRegion, running, sources } from "./sharing";

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
    healthOfTen,
    healthOfForty,
    ...healthHeld,
    running,
    foreignDownload,
    objects,
    notS3,
    otherRegion,
    sources,
    loaded,
    responsiveness,
];
