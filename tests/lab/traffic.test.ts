import dgram from "node:dgram";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";

import { serveBulk } from "../../lab/traffic/bulk";
import { ArrivalCounter } from "../../lab/traffic/counter";
import { serveCall } from "../../lab/traffic/packets";
import type { Packets } from "../../lab/traffic/protocol";

/** What arrived until now, as the counter's users are told. */
class Watched extends ArrivalCounter {
    private total = 0;

    private wanted: { bytes: number; reached: () => void } | undefined;

    override open(...args: Parameters<ArrivalCounter["open"]>): (bytes: number) => void {
        const count = super.open(...args);
        return (bytes) => {
            count(bytes);
            this.total += bytes;
            if (this.wanted && this.total >= this.wanted.bytes) this.wanted.reached();
        };
    }

    reach(bytes: number): Promise<void> {
        return new Promise((reached) => {
            this.wanted = { bytes, reached };
            if (this.total >= bytes) reached();
        });
    }
}

it("counts what arrives when it arrives, piece by piece, and waits for no timer", async () => {
    jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "hrtime", "performance"] });
    const counter = new Watched();
    const server = serveBulk(0, counter);
    await once(server, "listening");
    const socket = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
    try {
        socket.write('{"flow":"s3","send":0}\n');
        for (let piece = 1; piece <= 20; piece++) {
            socket.write(Buffer.alloc(1448));
            await counter.reach(piece * 1448);
        }
    } finally {
        jest.useRealTimers();
        socket.destroy();
        counter.collect();
        await new Promise((closed) => server.close(closed));
    }
});

it("counts what the far side of a call sends until the other hangs up, and not what it sends into the void", async () => {
    const far: Packets = { flow: "far", delays: [], sent: [] };
    const server = serveCall(0, () => far);
    await once(server, "listening");
    const caller = dgram.createSocket("udp4");
    const say = (): void => {
        const packet = Buffer.alloc(16);
        packet.writeDoubleLE(1, 8); // one each millisecond
        caller.send(packet, server.address().port, "127.0.0.1");
    };
    const hear = async (packets: number): Promise<void> => {
        for (let heard = 0; heard < packets; heard++) await once(caller, "message");
    };
    try {
        say();
        await hear(5);
        expect(far.sent).toEqual([]);
        say();
        while (far.delays.length < 2) await hear(1);
        const sent = far.sent.length;
        expect(sent).toBeGreaterThanOrEqual(5);
        await hear(5);
        expect(far.sent).toHaveLength(sent);
    } finally {
        caller.close();
        server.close();
    }
});
