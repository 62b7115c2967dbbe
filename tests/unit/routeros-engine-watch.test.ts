import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ServerHttp2Session } from "node:http2";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { EngineWatch } from "../../providers/routeros/runtime/engine/engine-watch";
import { engineAddress, engineOfProcess, watch } from "../../providers/routeros/runtime/engine/engine-watch";
import { forget, lifecycles, tune } from "../../providers/routeros/runtime/lifecycles";
import { start } from "../../router";
import { Carrier } from "../../testing/carrier";
import { site } from "../../testing/site";

/** Stands for the engine: takes connections as gRPC does, and can be killed. */
class Engine {
    private readonly server = createServer();
    private readonly sessions = new Set<ServerHttp2Session>();
    private closed: Promise<void> | undefined;
    private arrived = (): void => undefined;

    constructor() {
        this.server.on("session", (session) => {
            this.sessions.add(session);
            session.on("error", () => undefined);
            session.on("close", () => this.sessions.delete(session));
            this.arrived();
        });
    }

    async listen(port = 0): Promise<number> {
        await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
        return (this.server.address() as AddressInfo).port;
    }

    /** Resolves with the next connection. */
    connection(): Promise<void> {
        return new Promise((resolve) => {
            this.arrived = resolve;
        });
    }

    /** Ends connections but goes on taking new ones. */
    drop(): void {
        for (const session of this.sessions) session.destroy();
    }

    /** Takes no new connections, and keeps those that it has. */
    refuse(): void {
        this.closed ??= new Promise((resolve) => this.server.close(() => resolve()));
    }

    async kill(): Promise<void> {
        this.refuse();
        this.drop();
        await this.closed;
    }
}

describe("the watch over the engine", () => {
    let watched: EngineWatch | undefined;
    afterEach(() => {
        watched?.close();
        forget();
        tune({});
    });

    test("lets writes through while the engine lives, also over a connection that it dropped", async () => {
        const engine = new Engine();
        watched = watch(`127.0.0.1:${await engine.listen()}`);
        await watched.check();
        const again = engine.connection();
        engine.drop();
        await again;
        await watched.check();
        await engine.kill();
        await expect(watched.check()).rejects.toThrow("connection/engine-gone");
    });

    test("knows it at once, also where the news of the closed connection has not come yet", async () => {
        const engine = new Engine();
        watched = watch(`127.0.0.1:${await engine.listen()}`);
        await watched.check();
        engine.refuse();
        await expect(watched.check()).rejects.toThrow("connection/engine-gone");
        await engine.kill();
    });

    test("stops for good once the engine is gone", async () => {
        const engine = new Engine();
        const port = await engine.listen();
        const left = jest.fn();
        watched = watch(`127.0.0.1:${port}`, left);
        await watched.check();
        await engine.kill();
        await expect(watched.check()).rejects.toThrow("connection/engine-gone");
        expect(left).toHaveBeenCalledTimes(1);
        const other = new Engine();
        await other.listen(port);
        await expect(watched.check()).rejects.toThrow("connection/engine-gone");
        await other.kill();
    });

    test.each([
        ["alone", ["127.0.0.1:4000"]],
        ["after flags of logging and tracing", ["-logtostderr", "-v=3", "--tracing", "127.0.0.1:9", "127.0.0.1:4000"]],
    ])("finds the engine's address %s", (_what, given) => {
        expect(engineAddress(given)).toBe("127.0.0.1:4000");
    });

    test("ends a provider whose engine dies before any router was asked for", async () => {
        const engine = new Engine();
        const folder = mkdtempSync(join(tmpdir(), "engine-watch-"));
        const script = join(folder, "dynamic-provider.cjs");
        const runtime = JSON.stringify(join(__dirname, "../../bin/providers/routeros/runtime/lifecycles.js"));
        writeFileSync(
            script,
            `require(${runtime}).lifecycles.AddressList.configure({ config: { get: () => undefined } });
            require("node:net").createServer().listen(0);`,
        );
        try {
            const connected = engine.connection();
            const flags = ["-logtostderr", "-v=3", `127.0.0.1:${await engine.listen()}`];
            const provider = spawn(process.execPath, [script, ...flags], { stdio: "ignore" });
            const exit = once(provider, "exit");
            await Promise.race([connected, exit]);
            expect(provider.exitCode).toBeNull();
            await engine.kill();
            expect((await exit)[0]).toBe(1);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    test("holds nothing anywhere but in the provider's process", async () => {
        await expect(engineOfProcess(() => Promise.resolve()).check()).resolves.toBeUndefined();
    });

    test("no write starts after the engine was killed, and what was written is known to the next up", async () => {
        const router = await start();
        const engine = new Engine();
        watched = watch(`127.0.0.1:${await engine.listen()}`);
        const carrier = new Carrier({ url: router.url });
        const [list] = site();
        try {
            const method = lifecycles.AddressList;
            tune({ engine: watched });
            await method.configure({ config: { get: (key) => carrier.config[key] } });
            const news = { ...(list?.args as Record<string, never>), owner: "site/test/s3-ipv4" };
            const { inputs } = await method.check({}, news);
            let killed: Promise<void> | undefined;
            router.onRequest(({ method: verb, when }) => {
                if (verb === "PUT" && when === "before") killed ??= engine.kill();
            });
            const error = await method.create({ ...inputs, __provider: "text" }).then(
                () => undefined,
                (reason: unknown) => reason as Error & { id: string; properties: object },
            );
            await killed;
            expect(error?.message).toMatch(/engine that started this has ended.*\[connection\/engine-gone\]/);
            expect(error?.id).toBe("site/test/s3-ipv4");
            const written = router.rows("/ip/firewall/address-list").length;
            expect(written).toBeGreaterThanOrEqual(1);
            expect(written).toBeLessThan(4);
            tune({});
            expect((await carrier.up(site())).error).toBeUndefined();
            expect(router.rows("/ip/firewall/address-list")).toHaveLength(4);
        } finally {
            await router.stop();
        }
    });
});
