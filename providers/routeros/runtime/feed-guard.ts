/** Refuses a list that lost much of what was applied: a feed that came down empty or cut short. Pure. */
import { RouterError } from "./errors";
import type { AddressListInputs } from "./kinds/address-list";
import { isObject } from "./kinds/arguments";
import type { Problem, Properties } from "./kinds/kind";

const defaultShrink = 40;

export function feedGuard(
    inputs: AddressListInputs,
    before: AddressListInputs | undefined,
    args: Properties,
): Problem[] {
    const { source } = inputs;
    const old = before?.source;
    if (!source || !before || !old) return [];
    const sameFeed = source.region === old.region && source.services.join() === [...old.services].join();
    if (!sameFeed) return [];
    if (inputs.addresses.join() === before.addresses.join()) {
        // A new token alone is no change: it is kept back until the addresses change with it.
        source.syncToken = old.syncToken;
        return [];
    }
    // The same document as before: what is missing was taken away by hand, or on purpose.
    if (source.syncToken === old.syncToken) return [];
    const given = args["source"];
    const limit = Number((isObject(given) ? given["maxShrinkPercent"] : undefined) ?? defaultShrink);
    const kept = new Set(inputs.addresses);
    const lost = before.addresses.filter((address) => !kept.has(address)).length;
    if (before.addresses.length === 0 || (lost / before.addresses.length) * 100 <= limit) return [];
    const { message } = new RouterError({
        code: "input/fewer-addresses",
        summary:
            `the feed for ${source.services.join(", ")} in ${source.region} lost ${lost} of the ${before.addresses.length} ` +
            `addresses applied, more than ${limit} %`,
    });
    return [{ property: "", reason: message }];
}
