/** What the engine calls, the same for every kind of resource. */
import type { Requires } from "../../args";
import type { CommonInputs, Json, Kind, PlanContext, Properties, State } from "../kinds/kind";
import { standing } from "../kinds/reading";
import type { ErrorCode } from "../router/errors";
import { isRouterError, isUnreachable, RouterError } from "../router/errors";
import type { Session } from "../router/session";
import { sessionFor, tellOnce, warnOnce, watchEngine } from "../router/session";
import type { ConnectionKey, ReadConfig } from "../router/settings";
import { environmentName, failsUnreachable, readSettings } from "../router/settings";
import { omit } from "../rows/objects";
import { ownersOf } from "../rows/ownership";
import type { Checked } from "./check";
import { carryOver, markerProblems, onRouter, recordName, refused } from "./check";
import { meantDevice, recordedHere } from "./device";
import type { Job, Ledger } from "./flow";
import { contextOf, settle } from "./flow";
import { hooksFor } from "./hooks";
import { claimFor, observe } from "./observe";
import { equal, hasUnknown, onlyInputs, plain, stateNames } from "./properties";

export interface Diffed {
    changes: boolean;
    replaces: string[];
    deleteBeforeReplace: boolean;
}

/** The methods of a dynamic provider. */
export interface Lifecycle {
    configure(request: { config: { get(key: string): string | undefined } }): Promise<void>;
    check(olds: Properties, news: Properties): Promise<Checked>;
    diff(id: string, olds: Properties, news: Properties): Promise<Diffed>;
    create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
    read(id: string, props: Properties): Promise<{ id: string; props: Properties; inputs: Properties }>;
    update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }>;
    delete(id: string, props: Properties): Promise<void>;
}

