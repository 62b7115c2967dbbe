import { Client, connectivityState, credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import { version } from "@pulumi/aws/package.json";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";

import { loadSdks } from "./clients";
import { service } from "./service";

/** The engine's first questions need no SDK; what follows may, and nothing is to be done meanwhile. */
const untilIdle = 150;

/** How the Pulumi engine starts a plugin: it gives its own address, and reads the plugin's port from the first line. */
function main(): void {
    const server = new Server({ "grpc.max_receive_message_length": 1024 * 1024 * 400 });
    server.addService(ResourceProviderService, service(version, process.env));
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
        if (error) throw error;
        process.stdout.write(`${port}\n`);
        setTimeout(() => void loadSdks(), untilIdle).unref();
    });
    // The address comes last, after flags of logging and tracing.
    const engine = process.argv.slice(2).at(-1);
    if (engine) endWith(engine);
}

/** An engine that is killed ends no plugins; this one ends when its connection to the engine is lost. */
function endWith(engine: string): void {
    const channel = new Client(engine, credentials.createInsecure()).getChannel();
    let connected = false;
    const watch = () => {
        const state = channel.getConnectivityState(!connected);
        connected ||= state === connectivityState.READY;
        const lost = connected && state !== connectivityState.READY;
        if (lost || state === connectivityState.TRANSIENT_FAILURE) process.exit();
        channel.watchConnectivityState(state, Infinity, watch);
    };
    watch();
}

main();
