/** What the engine calls, the same for every kind of resource. */
import type { Requires } from "../../args";
import { inOrder } from "../kinds/in-order";
import type { CommonInputs, Json, Kind, PlanContext, Properties, State } from "../kinds/kind";
import type { ErrorCode } from "../router/errors";
import { isRouterError, isUnreachable, RouterError } from "../router/errors";
import { tellOnce, warnOnce } from "../router/once";
import type { Session } from "../router/session";
import { sessionFor, watchEngine } from "../router/session";
import type { ConnectionKey, ReadConfig } from "../router/settings";
import { environmentName, failsUnreachable, readSettings } from "../router/settings";
import type { Values } from "../rows/fields";
import { omit } from "../rows/objects";
import { ownersOf } from "../rows/ownership";
import { present } from "../rows/reconcile";
import type { Checked } from "./check";
import { carryOver, markerProblems, onRouter, recordName, refused } from "./check";
import type { Ledger } from "./converge";
import { contextOf, converge } from "./converge";
import { meantDevice, recordedHere } from "./device";
import { forgetFormer, recallFormer } from "./journal";
import { lossGuard } from "./loss-guard";
import { claimFor, observe } from "./observe";
import { equal, hasUnknown, onlyCompared, onlyInputs, plain, stateNames } from "./properties";

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

/** The methods for each of some kinds; what a stack requires is tested by all of them together. */
export function lifecyclesOf<Name extends string>(kinds: Readonly<Record<Name, Kind>>): Record<Name, Lifecycle> {
    const all = inOrder(kinds);
    const named = Object.entries<Kind>(kinds).map(([name, kind]) => [name, lifecycleOf(kind, all)]);
    return Object.fromEntries(named) as Record<Name, Lifecycle>;
}

