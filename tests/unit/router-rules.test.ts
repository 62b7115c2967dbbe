import type { Row } from "../../router/api";
import { type Call, refusal, rowsOf, withRouter } from "../../testing/embedded-router";

const mangle = "/ip/firewall/mangle";
const filter = "/ip/firewall/filter";
const ports = "failure: ports can be specified if proto is tcp,udp,udp-lite,dccp,sctp";

const add = async (call: Call, rule: Row, menu = mangle): Promise<Row> => {
    const answer = await call("PUT", menu, { chain: "forward", ...rule });
    expect([answer.status, answer.text]).toEqual([201, answer.text]);
    return answer.body as Row;
};
/** Three rules named by their comments, without FastTrack's dummy between them. */
const three = async (call: Call): Promise<Record<string, string>> => {
    const ids: Record<string, string> = {};
    for (const comment of ["a", "b", "c"]) ids[comment] = (await add(call, { comment }))[".id"]!;
    return ids;
};
const order = async (call: Call) => (await rowsOf(call, mangle)).map(({ comment }) => comment).join("");

describe("what a rule reads", () => {
    test("what was written, and the properties that are always there", () =>
        withRouter({}, async (call) => {
            const rule = await add(call, {
                action: "mark-connection",
                "new-connection-mark": "s3",
                "dst-address": "10.0.0.1/32",
                protocol: "6",
                "dst-port": "443",
                "connection-state": "!established,related",
                "out-interface": "ether5",
                "in-interface-list": "!WAN",
                passthrough: "yes",
                "src-mac-address": "aa:bb:cc:dd:ee:ff",
            });
            expect(rule).toEqual({
                ".id": rule[".id"],
                chain: "forward",
                action: "mark-connection",
                "new-connection-mark": "s3",
                "dst-address": "10.0.0.1",
                protocol: "tcp",
                "dst-port": "443",
                "connection-state": "!established,related",
                "out-interface": "ether5",
                "in-interface-list": "!WAN",
                passthrough: "true",
                "src-mac-address": "AA:BB:CC:DD:EE:FF",
                bytes: "0",
                packets: "0",
                dynamic: "false",
                invalid: "false",
            });
        }));

    test("action is accept where none is given", () =>
        withRouter({}, async (call) => expect(await add(call, {})).toMatchObject({ action: "accept" })));

    test("disabled, log and log-prefix: only when written, and from then on", () =>
        withRouter({ version: "7.24" }, async (call) => {
            const { ".id": id, ...rule } = await add(call, {});
            for (const name of ["disabled", "log", "log-prefix"]) expect(rule).not.toHaveProperty(name);
            expect(await add(call, { disabled: "no" })).toMatchObject({ disabled: "false" });
            await call("PATCH", `${mangle}/${id}`, { disabled: "yes" });
            expect((await call("PATCH", `${mangle}/${id}`, { disabled: "no" })).body).toMatchObject({
                disabled: "false",
            });
        }));

    test("before 7.21 they are always there", () =>
        withRouter({ version: "7.20.8" }, async (call) => {
            expect(await add(call, {})).toMatchObject({ disabled: "false", log: "false", "log-prefix": "" });
        }));

    test("invalid: a list without entries, an unknown jump target, and a repeated rule nobody jumps to", () =>
        withRouter({}, async (call) => {
            const invalid = async (rule: Row) => (await add(call, rule))["invalid"];
            expect(await invalid({ "src-address-list": "nothing" })).toBe("true");
            await call("PUT", "/ip/firewall/address-list", { list: "nothing", address: "10.0.0.1" });
            expect((await rowsOf(call, mangle))[0]).toMatchObject({ invalid: "false" });
            expect(await invalid({ action: "jump", "jump-target": "nowhere" })).toBe("true");
            expect(await invalid({ chain: "mine", comment: "x" })).toBe("false");
            expect(await invalid({ chain: "mine", comment: "x" })).toBe("true");
            expect(await invalid({ comment: "x" })).toBe("false");
            expect(await invalid({ comment: "x" })).toBe("false");
        }));
});