export function lifecycleOf<I extends CommonInputs>(kind: Kind<I>): Lifecycle {
    let config: ReadConfig = () => undefined;
    const sessionOf = (inputs: { connection?: string }): Session =>
        sessionFor(readSettings(config, inputs.connection ?? ""));
    const hooks = hooksFor(kind);

    return {
        configure(request) {
            // Stored before anything is awaited: other methods may run before this promise is done.
            config = (key) => request.config.get(key);
            watchEngine();
            return Promise.resolve();
        },

        async check(olds, news) {
            if (hasUnknown(news)) return { inputs: omit(news, "requires"), failures: [] };
            const args = omit(news, "__provider", "requires");
            const { inputs, problems } = kind.normalise(args);
            if (problems.length > 0) return refused(inputs, problems);
            const before = Object.keys(olds).length === 0 ? undefined : (olds as unknown as I);
            try {
                problems.push(...markerProblems(kind, inputs), ...(hooks.guard?.(inputs, before, args) ?? []));
                const session = sessionOf(inputs);
                const demands = (news["requires"] ?? {}) as unknown as Requires;
                await onRouter({ kind, session, inputs, before, demands, hooks, problems });
            } catch (error) {
                if (!(error instanceof RouterError)) throw error;
                if (leftAlone(error)) carryOver(inputs, before);
                else problems.push({ property: "", reason: toldOnce(error, inputs.owner) });
            }
            if (problems.length > 0) return refused(inputs, problems);
            return { inputs: plain(inputs), failures: [] };
        },

        diff(_id, olds, news) {
            if (hasUnknown(news)) return Promise.resolve(difference(kind, [], true));
            const names = new Set([...Object.keys(olds), ...Object.keys(news)].filter((name) => !stateNames.has(name)));
            const changed = [...names].filter((name) => !equal(olds[name], news[name]));
            const changes = changed.length > 0 || mismarked(kind, olds, news as unknown as I);
            return Promise.resolve(difference(kind, changed, changes));
        },

        async create(inputs) {
            const outs = await write(inputs as unknown as I, undefined, inputs["__provider"]);
            return { id: (inputs as unknown as I).owner, outs };
        },

        async update(_id, olds, news) {
            return { outs: await write(news as unknown as I, olds as unknown as I & State, news["__provider"]) };
        },

        async read(id, props) {
            try {
                const session = sessionOf(props);
                const olds = await recordedHere(session, props as unknown as I & State);
                const facts = await session.facts();
                const scope = kind.scope(olds, facts.version);
                const claim = claimFor(kind, scope, olds, olds, { former: olds.former ?? {} });
                const rows = await observe(session, scope, claim, false);
                const ledger: Ledger<I> = { wrote: false, former: olds.former ?? {} };
                const context = contextOf({ kind, inputs: olds, olds, onlyRead: true }, scope, rows, ledger);
                session.recorded.add(recordName(kind, olds));
                const found = { ...inputsOf(kind, context, olds), router: facts.device };
                return { id, props: plain({ ...found, ...stateOf(context, ledger, olds) }), inputs: plain(found) };
            } catch (error) {
                // On another device stands nothing that is recorded; check says whether it is the one that is meant.
                if (leftAlone(error, "preflight/device")) {
                    const kept = omit(props, "__provider");
                    return { id, props: kept, inputs: onlyInputs(kept) };
                }
                throw toldShort(error, props as unknown as I);
            }
        },

        async delete(_id, props) {
            try {
                const session = sessionOf(props);
                await remove(session, await recordedHere(session, props as unknown as I & State));
            } catch (error) {
                throw toldShort(error, props as unknown as I);
            }
        },
    };

    function prepared(session: Session): Pick<Job<I>, "amend" | "prepare"> {
        const { amend, prepare } = hooks;
        return {
            ...(amend ? { amend: (context) => amend(session, context) } : {}),
            ...(prepare ? { prepare: (operations, context) => prepare(session, operations, context) } : {}),
        };
    }

    async function remove(session: Session, olds: I & State): Promise<void> {
        if (await hooks.keep?.(session, olds)) {
            session.left.set(kind.title(olds), { olds, again: () => remove(session, olds) });
            return;
        }
        const ledger: Ledger<I> = { wrote: false, former: olds.former ?? {} };
        await settle({ kind, session, inputs: olds, olds, remove: true, ...prepared(session) }, ledger);
        await hooks.freed?.(session);
    }

    function severalRouters(): boolean {
        return config("routeros:connections") !== undefined;
    }

    async function write(inputs: I, olds: (I & State) | undefined, text: Json | undefined): Promise<Properties> {
        const ledger: Ledger<I> = { wrote: false, former: {} };
        let before = olds;
        try {
            const session = sessionOf(inputs);
            const device = await meantDevice(session, olds?.router);
            before = olds && (await recordedHere(session, olds));
            ledger.former = before?.former ?? {};
            // Made again while what was there before had to be left: it is the same row.
            const known = before ?? (session.left.get(kind.title(inputs))?.olds as (I & State) | undefined);
            const job: Job<I> = {
                kind,
                session,
                inputs,
                ...(known ? { olds: known } : {}),
                ...prepared(session),
            };
            const context = await settle(job, ledger);
            session.left.delete(kind.title(inputs));
            await hooks.done?.(session, context);
            await hooks.freed?.(session);
            const found = { ...inputsOf(kind, context, inputs), router: device };
            return plain({ ...found, ...stateOf(context, ledger, undefined) });
        } catch (error) {
            const told = isUnreachable(error) && severalRouters() ? error.retold(goOn(error)) : error;
            if (!ledger.wrote || !(told instanceof Error)) throw told;
            throw partial(told, kind, inputs, before, ledger, text);
        }
    }
}

/** Whether a row was changed by hand into one that is wanted by now: it still carries the marker of what it was. */
function mismarked<I extends CommonInputs>(kind: Kind<I>, olds: Properties, news: I): boolean {
    const recorded = Object.keys(olds["ids"] ?? {});
    if (recorded.length === 0) return false;
    const wanted = new Set(kind.wanted(news).map(({ key }) => key));
    return recorded.some((key) => !wanted.has(key));
}

function difference(kind: { replaces: readonly string[] }, changed: readonly string[], changes: boolean): Diffed {
    return { changes, replaces: changed.filter((name) => kind.replaces.includes(name)), deleteBeforeReplace: true };
}

function inputsOf<I extends CommonInputs>(kind: Kind<I>, context: PlanContext<I>, olds: I): I {
    return onlyInputs(kind.inputsFrom({ ...context, olds }) as unknown as Properties) as unknown as I;
}

