import { addressListMenus, listQuery } from "../../providers/routeros/runtime/kinds/address-list/menu";
import { queueTreeMenu } from "../../providers/routeros/runtime/kinds/queue-tree/menu";
import type { Client } from "../../providers/routeros/runtime/router/client";
import { Snapshot } from "../../providers/routeros/runtime/router/snapshot";

/** A router that takes so many seconds for an answer, and a clock that only it moves. */
function slow(seconds: number) {
    let now = 0;
    let asked = 0;
    const rows = (): Promise<[]> => {
        asked += 1;
        now += seconds * 1000;
        return Promise.resolve([]);
    };
    const snapshot = new Snapshot({ rows } as unknown as Client, 30_000, () => now);
    return { snapshot, asked: () => asked, pass: (more: number) => (now += more * 1000) };
}
const list = [addressListMenus.ipv4, listQuery("AmazonS3")] as const;

test("an answer is used for half a minute", async () => {
    const { snapshot, asked, pass } = slow(0.1);
    await snapshot.look(...list);
    pass(29);
    await snapshot.look(...list);
    expect(asked()).toBe(1);
    pass(2);
    await snapshot.look(...list);
    expect(asked()).toBe(2);
});

test("one that took the router eight seconds, for ten times as long", async () => {
    const { snapshot, asked, pass } = slow(8);
    await snapshot.look(...list);
    pass(79);
    await snapshot.look(...list);
    expect(asked()).toBe(1);
    pass(2);
    await snapshot.look(...list);
    expect(asked()).toBe(2);
});

test("right before the first write what is older than a look lasts is asked again, but for a list", async () => {
    const { snapshot, asked, pass } = slow(0.1);
    const tree = [queueTreeMenu, {}] as const;
    await snapshot.look(...list);
    await snapshot.look(...tree);
    pass(3);
    snapshot.forgetOutdated();
    await snapshot.look(...list);
    expect(asked()).toBe(2);
    await snapshot.look(...tree);
    expect(asked()).toBe(3);
});
