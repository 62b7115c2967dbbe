import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";

import { credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import { version } from "@pulumi/aws/package.json";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ConfigureRequest } from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

const program = path.resolve(__dirname, "../../sandbox/aws/plugin/start.cjs");

test.each([
    ["", []],
    [", told to log and trace", ["-logtostderr", "-v=3", "--tracing", "127.0.0.1:9"]],
])(
    "is a plugin of the SDK's version, refuses to work outside the sandbox, and ends with its engine%s",
    async (_, flags) => {
        const engine = new Server();
        const address = await new Promise<string>((resolve, reject) => {
            engine.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
                error ? reject(error) : resolve(`127.0.0.1:${port}`),
            );
        });
        const env = { ...process.env, ROUTEROS_S3_SANDBOX: undefined };
        const child = spawn(process.execPath, [program, ...flags, address], {
            env,
            stdio: ["ignore", "pipe", "inherit"],
        });
        const ended = once(child, "close");
        try {
            const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
            expect(line).toMatch(/^\d+\n$/);
            const client = new ResourceProviderClient(`127.0.0.1:${line.trim()}`, credentials.createInsecure());
            const info = await new Promise<PluginInfo>((resolve, reject) =>
                client.getPluginInfo(new Empty(), (error, answer) => (error ? reject(error) : resolve(answer))),
            );
            expect(info.getVersion()).toBe(version);
            const refused = await new Promise<string | undefined>((resolve) =>
                client.configure(new ConfigureRequest(), (error) => resolve(error?.details)),
            );
            expect(refused).toMatch(/serves the sandbox alone/);
            client.close();
            expect(child.exitCode).toBeNull();

            engine.forceShutdown();
            expect(await ended).toEqual([0, null]);
        } finally {
            engine.forceShutdown();
            child.kill("SIGKILL");
        }
    },
    20_000,
);
