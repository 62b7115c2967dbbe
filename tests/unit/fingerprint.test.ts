/** `routeros-s3 fingerprint`: what a router shows, and the line that pins it. */
import { once } from "node:events";
import net from "node:net";

import { fingerprintCommand } from "../../cli/router/fingerprint";
import { readSettings } from "../../providers/routeros/runtime/router/settings";
import { start } from "../../router";

async function run(...words: string[]): Promise<string> {
    const lines: string[] = [];
    const log = jest.spyOn(console, "log").mockImplementation((text: string) => void lines.push(text));
    try {
        const command = fingerprintCommand()
            .exitOverride()
            .configureOutput({ writeErr: () => undefined });
        await command.parseAsync(words, { from: "user" });
        return lines.join("\n");
    } finally {
        log.mockRestore();
    }
}

it("prints what pins the router, in both of its forms, and sends nothing", async () => {
    const router = await start({ https: true });
    try {
        const text = await run(router.url);
        const pin = /pulumi config set routeros:certificateFingerprint (\S+)$/m.exec(text)?.[1] ?? "";
        const config: Record<string, string> = {
            "routeros:url": router.url,
            "routeros:username": "u",
            "routeros:password": "p",
            "routeros:certificateFingerprint": pin,
        };
        expect(readSettings((key) => config[key], "", {}).fingerprint).toBe(pin);
        expect(text).toContain(pin.replaceAll(":", "").toLowerCase());
        expect(router.log).toEqual([]);
        expect(await run(router.url, "--connection", "shed")).toContain(
            `pulumi config set --path routeros:connections.shed.certificateFingerprint ${pin}`,
        );
    } finally {
        await router.stop();
    }
});

it("gives up on what is silent, and on what speaks no TLS, in one line", async () => {
    const silent = net.createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as net.AddressInfo;
    const router = await start();
    try {
        const next = /; check the address, and www-ssl in \/ip\/service on the router$/;
        await expect(run(`https://127.0.0.1:${port}`, "--timeout", "0.2")).rejects.toThrow("no answer in 0.2 s");
        await expect(run(router.url.replace("http:", "https:"))).rejects.toThrow(next);
        await expect(run("https://127.0.0.1:1")).rejects.toThrow("shows no certificate: ECONNREFUSED");
    } finally {
        silent.close();
        await router.stop();
    }
});

it.each([
    ["http://192.168.88.1", "http://192.168.88.1 shows no certificate: only https:// has one"],
    ["https://user:secret@192.168.88.1", "that is no address; it is written as https://192.168.88.1"],
    ["https://", "that is no address"],
])("refuses %s", async (url, text) => {
    await expect(run(url)).rejects.toThrow(text);
});

it("refuses a time-out that is none", async () => {
    await expect(run("https://192.168.88.1", "--timeout", "soon")).rejects.toThrow("1 to 3600 seconds");
});