function lifecycleOf(kind: Kind, kinds: readonly Kind[]): Lifecycle {
    let config: ReadConfig = () => undefined;
    const recorded = (props: Properties): CommonInputs & State =>
        (kind.ofBefore?.(props) ?? props) as CommonInputs & State;
    const sessionOf = (inputs: { connection?: string }): Session =>
        sessionFor(readSettings(config, inputs.connection ?? ""));

    return {
        configure(request) {
            // Stored before anything is awaited: other methods may run before this promise is done.
            config = (key) => request.config.get(key);
            watchEngine();
            return Promise.resolve();
        },

        async check(olds, news) {
            if (hasUnknown(news)) return { inputs: omit(news, "requires", "dryRun"), failures: [] };
            const args = omit(news, "__provider", "requires", "dryRun");
            const { inputs, problems } = kind.normalise(args);
            if (problems.length > 0) return refused(inputs, problems);
            const before = Object.keys(olds).length === 0 ? undefined : recorded(olds);
            if (isNamedTwice(kind, inputs, args)) {
                const reason = `${inputs.owner}: two resources of the program have this name, by which their rows are told; give one another`;
                return refused(inputs, [{ property: "", reason }]);
            }
            try {
                problems.push(...markerProblems(kind, inputs), ...lossGuard(kind, inputs, before, args));
                const session = sessionOf(inputs);
                const requires = (news["requires"] ?? {}) as Requires;
                const dryRun = news["dryRun"] === true;
                problems.push(...(await onRouter({ kind, kinds, session, inputs, before, requires, dryRun })));
            } catch (error) {
                if (!(error instanceof RouterError)) throw error;
                if (leftAlone(error)) carryOver(kind, inputs, before);
                else problems.push({ property: "", reason: toldOnce(error, inputs.owner) });
            }
            if (problems.length > 0) return refused(inputs, problems);
            return { inputs: plain(inputs), failures: [] };
        },

        diff(_id, olds, news) {
            if (hasUnknown(news)) return Promise.resolve(difference(kind, [], true));
            const [before, after] = [recorded(olds), recorded(news)];
            const [was, now] = [onlyCompared(before), onlyCompared(after)];
            const names = new Set([...Object.keys(was), ...Object.keys(now)].filter((name) => !stateNames.has(name)));
            const changed = [...names].filter((name) => !equal(was[name], now[name]));
            const changes = changed.length > 0 || mismarked(kind, before, after);
            return Promise.resolve(difference(kind, changed, changes));
        },

        async create(inputs) {
            const outs = await write(recorded(inputs), undefined, inputs["__provider"]);
            return { id: recorded(inputs).owner, outs };
        },

        async update(_id, olds, news) {
            return { outs: await write(recorded(news), recorded(olds), news["__provider"]) };
        },

        async read(id, props) {
            try {
                const session = sessionOf(recorded(props));
                const olds = await recordedHere(session, recorded(props));
                const facts = await session.facts();
                const scope = kind.scope(olds, facts.version);
                const ledger: Ledger = { wrote: false, original: mapOf(olds.former) };
                const { rows } = await observe(session, scope, claimFor(kind, scope, olds, olds, ledger), false);
                await forgetFormer(session, scope.menu, olds, olds.former);
                await recallFormer(session, { menu: scope.menu, inputs: olds, olds }, rows, ledger.original);
                const context = contextOf({ kind, inputs: olds, olds, onlyRead: true }, scope, rows, ledger);
                session.recorded.set(recordName(kind, olds), {
                    menu: scope.menu.path,
                    ids: new Map(Object.entries(olds.ids ?? {})),
                });
                const found = { ...inputsOf(kind, context, olds), router: facts.device };
                return {
                    id,
                    props: plain({ ...found, ...stateOf(kind, context, ledger, olds) }),
                    inputs: plain(found),
                };
            } catch (error) {
                // On another device stands nothing that is recorded; check says whether it is the one that is meant.
                if (leftAlone(error, "preflight/device")) {
                    const kept = omit(props, "__provider");
                    return { id, props: kept, inputs: onlyInputs(kept) };
                }
                throw toldShort(error, recorded(props));
            }
        },

        async delete(_id, props) {
            try {
                const session = sessionOf(recorded(props));
                await remove(session, await recordedHere(session, recorded(props)));
            } catch (error) {
                throw toldShort(error, recorded(props));
            }
        },
    };

    async function remove(session: Session, olds: CommonInputs & State): Promise<void> {
        // With `up --replace` the new one is made in the place of the old one, and its rows are the same.
        if (kind.madeFirst === true && session.asked.has(recordName(kind, olds))) return;
        // What is given back as it was stays, whoever uses it.
        const givenBack = mapOf(olds.former).size > 0;
        if (!givenBack && (await kind.keep?.(session, olds))) {
            session.left.set(kind.title(olds), { olds, again: () => remove(session, olds) });
            return;
        }
        const ledger: Ledger = { wrote: false, original: mapOf(olds.former) };
        const spared = [...session.asked.values()].filter(
            ({ owner }) => kind.madeFirst === true && owner === olds.owner,
        );
        const { scope } = await converge({ kind, session, inputs: olds, olds, remove: true, spared }, ledger);
        await forgetFormer(session, scope.menu, olds);
        await kind.freed?.(session);
    }

    function severalRouters(): boolean {
        return config("routeros:connections") !== undefined;
    }

    async function write(
        inputs: CommonInputs,
        olds: (CommonInputs & State) | undefined,
        text: Json | undefined,
    ): Promise<Properties> {
        const ledger: Ledger = { wrote: false, original: new Map() };
        let before = olds;
        try {
            const session = sessionOf(inputs);
            const device = await meantDevice(session, olds?.router);
            before = olds && (await recordedHere(session, olds));
            ledger.original = mapOf(before?.former);
            // Made again while what was there before had to be left: it is the same row.
            const known = before ?? session.left.get(kind.title(inputs))?.olds;
            const job = { kind, session, inputs, ...(known ? { olds: known } : {}) };
            const context = await converge(job, ledger);
            const lost = await kind.givesWay?.(session, context);
            if (lost) {
                await converge({ ...job, inputs: lost.inputs }, ledger);
                throw lost.error;
            }
            session.left.delete(kind.title(inputs));
            await kind.done?.(session, context);
            await kind.freed?.(session);
            const found = { ...inputsOf(kind, context, inputs), router: device };
            return plain({ ...found, ...stateOf(kind, context, ledger, undefined) });
        } catch (error) {
            const told = isUnreachable(error) && severalRouters() ? error.retold(goOn(error)) : error;
            if (!ledger.wrote || !(told instanceof Error)) throw told;
            throw partial(told, kind, inputs, before, ledger, text);
        }
    }
}

