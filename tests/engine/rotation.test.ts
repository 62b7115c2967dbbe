/** How a router is reached and trusted, on the real engine: a changed password, plain text, certificates. */
import { type EngineSession, engineTimeout, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

const program = `
const { AddressList } = require("./bin/components");
new AddressList("management", { list: "management", addresses: ["192.168.88.10", "192.168.88.32/27"] });
`;

let session: EngineSession;
afterEach(() => session.stop());

/** The stack's configuration instead of the environment, which would win. */
const fromConfiguration = { ROUTEROS_PASSWORD: "", ROUTEROS_URL: "", ROUTEROS_USERNAME: "" };

async function setPassword(password: string): Promise<void> {
    const set = await session.pulumi(["config", "set", "--secret", "routeros:password", password]);
    expect(set.code).toBe(0);
}

it("a changed password is no difference, and reaches every command as the error says", async () => {
    session = await startEngine({ program: { "index.js": program } });
    const { router, password } = session;
    const env = fromConfiguration;
    await session.pulumi(["config", "set", "routeros:url", router.url]);
    await session.pulumi(["config", "set", "routeros:username", "admin"]);
    await setPassword(password);
    expect(await session.up([], env)).toMatchObject({ code: 0 });

    const changed = "changed-pass-word";
    router.setPassword("admin", changed);
    await setPassword(changed);
    expect(await session.preview(["--refresh=false", "--expect-no-changes"], env)).toMatchObject({ code: 0 });

    // refresh has what was recorded at the last up.
    const refused = await session.refresh([], env);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/ROUTEROS_PASSWORD.*--run-program.*up --refresh=false/);
    expect(await session.refresh([], { ...env, ROUTEROS_PASSWORD: changed })).toMatchObject({ code: 0 });
    expect(await session.refresh(["--run-program"], env)).toMatchObject({ code: 0 });

    expect(await session.up(["--refresh=false", "--expect-no-changes"], env)).toMatchObject({ code: 0 });
    expect(await session.refresh(["--expect-no-changes"], env)).toMatchObject({ code: 0 });
    const state = await session.pulumi(["stack", "export"]);
    for (const secret of [password, changed]) {
        expect(state.output).not.toContain(secret);
        expect(session.stateText()).not.toContain(secret);
    }
    expect(await session.destroy([], env)).toMatchObject({ code: 0 });
    expect(router.rows("/ip/firewall/address-list")).toEqual([]);
});

it("a password in plain text in the stack file is refused, with the command that sets it right", async () => {
    session = await startEngine({ program: { "index.js": program }, config: { "routeros:password": "in-the-open" } });
    const up = await session.up();
    expect(up.code).not.toBe(0);
    expect(up.output).toContain("pulumi config set --secret routeros:password");
    expect(up.output).not.toContain("in-the-open");
    expect(session.router.log).toEqual([]);
});

it("a self-signed certificate is trusted by its fingerprint or as an authority, and no other", async () => {
    session = await startEngine({ program: { "index.js": program }, router: { https: true } });
    const { router } = session;
    const wrong = await session.up([], { ROUTEROS_CERTIFICATE_FINGERPRINT: "AB".repeat(32) });
    expect(wrong.code).not.toBe(0);
    expect(wrong.output).toMatch(/fingerprint/);
    // Not one request: the pin is looked at before the first byte.
    expect(router.log).toEqual([]);

    const pinned = { ROUTEROS_CERTIFICATE_FINGERPRINT: router.fingerprint ?? "" };
    expect(await session.up([], pinned)).toMatchObject({ code: 0 });
    expect(router.rows("/ip/firewall/address-list")).toHaveLength(2);
    const authority = { ROUTEROS_CA_CERTIFICATE: router.certificate ?? "" };
    expect(await session.preview(["--refresh", "--expect-no-changes"], authority)).toMatchObject({ code: 0 });
    expect(await session.destroy([], pinned)).toMatchObject({ code: 0 });
});
