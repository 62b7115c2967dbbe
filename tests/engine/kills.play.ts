/**
 * The engine or the dynamic provider's process killed with SIGKILL, at a chosen write: nothing is written by what is
 * left, and the next run goes on from there. One stack throughout; the tests build on each other.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import type { Row } from "../../router/api";
import { engineTimeout, type Outcome, providersOf, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

const lists = "/ip/firewall/address-list";
const mangle = "/ip/firewall/mangle";
const queues = "/queue/tree";
const writing = ["PUT", "PATCH", "DELETE", "POST"];

const program = (addresses: number, uplink: string) => `
const { AddressList, FirewallRules, QueueTree } = require("./bin/components");
const addresses = Array.from({ length: ${addresses} }, (_, index) => "198.51.100." + (index + 1));
const list = new AddressList("list", { list: "l", addresses });
const rules = new FirewallRules("rules", {
    table: "mangle",
    rules: [
        { key: "a", chain: "forward", action: "mark-connection", newConnectionMark: "c", dstAddressList: "l" },
        { key: "b", chain: "forward", action: "mark-packet", newPacketMark: "p", connectionMark: "c" },
    ],
}, { dependsOn: list });
const limits = { maxLimit: ${JSON.stringify(uplink)} };
new QueueTree("queues", {
    queues: [
        { name: "top", parent: "ether5", ...limits },
        { name: "rest", parent: "top", packetMarks: ["no-mark"], ...limits },
        { name: "s3", parent: "top", packetMarks: ["p"], ...limits },
    ],
}, { dependsOn: rules });
`;

/** Somebody else's rows, in the same list, chain and menu. */
const foreign: [string, Row][] = [
    [lists, { list: "l", address: "203.0.113.9", comment: "somebody's" }],
    [mangle, { chain: "forward", action: "passthrough", comment: "counter" }],
    [queues, { name: "guests", parent: "ether2", priority: "3" }],
];