function stateOf<I extends CommonInputs>(
    context: PlanContext<I>,
    ledger: Ledger<I>,
    olds: (I & Partial<State>) | undefined,
): State {
    const rows = standing(context.matched);
    const former = Object.entries(ledger.former).filter(([key]) => rows.has(key));
    const owners = olds ? ownersOf(olds, olds) : [];
    const surplus = context.matched.surplus.map((row) => row[".id"] ?? "");
    return {
        ids: Object.fromEntries([...rows].map(([key, row]) => [key, row[".id"] ?? ""])),
        ...(surplus.length > 0 ? { surplus } : {}),
        former: Object.fromEntries(former),
        ...(owners.length > 1 ? { owners } : {}),
    };
}

/** A failure after a write may have reached the router: the resource is kept, and the next `up` goes on from there. */
function partial<I extends CommonInputs>(
    error: Error,
    kind: Kind<I>,
    inputs: I,
    olds: (I & State) | undefined,
    ledger: Ledger<I>,
    text: Json | undefined,
): Error {
    const { context } = ledger;
    const found = context ? inputsOf(kind, context, inputs) : inputs;
    const state = context ? stateOf(context, ledger, undefined) : { ids: olds?.ids ?? {}, former: ledger.former };
    const owners = ownersOf(inputs, olds);
    const ids = { ...olds?.ids, ...ledger.ids, ...state.ids };
    // A copy: resources that wait for one answer share its failure, and each has a state of its own.
    const own = error instanceof RouterError ? error.retold({}) : error;
    return Object.assign(own, {
        id: inputs.owner,
        properties: plain({
            ...found,
            owner: inputs.owner,
            ...state,
            ids,
            former: { ...olds?.former, ...ledger.former, ...state.former },
            ...(owners.length > 1 ? { owners } : {}),
            ...(text === undefined ? {} : { __provider: text }),
        }),
        reasons: [error.message],
    });
}

/** The whole of an error at the first resource that meets it; the others only name it. */
function toldOnce(error: RouterError, owner: string): string {
    const first = tellOnce(error.message, owner);
    return first === owner ? error.message : `${error.code}, as at ${first.split("/").slice(2).join("/")}`;
}

/** An error that is thrown, told the same way. */
function toldShort(error: unknown, { owner, connection }: CommonInputs): unknown {
    if (!(error instanceof RouterError)) return error;
    const whole = error.retold(recordedHint(error, connection));
    return whole.retold({ message: toldOnce(whole, owner) });
}

/** The engine starts nothing new once a resource has failed, on other routers neither. */
function goOn({ remediation }: RouterError): { remediation: string } {
    return { remediation: `${remediation}. The other routers go on with \`pulumi up --continue-on-error\`` };
}

/** What of a configuration each error may come from, where another value of it stands in the stack by now. */
const fromConfiguration: Partial<Record<ErrorCode, ConnectionKey>> = {
    "login/refused": "password",
    "tls/fingerprint": "certificateFingerprint",
    "tls/not-trusted": "certificateFingerprint",
    "tls/name-mismatch": "certificateFingerprint",
    "tls/handshake": "url",
    "settings/missing": "url",
    "settings/invalid": "url",
    "settings/plaintext": "url",
    "settings/contradiction": "device",
    "preflight/device": "device",
};

/** refresh and destroy run with what was recorded at the last `up`, and so does the refresh that a project may ask for. */
function recordedHint(error: RouterError, connection: string | undefined): { remediation?: string } {
    const key = fromConfiguration[error.code];
    if (key === undefined) return {};
    const variable = environmentName(key, connection);
    // What is wrong with a login that was good at the last `up` is known.
    const before = error.code === "login/refused" ? "After a changed password" : `${error.remediation}. After a change`;
    return {
        remediation:
            `${before}: run \`pulumi up --refresh=false\` once; refresh and destroy use what was recorded at the last ` +
            `\`up\`, so set ${variable} for them, or add --run-program (to a destroy with --refresh=false)`,
    };
}

/**
 * Whether the router's side is left as it is, with a warning, so that the other side of the program goes on. Nobody
 * tells `read` what it is asked for: who wants to know whether anything differs sets `ROUTEROS_UNREACHABLE=fail`.
 */
function leftAlone(error: unknown, ...more: ErrorCode[]): boolean {
    const away = isUnreachable(error) || (more.length > 0 && isRouterError(error, ...more));
    if (!away || failsUnreachable()) return false;
    warnOnce(`${error.message} The router's side is left as it is.`);
    return true;
}
