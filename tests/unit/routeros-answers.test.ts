/** Answers that are another request's, or not what was sent: nothing of them is believed. */
import { Client, type RequestOptions } from "../../providers/routeros/runtime/router/client";
import type { Router } from "../../router";
import { start } from "../../router";
import { Carrier, type Declared } from "../../testing/carrier";
import { quietAndQuick } from "../../testing/quiet";
import { leafType, site } from "../../testing/site";

const lists = "/ip/firewall/address-list";
const tree = "/queue/tree";

quietAndQuick();

describe("an answer", () => {
    let router: Router;
    let carrier: Carrier;
    let spy: jest.SpyInstance | undefined;
    beforeEach(async () => {
        router = await start();
        carrier = new Carrier({ url: router.url });
    });
    afterEach(async () => {
        spy?.mockRestore();
        await router.stop();
    });

    const list = (...addresses: string[]): Declared[] => [
        { kind: "AddressList", name: "l", args: { list: "L", addresses } },
    ];

    test("that says removed, of a removal before it, leaves no row: a delete ends with a look", async () => {
        expect((await carrier.up(list("10.0.0.1", "10.0.0.2"))).error).toBeUndefined();
        router.addFault({ kind: "foreign-answer", when: "before", methods: ["DELETE"], at: 2 });
        const { error } = await carrier.destroy();
        expect(router.log.filter(({ method }) => method === "DELETE").length).toBeGreaterThan(2);
        expect(error).toBeUndefined();
        expect(router.rows(lists)).toEqual([]);
    });

    test("to an addition with a comment cut short is an error, and the row goes again", async () => {
        // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its client
        const send = Client.prototype.request;
        spy = jest.spyOn(Client.prototype, "request").mockImplementation(async function (
            this: Client,
            method,
            path,
            options,
        ) {
            const answer = await send.call(this, method, path, options);
            const cut = answer as { comment?: string };
            return method === "PUT" ? { ...cut, comment: cut.comment?.slice(0, 20) } : answer;
        });
        const { error } = await carrier.up(list("10.0.0.1"));
        expect(error?.message).toMatch(
            /10\.0\.0\.1 reads back with comment ".{20}"\. .*\[ownership\/marker-not-kept\]/,
        );
        expect(router.rows(lists)).toEqual([]);
    });

    test("to a change is about the row that was changed, and holds what was sent", async () => {
        const queues = (priority: number): Declared[] => [
            { kind: "QueueTree", name: "q", args: { queues: [{ name: "q", parent: "ether2", priority }] } },
        ];
        expect((await carrier.up(queues(8))).error).toBeUndefined();
        const seen: RequestOptions[] = [];
        // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its client
        const send = Client.prototype.request;
        spy = jest.spyOn(Client.prototype, "request").mockImplementation(function (
            this: Client,
            method,
            path,
            options,
        ) {
            if (method === "PATCH" && options) seen.push(options);
            return send.call(this, method, path, options);
        });
        expect((await carrier.up(queues(3))).error).toBeUndefined();
        const { expect: judge } = seen.at(-1) ?? {};
        const [row] = router.rows(tree);
        expect(judge?.(row)).toBeUndefined();
        expect(judge?.({ ...row, ".id": "*99" })).toBe("another row");
        expect(judge?.({ ...row, priority: "8" })).toBe("other values than were sent");
        expect(judge?.([])).toBe("no row");
    });

    test("of a simple queue keeps our queue type until it lets go of it", async () => {
        const only = site().filter(({ name }) => name === "queues-leaf");
        await carrier.up(only);
        const user = router.add("/queue/simple", { name: "g", target: "10.0.0.1", queue: `default/${leafType}` });
        expect((await carrier.destroy()).error).toBeUndefined();
        const types = (): (string | undefined)[] => router.rows("/queue/type").map(({ name }) => name);
        expect(types()).toContain(leafType);
        router.remove("/queue/simple", user);
        await carrier.up(only);
        await carrier.destroy();
        expect(types()).not.toContain(leafType);
    });
});