describe("killed", () => {
    let stack: ScratchStack;
    let before: Record<string, Row[]>;

    beforeAll(async () => {
        stack = await startEngine({ program: { "index.js": program(5, "10M") } });
        for (const [menu, row] of foreign) stack.router.add(menu, row);
        before = stack.router.configuration();
    });
    afterAll(() => stack.stop());

    const write = (text: string): void => fs.writeFileSync(path.join(stack.folder, "index.js"), text);
    const ours = (menu: string): Row[] => stack.router.rows(menu).filter((row) => row["comment"]?.includes("[pulumi:"));
    const writes = () => stack.router.log.filter(({ method }) => writing.includes(method));

    /** Rows of ours as they are wanted, each once, beside the foreign ones as they were. */
    function expectWhole(addresses: number, uplink: string): void {
        expect(ours(lists).map((row) => row["address"])).toHaveLength(addresses);
        expect(new Set(ours(lists).map((row) => row["address"])).size).toBe(addresses);
        expect(ours(mangle).map((row) => row["action"])).toEqual(["mark-connection", "mark-packet"]);
        expect(
            ours(queues)
                .map((row) => `${row["name"]} ${row["max-limit"]} ${row["disabled"]}`)
                .sort(),
        ).toEqual(["rest", "s3", "top"].map((name) => `${name} ${uplink} false`));
        for (const [menu, row] of foreign) {
            expect(stack.router.rows(menu)).toContainEqual(expect.objectContaining(row));
        }
    }

    /** Calls back at the nth write of a menu, before or after the router has carried it out, and once only. */
    function atWrite(nth: number, menu: string, when: "before" | "after", act: (index: number) => void): void {
        let seen = 0;
        const unhook = stack.router.onRequest((entry) => {
            if (entry.when !== when || !writing.includes(entry.method) || !entry.path.startsWith(menu)) return;
            seen += 1;
            if (seen !== nth) return;
            unhook();
            act(entry.index);
        });
    }

    /** An `up` whose provider is killed while its nth write of the menu has no answer. */
    async function upKilledInside(nth: number, menu: string, when: "before" | "after"): Promise<void> {
        stack.router.addFault({ kind: "hang", when, at: nth, methods: writing, path: menu });
        const killed: number[] = [];
        atWrite(nth, menu, when, () => killed.push(...kill("SIGKILL")));
        const up = await stack.up();
        stack.router.clearFaults();
        expect(killed).toHaveLength(1);
        expectFailed(up, menu === lists ? "AddressList (list)" : "QueueTree (queues)");
    }

    /** The resource whose process is gone is named, with what the engine has to say of it. */
    function expectFailed({ code, output }: Outcome, resource: string): void {
        expect(code).not.toBe(0);
        const at = output.indexOf(`${resource}:`, output.indexOf("Diagnostics:"));
        expect(at).toBeGreaterThan(0);
        expect(output.slice(at)).toMatch(/^.*\n\s+error: /);
    }

    function kill(signal: NodeJS.Signals): number[] {
        const pids = providersOf(stack.folder);
        for (const pid of pids) process.kill(pid, signal);
        return pids;
    }

    it("an engine in the middle of an up: its provider writes nothing more and ends", async () => {
        const engine = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "test"], {
            cwd: stack.folder,
            env: stack.env,
            stdio: "ignore",
        });
        stack.router.addFault({ kind: "hang", when: "after", at: 3, methods: writing });
        atWrite(3, lists, "after", () => engine.kill("SIGKILL"));
        await once(engine, "exit");
        expect(providersOf(stack.folder)).toHaveLength(1);
        // The third write is answered now; what would have come after it does not.
        stack.router.release();
        stack.router.clearFaults();
        while (providersOf(stack.folder).length > 0) await pause(20);
        const answered = { method: "PUT", path: lists, status: 201 };
        expect(writes()).toMatchObject([answered, answered, answered]);
        expect(ours(lists)).toHaveLength(3);

        expect((await stack.up()).output).toMatch(/pulumi cancel/);
        expect(await stack.pulumi(["cancel", "--yes"])).toMatchObject({ code: 0 });
        const up = await stack.up();
        expect(up).toMatchObject({ code: 0, output: expect.stringContaining("interrupted while creating") as string });
        expectWhole(5, "10000000");
        // The engine goes on telling of the create that it did not see the end of, until it is told to forget it.
        const clear = await stack.refresh(["--clear-pending-creates", "--expect-no-changes"]);
        expect(clear).toMatchObject({ code: 0 });
        const preview = await stack.preview(["--refresh", "--expect-no-changes"]);
        expect(preview).toMatchObject({ code: 0 });
        expect(preview.output).not.toContain("interrupted");
    });

    it("a provider inside a write that the router has carried out: the up says so, the next one adds what is missing", async () => {
        expect(await stack.destroy()).toMatchObject({ code: 0 });
        await upKilledInside(2, lists, "after");
        expect(ours(lists)).toHaveLength(2);
        expect(await stack.up()).toMatchObject({ code: 0 });
        expectWhole(5, "10000000");
        expect(await stack.preview(["--refresh", "--expect-no-changes"])).toMatchObject({ code: 0 });
    });

    it("a provider inside a write that the router has not carried out: the next up changes what is left", async () => {
        write(program(7, "20M"));
        await upKilledInside(2, queues, "before");
        expect(ours(lists)).toHaveLength(7);
        expect(
            ours(queues)
                .map((row) => row["max-limit"])
                .sort(),
        ).toEqual(["10000000", "10000000", "20000000"]);
        expect(await stack.up()).toMatchObject({ code: 0 });
        expectWhole(7, "20000000");
        expect(await stack.preview(["--refresh", "--expect-no-changes"])).toMatchObject({ code: 0 });
    });

    it("a provider between two writes of a destroy: the next one leaves nothing of ours and all that is not", async () => {
        const answered: Promise<void>[] = [];
        atWrite(3, lists, "after", (index) => {
            // Stopped before it can read the answer, and so before it could send anything more.
            kill("SIGSTOP");
            answered.push(answer(index).then(() => void kill("SIGKILL")));
        });
        const destroy = await stack.destroy();
        await Promise.all(answered);
        expectFailed(destroy, "AddressList (list)");
        expect(ours(lists)).toHaveLength(4);
        expect(await stack.destroy()).toMatchObject({ code: 0 });
        expect(stack.router.configuration()).toEqual(before);
        expect(await stack.resources()).toEqual([]);
    });

    describe("an engine in the middle of a script", () => {
        const many = 60;

        /** Kills the engine after the fifth command of the second script. */
        async function killedInScript(operation: "up" | "destroy"): Promise<void> {
            stack.router.clearLog();
            stack.router.addFault({ kind: "hang", when: "after", at: 2, methods: ["POST"], path: "/execute" });
            const scripts: number[] = [];
            let alone = 0;
            const engine = spawn("pulumi", [operation, "--yes", "--skip-preview", "--non-interactive", "-s", "test"], {
                cwd: stack.folder,
                env: stack.env,
                stdio: "ignore",
            });
            const unhook = stack.router.onCommand(({ index, command }) => {
                if (!scripts.includes(index)) scripts.push(index);
                if (scripts.length !== 2) return;
                if (command === 5) engine.kill("SIGKILL");
                if (command > 5) alone += 1;
            });
            await once(engine, "exit");
            unhook();
            expect(engine.signalCode).toBe("SIGKILL");
            expect(providersOf(stack.folder)).toHaveLength(1);
            stack.router.release();
            stack.router.clearFaults();
            while (providersOf(stack.folder).length > 0) await pause(20);
            // The rest of it went on alone, and nothing came after it.
            expect(alone).toBeGreaterThan(0);
            const sent = writes().filter(({ path: menu }) => menu !== lists);
            expect(sent.filter(({ path: menu }) => menu === "/execute")).toHaveLength(2);
            expect(sent.at(-1)).toMatchObject({ method: "POST", path: "/execute" });
        }

        it("of an up: all of the script stands and nothing behind it; the next up adds the rest, nothing twice", async () => {
            write(program(many, "10M"));
            await killedInScript("up");
            const found = ours(lists).length;
            expect(found).toBeGreaterThan(5);
            expect(found).toBeLessThan(many);
            expect(await stack.pulumi(["cancel", "--yes"])).toMatchObject({ code: 0 });
            expect(await stack.up()).toMatchObject({ code: 0 });
            expectWhole(many, "10000000");
            expect(await stack.refresh(["--clear-pending-creates", "--expect-no-changes"])).toMatchObject({ code: 0 });
        });

        it("of a destroy: the next one leaves nothing of ours and all that is not", async () => {
            await killedInScript("destroy");
            expect(ours(lists).length).toBeLessThan(many);
            expect(ours(lists).length).toBeGreaterThan(0);
            expect(await stack.pulumi(["cancel", "--yes"])).toMatchObject({ code: 0 });
            expect(await stack.destroy()).toMatchObject({ code: 0 });
            expect(stack.router.configuration()).toEqual(before);
            expect(await stack.resources()).toEqual([]);
        });
    });

    /** Resolves once the router has answered the request. */
    async function answer(index: number): Promise<void> {
        while (!stack.router.log.some((one) => one.index === index)) await new Promise((next) => setImmediate(next));
    }
});

