import { Server, ServerCredentials } from "@grpc/grpc-js";
import { version } from "@pulumi/aws/package.json";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";

import { service } from "./service";

/** How the Pulumi engine starts a plugin: it reads a port from the first line, and ends the process when it is done. */
function main(): void {
    const server = new Server({ "grpc.max_receive_message_length": 1024 * 1024 * 400 });
    server.addService(ResourceProviderService, service(version, process.env));
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
        if (error) throw error;
        process.stdout.write(`${port}\n`);
    });
}

main();