function mapOf(values: State["former"] | undefined): Map<string, Values> {
    return new Map(Object.entries(values ?? {}));
}

/** Whether a row was changed by hand into one that is desired by now: it still carries the marker of what it was. */
function mismarked(kind: Kind, olds: Partial<State>, news: CommonInputs): boolean {
    const keys = Object.keys(olds.ids ?? {});
    if (keys.length === 0) return false;
    const desired = new Set(kind.desired(news).map(({ key }) => key));
    return keys.some((key) => !desired.has(key));
}

function difference(kind: Kind, changed: readonly string[], changes: boolean): Diffed {
    const replaces = changed.filter((name) => kind.replaces.includes(name));
    return { changes, replaces, deleteBeforeReplace: kind.madeFirst !== true };
}

function inputsOf(kind: Kind, context: PlanContext<CommonInputs>, olds: CommonInputs): Properties {
    return onlyInputs(kind.inputsFrom({ ...context, olds }));
}

function stateOf(
    kind: Kind,
    context: PlanContext<CommonInputs>,
    ledger: Ledger,
    olds: (CommonInputs & Partial<State>) | undefined,
): State {
    const { matched } = context;
    const rows = present(matched);
    const given = kind.given?.(context);
    const original = [...ledger.original].filter(([key]) => rows.has(key));
    const owners = olds ? ownersOf(olds, olds) : [];
    const duplicates = matched.duplicates.map(({ id }) => id);
    return {
        ids: Object.fromEntries([...rows].map(([key, { id }]) => [key, id])),
        ...(duplicates.length > 0 ? { surplus: duplicates } : {}),
        former: Object.fromEntries(original),
        ...(given ? { given } : {}),
        ...(owners.length > 1 ? { owners } : {}),
    };
}

/** A failure after a write may have reached the router: the resource is kept, and the next `up` goes on from there. */
function partial(
    error: Error,
    kind: Kind,
    inputs: CommonInputs,
    olds: (CommonInputs & State) | undefined,
    ledger: Ledger,
    text: Json | undefined,
): Error {
    const { context } = ledger;
    const found = context ? inputsOf(kind, context, inputs) : inputs;
    const state = context
        ? stateOf(kind, context, ledger, undefined)
        : { ids: olds?.ids ?? {}, former: Object.fromEntries(ledger.original) };
    const owners = ownersOf(inputs, olds);
    const ids = { ...olds?.ids, ...Object.fromEntries(ledger.ids ?? []), ...state.ids };
    // A copy: resources that wait for one answer share its failure, and each has a state of its own.
    const own = error instanceof RouterError ? error.retold({}) : error;
    return Object.assign(own, {
        id: inputs.owner,
        properties: plain({
            ...found,
            owner: inputs.owner,
            ...state,
            ids,
            former: { ...olds?.former, ...Object.fromEntries(ledger.original), ...state.former },
            ...(owners.length > 1 ? { owners } : {}),
            ...(text === undefined ? {} : { __provider: text }),
        }),
        reasons: [error.message],
    });
}

/** Pulumi allows one name twice, below different parents; a resource that is checked again says the same. */
function isNamedTwice(kind: Kind, inputs: CommonInputs, args: Properties): boolean {
    const { owner, connection = "" } = inputs;
    const { path } = kind.scope(inputs, undefined).menu;
    const wanted = JSON.stringify(args);
    return tellOnce(`${connection} ${path} ${owner}`, wanted) !== wanted;
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
