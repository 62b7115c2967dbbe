import { whileWaiting } from "../../providers/routeros/runtime/router/waiting";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

async function saidAfter(seconds: number): Promise<string[]> {
    const lines: string[] = [];
    let answer: (text: string) => void = () => undefined;
    const asked = new Promise<string>((resolve) => (answer = resolve));
    const waited = whileWaiting("GET /ip/firewall/address-list on http://router", asked, (line) => lines.push(line));
    jest.advanceTimersByTime(seconds * 1000);
    answer("rows");
    expect(await waited).toBe("rows");
    expect(jest.getTimerCount()).toBe(0);
    return lines;
}

test("nothing is said of an answer that comes soon", async () => {
    expect(await saidAfter(1.9)).toEqual([]);
});

test("an answer that takes long is named after two seconds, and again every ten", async () => {
    const what = "routeros: GET /ip/firewall/address-list on http://router";
    expect(await saidAfter(8)).toEqual([`${what}: 2 s without an answer so far`]);
    expect(await saidAfter(13)).toEqual([
        `${what}: 2 s without an answer so far`,
        `${what}: 12 s without an answer so far`,
    ]);
});

test("no more is said once the answer has failed", async () => {
    await expect(whileWaiting("GET /queue/tree", Promise.reject(new Error("gone")))).rejects.toThrow("gone");
    expect(jest.getTimerCount()).toBe(0);
});
