/** What is said of a router that refuses or is away, by resources that share the failure. */
import { forget, lifecycles } from "../../providers/routeros/runtime/lifecycles";
import type { Router } from "../../router";
import { start } from "../../router";
import { Carrier } from "../../testing/carrier";
import { site } from "../../testing/site";

describe("a router that is recorded", () => {
    let router: Router;
    let carrier: Carrier;
    let warnings: jest.SpyInstance;

    beforeEach(async () => {
        warnings = jest.spyOn(console, "warn").mockReturnValue();
        router = await start({ password: "first" });
        carrier = new Carrier({ url: router.url, password: "first" });
        expect((await carrier.up(site())).error).toBeUndefined();
        forget();
    });
    afterEach(async () => {
        delete process.env["ROUTEROS_UNREACHABLE"];
        warnings.mockRestore();
        await router.stop();
    });

    /** All messages, read once every resource has failed, as the engine prints them. */
    async function messages(act: (one: Carrier["state"][number]) => Promise<unknown>): Promise<string[]> {
        for (const { kind } of carrier.state) {
            await lifecycles[kind].configure({ config: { get: (key) => carrier.config[key] } });
        }
        const settled = await Promise.allSettled(carrier.state.map(act));
        return settled.map((one) => (one.status === "rejected" ? (one.reason as Error).message : ""));
    }
    const read = ({ kind, id, outputs }: Carrier["state"][number]) =>
        lifecycles[kind].read(id, structuredClone(outputs));
    const remove = ({ kind, id, outputs }: Carrier["state"][number]) =>
        lifecycles[kind].delete(id, structuredClone(outputs));

    test.each([
        ["read", read],
        ["deleted", remove],
    ])(
        "refuses the login when it is %s: one resource says why and what helps, the others name it",
        async (_how, act) => {
            router.setPassword("admin", "second");
            const [whole, ...short] = (await messages(act)).sort((a, b) => b.length - a.length);
            expect(whole).toMatch(
                /refused \(401\).*pulumi up --refresh=false.*ROUTEROS_PASSWORD.*--run-program.*\[login\/refused\]$/,
            );
            expect(short).toHaveLength(site().length - 1);
            for (const text of short) expect(text).toMatch(/^login\/refused, as at \S+$/);
        },
    );

    test.each<[string, (refused: Carrier) => void, RegExp]>([
        [
            "a certificate that is not the pinned one",
            ({ config }) => {
                config["routeros:url"] = secure.url;
                config["routeros:certificateFingerprint"] = "AB".repeat(32);
            },
            /pulumi config set routeros:certificateFingerprint ([0-9A-F]{2}:){31}.*up --refresh=false.*ROUTEROS_CERTIFICATE_FINGERPRINT.*--run-program/,
        ],
        [
            "a certificate that nobody vouches for",
            ({ config }) => {
                config["routeros:url"] = secure.url;
            },
            /pulumi config set routeros:certificateFingerprint ([0-9A-F]{2}:){31}.*up --refresh=false.*ROUTEROS_CERTIFICATE_FINGERPRINT.*--run-program.*\[tls\/not-trusted\]/,
        ],
        [
            "no TLS at the port",
            ({ config }) => {
                config["routeros:url"] = router.url.replace("http:", "https:");
            },
            /no TLS with.*www-ssl.*up --refresh=false.*--run-program.*\[tls\/handshake\]/,
        ],
    ])("%s is told whole by one of them, with the command that helps", async (_what, spoil, text) => {
        secure = await start({ https: true });
        try {
            spoil(carrier);
            const all = await messages(read);
            expect(all.filter((message) => text.test(message))).toHaveLength(1);
            expect(all.filter((message) => /^tls\/[a-z-]+, as at/.test(message))).toHaveLength(site().length - 1);
        } finally {
            await secure.stop();
        }
    });
    let secure: Router;

    test("that is away is a warning and no difference; with ROUTEROS_UNREACHABLE=fail reading and checking fail", async () => {
        await router.stop();
        const preview = await carrier.preview(site());
        expect(preview.error).toBeUndefined();
        expect(preview.steps.map(({ op }) => op)).toEqual(site().map(() => "same"));
        expect(warnings).toHaveBeenCalledWith(expect.stringContaining("[connection/refused]"));

        process.env["ROUTEROS_UNREACHABLE"] = "fail";
        warnings.mockClear();
        const watched = (await messages(read)).sort((a, b) => b.length - a.length);
        expect(watched[0]).toContain("[connection/refused]");
        expect(watched.every((text) => text.includes("connection/refused"))).toBe(true);
        const checked = await carrier.preview(site(), { refresh: false });
        expect(checked.error?.message).toContain("connection/refused");
        expect(warnings).not.toHaveBeenCalled();

        process.env["ROUTEROS_UNREACHABLE"] = "maybe";
        await expect(carrier.preview(site())).resolves.toMatchObject({
            error: { message: expect.stringContaining("should hold fail or warn") as string },
        });
    });

    test("that is another device is left as recorded by a refresh, and could not be looked at for a watch", async () => {
        router.reset({ serial: "HEX0000002" });
        process.env["ROUTEROS_UNREACHABLE"] = "fail";
        const [whole] = (await messages(read)).sort((a, b) => b.length - a.length);
        expect(whole).toMatch(/is another device.*up --refresh=false.*ROUTEROS_DEVICE.*\[preflight\/device\]/);
    });

    test("that is away among several names the option that gives the others their update", async () => {
        carrier.config["routeros:connections"] = "{}";
        await router.stop();
        const [list] = site();
        const { error } = await carrier.up([{ ...list!, name: "more" }, ...site()], {
            refresh: false,
            skipPreview: true,
        });
        expect(error?.message).toMatch(/Check the address.*`pulumi up --continue-on-error` \[connection\/refused\]$/);
    });
});
