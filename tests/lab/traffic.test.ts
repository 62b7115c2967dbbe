import { once } from "node:events";
import net, { type AddressInfo } from "node:net";

import { serveBulk } from "../../lab/traffic/bulk";
import { ArrivalCounter } from "../../lab/traffic/counter";

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
