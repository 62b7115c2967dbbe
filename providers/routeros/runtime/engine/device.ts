/** Which device answers at an address, and whether it is the one that is meant. */
import type { State } from "../kinds/kind";
import { RouterError } from "../router/errors";
import { warnOnce } from "../router/once";
import type { Session } from "../router/session";
import { unknownDevice } from "../router/session";

/**
 * The device that answers. Another one than the recorded is refused, unless `routeros:device` names it: a swapped
 * device is given everything on purpose, a forgotten address would write one site's rows to another's router.
 *
 * @param recorded as the state knows it; a resource that is new goes by what others have recorded
 */
export async function meantDevice(session: Session, recorded: string | undefined): Promise<string> {
    session.recordedDevice = recorded ?? session.recordedDevice;
    const { device } = await session.facts();
    const known = session.recordedDevice ?? unknownDevice;
    if (known === device || known === unknownDevice) return device;
    // One that is named and answers is the one that is meant: no other is let through.
    const what = `${session.client.router} is another device (${device}) than the one recorded (${known})`;
    if (session.settings.device === undefined) throw new RouterError({ code: "preflight/device", summary: what });
    warnOnce(`${what}: all rows are written to it.`);
    return device;
}

/** What is recorded of a resource; on another device, that is meant, its ids and former values say nothing. */
export async function recordedHere<S extends Partial<State> & { router?: string }>(
    session: Session,
    olds: S,
): Promise<S> {
    const device = await meantDevice(session, olds.router);
    if (olds.router === undefined || olds.router === unknownDevice || olds.router === device) return olds;
    return { ...olds, ids: {}, former: {}, surplus: [] };
}