describe("what is refused", () => {
    test.each<[Row, string]>([
        [{ "out-interface": "ether9" }, "input does not match any value of interface"],
        [{ "in-interface": "" }, "ambiguous value of interface, more than one possible value matches input"],
        [{ "in-interface-list": "DMZ" }, "input does not match any value of interface-list"],
        [{ protocol: "tcpp" }, "input does not match any value of protocol"],
        [{ protocol: "" }, "input does not match any value of protocol"],
        [{ action: "mark" }, "input does not match any value of action"],
        [{ "connection-state": "open" }, "input does not match any value of connection-state"],
        [{ "src-address": "10.0.0.0/40" }, "value of range expects range of ip addresses"],
        [{ "dst-port": "443" }, ports],
        [{ "src-port": "443", protocol: "icmp" }, ports],
        [{ protocol: "tcp", "dst-port": "65536" }, "value of range out of range (0..65535)"],
        [{ chain: "" }, "missing =chain="],
        [{ "src-mac-address": "aa:bb" }, "invalid value for argument src-mac-address"],
        [{ action: "mark-packet" }, "failure: new-packet-mark must be specified"],
        [{ "hw-offload": "yes" }, "unknown parameter hw-offload"],
    ])("%j: %s", (rule, detail) =>
        withRouter({}, async (call) => {
            expect(refusal(await call("PUT", mangle, { chain: "forward", ...rule }))).toEqual([400, detail]);
            expect(await rowsOf(call, mangle)).toEqual([]);
        }),
    );

    test("ports without protocol: on the rule as it would be", () =>
        withRouter({}, async (call) => {
            const { ".id": id } = await add(call, { protocol: "tcp", "dst-port": "443" });
            expect(refusal(await call("PATCH", `${mangle}/${id}`, { protocol: "icmp" }))).toEqual([400, ports]);
            expect(refusal(await call("PATCH", `${mangle}/${id}`, { "!protocol": "" }))).toEqual([400, ports]);
            expect((await call("PATCH", `${mangle}/${id}`, { "!protocol": "", "!dst-port": "" })).status).toBe(200);
            expect((await call("PATCH", `${mangle}/${id}`, { protocol: "udp", "dst-port": "53" })).status).toBe(200);
        }));

    test("a refused PATCH changes nothing", () =>
        withRouter({}, async (call) => {
            const rule = await add(call, {});
            await call("PATCH", `${mangle}/${rule[".id"]}`, { comment: "new", protocol: "nonsense" });
            expect((await call("GET", `${mangle}/${rule[".id"]}`)).body).toEqual(rule);
        }));

    test("the 4097th packet mark", () =>
        withRouter({}, (_call, router) => {
            const rule = { chain: "forward", action: "mark-packet" };
            for (let mark = 1; mark <= 4096; mark++) router.add(mangle, { ...rule, "new-packet-mark": `m${mark}` });
            expect(() => router.add(mangle, { ...rule, "new-packet-mark": "one-more" })).toThrow("bad new packet mark");
            router.add(mangle, { ...rule, "new-packet-mark": "m7" });
            return Promise.resolve();
        }));

    test("what a version lacks", async () => {
        const offload = { chain: "forward", action: "fasttrack-connection", "hw-offload": "yes" };
        const dropping = { chain: "forward", action: "drop" };
        const answers = async (version: string) => {
            const result: unknown[] = [];
            await withRouter({ version }, async (call) => {
                result.push(refusal(await call("PUT", filter, offload)));
                result.push(refusal(await call("PUT", mangle, dropping)));
                result.push(refusal(await call("PUT", mangle, { chain: "forward", tos: "1" })));
                result.push(refusal(await call("PUT", mangle, { chain: "forward", "log-prefix": "x".repeat(32) })));
            });
            return result;
        };
        const ok = [201, undefined];
        const noDrop = [400, "input does not match any value of action"];
        expect(await answers("7.20.8")).toEqual([ok, noDrop, [400, "unknown parameter tos"], ok]);
        const [noOffload, tooLong] = ["unknown parameter hw-offload", "invalid value for argument log-prefix"];
        expect(await answers("7.22.3")).toEqual([[400, noOffload], noDrop, ok, [400, tooLong]]);
        expect(await answers("7.24")).toEqual([[400, noOffload], ok, ok, [400, tooLong]]);
    });

    test("IPv6 has no FastTrack in mangle, and one in filter", () =>
        withRouter({}, async (call) => {
            const rule = { chain: "forward", action: "fasttrack-connection" };
            expect((await call("PUT", "/ipv6/firewall/mangle", rule)).status).toBe(400);
            expect((await call("PUT", "/ipv6/firewall/filter", rule)).status).toBe(201);
            expect((await call("GET", "/ipv6/firewall/filter")).body).toMatchObject([
                { comment: "special dummy rule to show fasttrack6 counters", dynamic: "true" },
                ...Array<object>((await rowsOf(call, "/ipv6/firewall/filter")).length).fill({}),
            ]);
        }));

    test("names without a check: lists, jump targets, marks", () =>
        withRouter({}, async (call) => {
            await add(call, { "dst-address-list": "none-such", "connection-mark": "none-such", "packet-mark": "!x" });
            await add(call, { action: "jump", "jump-target": "none-such" });
        }));
});

