import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";

import { generate } from "selfsigned";

import { client, failure, json, listen, listener, peer, sockets, usePeer } from "./client-peer";

usePeer();

describe("over https", () => {
    let url: string;
    let certificate: { private: string; cert: string; fingerprint: string };

    async function secure(address: string): Promise<void> {
        const made = await generate([{ name: "commonName", value: "router" }], {
            extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: address }] }],
        } as never);
        certificate = made;
        const host = await listen(createSecureServer({ key: certificate.private, cert: certificate.cert }, listener));
        url = `https://${host}`;
    }
    const fingerprint = async (): Promise<string> => {
        const { X509Certificate } = await import("node:crypto");
        return new X509Certificate(certificate.cert).fingerprint256;
    };

    test("a certificate of an authority that is given is trusted", async () => {
        await secure("127.0.0.1");
        expect(await client(url, { caCertificate: certificate.cert }).rows("/interface")).toEqual([]);
    });

    test("a certificate that nobody vouches for is refused before a byte is sent", async () => {
        await secure("127.0.0.1");
        const error = await failure(client(url).rows("/interface"));
        expect(error.code).toBe("tls/not-trusted");
        expect(error.message).toContain("routeros:certificateFingerprint");
        expect(peer.seen).toEqual([]);
    });

    test("a certificate that nobody vouches for is shown with the command that pins it", async () => {
        await secure("127.0.0.1");
        const pin = `pulumi config set routeros:certificateFingerprint ${await fingerprint()}`;
        expect((await failure(client(url).rows("/interface"))).message).toContain(`\`${pin}\``);
        const other = { fingerprint: "AB:".repeat(31) + "AB" };
        expect((await failure(client(url, other).rows("/interface"))).message).toContain(`\`${pin}\``);
        const named = await failure(client(url, { ...other, name: "office" }).rows("/interface"));
        const path = "pulumi config set --path routeros:connections.office.certificateFingerprint";
        expect(named.message).toContain(`\`${path} ${await fingerprint()}\``);
        expect(peer.seen).toEqual([]);
    });

    test("NODE_TLS_REJECT_UNAUTHORIZED does not switch the check off", async () => {
        await secure("127.0.0.1");
        process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
        try {
            expect((await failure(client(url).rows("/interface"))).code).toBe("tls/not-trusted");
        } finally {
            delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
        }
        expect(peer.seen).toEqual([]);
    });

    test("a certificate for another address names the pin as the way out", async () => {
        await secure("192.0.2.1");
        const error = await failure(client(url, { caCertificate: certificate.cert }).rows("/interface"));
        expect(error.code).toBe("tls/name-mismatch");
        expect(error.message).toContain("routeros:certificateFingerprint");
    });

    test("the pinned certificate will do, whatever its name, on every new connection", async () => {
        await secure("192.0.2.1");
        peer.answer = (_request, response) => {
            response.setHeader("Connection", "close");
            json(response, []);
        };
        const router = client(url, { fingerprint: await fingerprint() });
        for (let index = 0; index < 3; index += 1) expect(await router.rows("/interface")).toEqual([]);
    });

    test("under a pin every connection shows its certificate: no session is taken up again", async () => {
        await secure("127.0.0.1");
        const again: boolean[] = [];
        peer.server.on("secureConnection", (socket: TLSSocket) => again.push(socket.isSessionReused()));
        peer.answer = (_request, response) => {
            response.setHeader("Connection", "close");
            json(response, []);
        };
        const router = client(url, { fingerprint: await fingerprint() });
        for (let index = 0; index < 3; index += 1) await router.rows("/interface");
        expect(again).toEqual([false, false, false]);
    });

    test("another certificate than the pinned one gets not a byte of a request, also on reconnect", async () => {
        await secure("127.0.0.1");
        const pinned = await fingerprint();
        const error = await failure(client(url, { fingerprint: "AB:".repeat(31) + "AB" }).rows("/interface"));
        expect(error.code).toBe("tls/fingerprint");
        expect(error.message).toContain(pinned);
        expect(peer.seen).toEqual([]);

        const router = client(url, { fingerprint: pinned });
        await router.rows("/interface");
        // The same address, another certificate: somebody has come between.
        const { port } = peer.server.address() as AddressInfo;
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => peer.server.close(resolve));
        const other = await generate([{ name: "commonName", value: "router" }]);
        peer.server = createSecureServer({ key: other.private, cert: other.cert }, listener);
        await new Promise<void>((resolve) => peer.server.listen(port, "127.0.0.1", resolve));
        peer.seen = [];
        expect((await failure(router.rows("/interface"))).code).toBe("tls/fingerprint");
        expect(peer.seen).toEqual([]);
    });

    test("plain http behind the port is said as such", async () => {
        url = `https://${await listen(createServer(listener))}`;
        expect((await failure(client(url).rows("/interface"))).code).toBe("tls/handshake");
    });
});