describe("killed while it takes rows over", () => {
    const program = `
const { QueueTree, QueueType } = require("./bin/components");
const type = new QueueType("type", {
    name: "cake-up", kind: "cake", parameters: { cakeDiffserv: "diffserv4" }, adopt: true,
});
const rates = { maxLimit: "19M", limitAt: "1M" };
new QueueTree("queues", { adopt: true, queues: [{ name: "line", parent: "ether5", queue: "cake-up", ...rates }] }, { dependsOn: type });
`;
    let stack: ScratchStack;

    beforeAll(async () => {
        stack = await startEngine({ program: { "index.js": program } });
        stack.router.add("/queue/type", { name: "cake-up", kind: "cake", "cake-diffserv": "besteffort" });
        stack.router.add(queues, { name: "line", parent: "ether5", queue: "cake-up", "max-limit": "20M" });
    });
    afterAll(() => stack.stop());

    it.each(["/queue/type", queues])(
        "an engine at a write to %s: a later destroy gives all of it back",
        async (menu) => {
            const before = stack.router.configuration();
            const engine = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "test"], {
                cwd: stack.folder,
                env: stack.env,
                stdio: "ignore",
            });
            stack.router.addFault({ kind: "hang", when: "after", at: 1, methods: writing, path: menu });
            const unhook = stack.router.onRequest((entry) => {
                if (entry.when === "after" && entry.method === "PATCH" && entry.path.startsWith(menu))
                    engine.kill("SIGKILL");
            });
            await once(engine, "exit");
            unhook();
            stack.router.release();
            stack.router.clearFaults();
            while (providersOf(stack.folder).length > 0) await pause(20);
            expect(stack.router.configuration()).not.toEqual(before);

            expect(await stack.pulumi(["cancel", "--yes"])).toMatchObject({ code: 0 });
            expect(await stack.up()).toMatchObject({ code: 0 });
            expect(await stack.refresh(["--clear-pending-creates"])).toMatchObject({ code: 0 });
            expect(await stack.destroy()).toMatchObject({ code: 0 });
            expect(stack.router.configuration()).toEqual(before);
        },
    );
});