describe("clearing", () => {
    test("`!name` clears a matcher and a comment; an empty port stays as an empty matcher", () =>
        withRouter({}, async (call) => {
            const { ".id": id } = await add(call, { protocol: "tcp", "dst-port": "443", comment: "x" });
            const patch = async (body: Row) => (await call("PATCH", `${mangle}/${id}`, body)).body as Row;
            expect(await patch({ "dst-port": "" })).toMatchObject({ "dst-port": "" });
            expect(await patch({ "!dst-port": "" })).not.toHaveProperty("dst-port");
            expect(await patch({ comment: "" })).not.toHaveProperty("comment");
            expect(await patch({ comment: "y" })).toMatchObject({ comment: "y" });
            expect(await patch({ "!comment": "" })).not.toHaveProperty("comment");
            expect(refusal(await call("PATCH", `${mangle}/${id}`, { "!chain": "" }))).toEqual([
                400,
                "unknown parameter !chain",
            ]);
        }));

    test("unset clears matchers, and only what the menu names", () =>
        withRouter({}, async (call) => {
            const { ".id": id } = await add(call, { protocol: "tcp", "dst-port": "443" });
            const unset = (name: string) => call("POST", `${mangle}/unset`, { ".id": id, "value-name": name });
            expect((await unset("dst-port")).body).toEqual([]);
            expect((await call("GET", `${mangle}/${id}`)).body).not.toHaveProperty("dst-port");
            for (const name of ["action", "chain", "comment", "new-packet-mark"]) {
                expect(refusal(await unset(name))).toEqual([400, "input does not match any value of value-name"]);
            }
            expect((await unset("all")).status).toBe(200);
            expect(await rowsOf(call, mangle, "protocol")).toEqual([{ protocol: "tcp" }]);
            expect(refusal(await call("POST", `${mangle}/unset`, { ".id": id }))).toEqual([
                400,
                "missing =value-name=",
            ]);
        }));

    test("a matcher with a default word is cleared by reset", () =>
        withRouter({}, async (call) => {
            const { ".id": id } = await add(call, { comment: "x", "src-address": "10.0.0.1" });
            await call("POST", `${mangle}/reset`, { ".id": id, "src-address": "", comment: "" });
            expect(Object.keys((await call("GET", `${mangle}/${id}`)).body as Row)).not.toEqual(
                expect.arrayContaining(["src-address"]) as string[],
            );
        }));
});

