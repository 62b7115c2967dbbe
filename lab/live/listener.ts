/** Listens in the namespace it is started in, at each `address port` it is given, and hands the listening sockets to its parent. */
import { once } from "node:events";
import net from "node:net";

async function main(): Promise<void> {
    const words = process.argv.slice(2);
    for (let index = 0; index + 1 < words.length; index += 2) {
        const server = net.createServer();
        server.listen({ host: words[index], port: Number(words[index + 1]), backlog: 256 });
        await once(server, "listening");
        await new Promise<void>((resolve) => process.send?.("listening", server, {}, () => resolve()));
        server.close();
    }
    process.disconnect();
}

void main();
