/** The FastTrack bypass of rows as they are read: see the model of the forwarding path. */
import type { BypassMatchers, BypassRule } from "../../path";
import { bypassRules as rulesFor } from "../../path";
import type { Row } from "../../rows/row";
import { pathRow } from "../upload-path";

export function bypassRules(rows: readonly Row[], matchers: BypassMatchers): BypassRule[] {
    return rulesFor(rows.map(pathRow), matchers);
}
