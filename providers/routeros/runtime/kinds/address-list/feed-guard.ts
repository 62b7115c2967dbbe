/** Refuses a list from a feed that came down empty, cut short, or older than what was applied. Pure. */
import { refuseFeed } from "../../../../aws-ip-ranges/guard";
import { RouterError } from "../../router/errors";
import { isObject } from "../arguments";
import type { Problem, Properties } from "../kind";
import type { AddressListInputs } from ".";

const defaultShrink = 40;

export function feedGuard(
    inputs: AddressListInputs,
    before: AddressListInputs | undefined,
    args: Properties,
): Problem[] {
    const { source, addresses } = inputs;
    if (!source) return [];
    const old = before?.source;
    if (before && old && addresses.join() === before.addresses.join() && sameFeed(source, old)) {
        // A new token alone is no change: it is kept back until the addresses change with it.
        source.syncToken = old.syncToken;
        return [];
    }
    const given = args["source"];
    const limit = Number((isObject(given) ? given["maxShrinkPercent"] : undefined) ?? defaultShrink);
    const applied = before && old ? { ...old, addresses: before.addresses } : undefined;
    const refusal = refuseFeed(applied, { ...source, addresses }, limit);
    if (!refusal) return [];
    const { summary } = refusal;
    const remediation = refusal.remediation.replace(/^./, (letter) => letter.toUpperCase());
    const { message } = new RouterError({ code: "input/fewer-addresses", summary, remediation });
    return [{ property: "", reason: message }];
}

type Source = NonNullable<AddressListInputs["source"]>;

function sameFeed(a: Source, b: Source): boolean {
    return a.region === b.region && a.services.join() === b.services.join();
}