describe("order", () => {
    test("add appends, place-before inserts and is not kept", () =>
        withRouter({}, async (call) => {
            const ids = await three(call);
            const rule = await add(call, { comment: "x", "place-before": ids["b"]! });
            expect(rule).not.toHaveProperty("place-before");
            expect(await order(call)).toBe("axbc");
            const patched = await call("PATCH", `${mangle}/${ids["a"]}`, { "place-before": ids["c"] });
            expect(refusal(patched)).toEqual([400, "unknown parameter place-before"]);
        }));

    test("place-before an unknown id is refused, or appends by switch", async () => {
        await withRouter({}, async (call) => {
            await three(call);
            const answer = await call("PUT", mangle, { chain: "forward", comment: "x", "place-before": "*99" });
            expect(answer.status).toBe(404);
            expect(await order(call)).toBe("abc");
        });
        await withRouter({ behaviour: { unknownPlaceBefore: "append" } }, async (call) => {
            await three(call);
            await add(call, { comment: "x", "place-before": "*99" });
            expect(await order(call)).toBe("abcx");
        });
    });

    test.each([
        [{ numbers: "c", destination: "a" }, "cab"],
        [{ numbers: "a", destination: "c" }, "bac"],
        [{ numbers: "a,b", destination: "" }, "cab"],
        [{ numbers: "c,a", destination: "b" }, "cab"],
        [{ numbers: "a" }, "bca"],
        [{ numbers: "a", destination: "*99" }, "bca"],
        [{ ".id": "b", destination: "a" }, "bac"],
        [{ numbers: "b", destination: "c" }, "abc"],
    ] as [Row, string][])("move %j gives %s, and ids stay", (body, expected) =>
        withRouter({}, async (call) => {
            const ids = await three(call);
            const known = (text: string) =>
                text
                    .split(",")
                    .map((name) => ids[name] ?? name)
                    .join(",");
            const sent = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, known(value)]));
            const answer = await call("POST", `${mangle}/move`, sent);
            expect([answer.status, answer.body]).toEqual([200, []]);
            expect(await order(call)).toBe(expected);
            const after: Record<string, unknown> = Object.fromEntries(
                (await rowsOf(call, mangle)).map((row) => [row["comment"]!, row[".id"]]),
            );
            expect(after).toEqual(ids);
        }),
    );

    test("what move refuses", () =>
        withRouter({}, async (call) => {
            const { a } = await three(call);
            const move = (body: Row) => call("POST", `${mangle}/move`, body);
            expect((await move({ numbers: "*99", destination: a! })).status).toBe(404);
            expect(refusal(await move({}))).toEqual([400, "missing =.id="]);
            expect(refusal(await move({ destination: a! }))).toEqual([400, "missing =.id="]);
            expect(refusal(await move({ numbers: a!, destination: a! }))).toEqual([
                400,
                "failure: can not move object before itself",
            ]);
        }));

    test("a number is a place in the whole table, a comment names its rule", () =>
        withRouter({}, async (call) => {
            await three(call);
            // Place 0 is FastTrack's dummy rule.
            await call("POST", `${mangle}/move`, { numbers: "3", destination: "1" });
            expect(await order(call)).toBe("cab");
            await call("POST", `${mangle}/move`, { numbers: "b", destination: "c" });
            expect(await order(call)).toBe("bca");
        }));
});

describe("FastTrack's dummy rule", () => {
    const dummy = async (call: Call, menu: string) => ((await call("GET", menu)).body as Row[])[0]!;

    test("stands first in filter and mangle, and can be neither moved nor placed before", () =>
        withRouter({}, async (call) => {
            for (const menu of [filter, mangle]) {
                const rule = await dummy(call, menu);
                expect(rule).toMatchObject({
                    chain: "forward",
                    action: "passthrough",
                    dynamic: "true",
                    comment: "special dummy rule to show fasttrack counters",
                });
                const placed = await call("PUT", menu, { chain: "forward", "place-before": rule[".id"] });
                expect(refusal(placed)).toEqual([400, "cannot move builtin"]);
                const moved = await call("POST", `${menu}/move`, { numbers: rule[".id"] });
                expect(refusal(moved)).toEqual([400, "cannot move builtin"]);
                expect((await call("DELETE", `${menu}/${rule[".id"]}`)).status).toBe(400);
                expect((await call("PATCH", `${menu}/${rule[".id"]}`, { comment: "x" })).status).toBe(400);
            }
        }));

    test("goes only when the FastTrack rules are gone and the router has restarted", () =>
        withRouter({}, async (call, router) => {
            const [rule] = (await call("GET", `${filter}?action=fasttrack-connection`)).body as Row[];
            await call("DELETE", `${filter}/${rule![".id"]}`);
            expect(await dummy(call, filter)).toMatchObject({ dynamic: "true" });
            router.restart();
            expect(await dummy(call, filter)).toMatchObject({ dynamic: "false" });
            expect((await call("GET", mangle)).body).toEqual([]);
            await add(call, { action: "fasttrack-connection" }, filter);
            expect(await dummy(call, filter)).toMatchObject({ dynamic: "true" });
        }));
});
