/**
 * The far end as a program: a resolver (port 53), a web server (port 80: `/bytes/100000` is a page of that size), and one that
 * takes whatever comes (port 9, RFC 863). It runs in the far namespace, is given the names it knows and its addresses, and ends with its standard input.
 */
import dgram from "node:dgram";
import http from "node:http";
import net from "node:net";

import { answerTo, type Names } from "./dns";

const [, , known = "{}", ...addresses] = process.argv;
const names = JSON.parse(known) as Names;

// A socket for each address: an answer must come from the one that was asked.
for (const own of addresses) {
    const udp = dgram.createSocket(net.isIPv6(own) ? "udp6" : "udp4");
    udp.on("message", (query, { port, address }) => {
        const answer = answerTo(query, names);
        if (answer) udp.send(answer, port, address);
    });
    udp.bind(53, own);
}
net.createServer((socket) => {
    let got = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
        got = Buffer.concat([got, chunk]);
        if (got.length < 2 || got.length < 2 + got.readUInt16BE(0)) return;
        const answer = answerTo(got.subarray(2, 2 + got.readUInt16BE(0)), names);
        if (!answer) return void socket.destroy();
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length, 0);
        socket.end(Buffer.concat([length, answer]));
    });
}).listen(53, "::");

net.createServer((socket) => socket.on("error", () => socket.destroy()).resume()).listen(9, "::");

const most = 100e6;
http.createServer((request, response) => {
    const bytes = Number(/^\/bytes\/(\d+)$/.exec(request.url ?? "")?.[1] ?? "0");
    response.setHeader("content-type", "application/octet-stream");
    response.end(Buffer.alloc(Math.min(bytes, most), 0x5a));
}).listen(80, "::", () => process.stdout.write("ready\n"));

process.stdin.on("close", () => process.exit(0)).resume();
