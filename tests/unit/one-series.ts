/** For tests of one series of operations on one menu of an embedded router. */
import { Writer, type Written } from "../../providers/routeros/runtime/engine/writer";
import { addressListMenus, listQuery } from "../../providers/routeros/runtime/kinds/address-list/menu";
import { firewallMenu } from "../../providers/routeros/runtime/kinds/firewall-rules/menu";
import type { RequestOptions } from "../../providers/routeros/runtime/router/client";
import type { RouterError } from "../../providers/routeros/runtime/router/errors";
import { type Session, sessionFor, tune } from "../../providers/routeros/runtime/router/session";
import type { Menu, Values } from "../../providers/routeros/runtime/rows/fields";
import { markedComment } from "../../providers/routeros/runtime/rows/ownership";
import type { Operation } from "../../providers/routeros/runtime/rows/reconcile";
import { readRow } from "../../providers/routeros/runtime/rows/row";
import { type Router, start } from "../../router";
import { quietAndQuick } from "../../testing/quiet";

export const list = addressListMenus.ipv4;
export const filter = firewallMenu("filter", "ipv4");
export const mangle = firewallMenu("mangle", "ipv4");
export const marked = (key: string): string => markedComment("", { owner: "site/test/l", key, adopted: false });

/** What a test works on, anew for each: the time is the test's. */
export const on = { time: 0, written: {} as Written } as {
    router: Router;
    session: Session;
    time: number;
    written: Written;
};

export function useRouter(): void {
    quietAndQuick();
    beforeEach(async () => {
        on.router = await start();
        on.time = 0;
        on.written = { wrote: false };
        tune({ now: () => on.time, scriptsFrom: 2 });
        open();
    });
    afterEach(async () => {
        tune({});
        await on.router.stop();
    });
}

/** A session with the router that writes singly, or by scripts. */
export function open(bulkWrites: "never" | "auto" = "never"): void {
    const login = { name: "", url: on.router.url, username: "admin", password: "" };
    on.session = sessionFor({ ...login, timeoutSeconds: 5, bulkWrites });
}

export const look = (menu: Menu) => ({
    rows: on.router.rows(menu.path).map((row) => readRow(menu, row)),
    at: on.time,
    took: 0,
});

/** Carries them out by what stands now. */
export function write(menu: Menu, operations: Operation[], more: { unmarked?: boolean; queries?: Values[] } = {}) {
    const queries = more.queries ?? [listQuery("L")];
    const writer = new Writer(on.session, { menu, queries }, 'list "L"', more.unmarked ?? false);
    return writer.all(operations, look(menu), on.written);
}
export async function failure(work: Promise<unknown>): Promise<RouterError> {
    const error = await work.then(
        () => undefined,
        (reason: unknown) => reason as RouterError,
    );
    if (!error) throw new Error("no failure");
    return error;
}

export const entry = (address: string): Values => ({ list: "L", address, comment: marked(address) });
export const add = (address: string, more: object = {}): Operation => ({
    kind: "add",
    key: address,
    values: entry(address),
    ...more,
});
export const set = (id: string, values: Values, clear: string[] = []): Operation => ({
    kind: "change",
    key: "k",
    id,
    difference: { set: values, clear },
});
export const remove = (id: string): Operation => ({ kind: "remove", key: "k", id });
export const rule = (comment: string, more: Values = {}): Values => ({
    chain: "forward",
    action: "accept",
    comment,
    ...more,
});
export const comments = ({ path }: Menu): string[] => on.router.rows(path).flatMap(({ comment }) => comment ?? []);
export const sent = (method: string) => on.router.log.filter((one) => one.method === method);

/** Does something once, right before or after the first request of a method. */
export function at(method: string, when: "before" | "after", work: () => void): void {
    const stop = on.router.onRequest((request) => {
        if (request.method !== method || request.when !== when) return;
        stop();
        work();
    });
}

/** What the client was given with the last request of a method, whose answer it lets through. */
export function optionsOf(method: string): () => RequestOptions {
    let last: RequestOptions | undefined;
    const send = on.session.client.request.bind(on.session.client);
    jest.spyOn(on.session.client, "request").mockImplementation((verb, path, options) => {
        if (verb === method) last = options;
        return send(verb, path, options);
    });
    return () => last ?? {};
}
