import type { Check } from "../harness/check";
import { transport } from "./01-transport";
import { urls } from "./02-urls";
import { methods } from "./03-methods";
import { reading } from "./04-reading";
import { values } from "./05-values";
import { unset } from "./06-unset";
import { ids } from "./07-ids";
import { flags } from "./08-flags";
import { errors } from "./09-errors";
import { addressLists } from "./10-address-lists";
import { rules } from "./11-rules";
import { order } from "./12-order";
import { queues } from "./13-queues";
import { references } from "./14-references";
import { fastTrack } from "./15-fasttrack";
import { traffic } from "./15-traffic";
import { scripts } from "./18-scripts";

/** Every assertion of the suite, in the order of the facts. */
export const checks: readonly Check[] = [
    ...transport,
    ...urls,
    ...methods,
    ...reading,
    ...values,
    ...unset,
    ...ids,
    ...flags,
    ...errors,
    ...addressLists,
    ...rules,
    ...order,
    ...queues,
    ...references,
    ...fastTrack,
    ...traffic,
    ...scripts,
];
