/** How routers are reached and trusted, on the real engine: changed passwords, plain text, certificates. */
import { type Router, start as startRouter } from "../../router";
import { engineTimeout, type Environment, type Outcome, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

const program = `
const { AddressList } = require("./bin/components");
new AddressList("management", { list: "management", addresses: ["192.168.88.10", "192.168.88.32/27"] });
`;

let stack: ScratchStack;

/** The stack's configuration instead of the environment, which would win. */
const fromConfiguration = { ROUTEROS_PASSWORD: "", ROUTEROS_URL: "", ROUTEROS_USERNAME: "" };

describe("passwords that are changed, of two routers named in the configuration", () => {
    const secrets: string[] = [];
    let office: Router;
    /** The passwords of now, as the environment gives them. */
    let fromEnvironment: Environment = {};

    beforeAll(async () => {
        stack = await startEngine({
            program: {
                "Pulumi.yaml": JSON.stringify({
                    name: "small",
                    main: "index.js",
                    options: { refresh: "always" },
                    runtime: { name: "nodejs", options: { typescript: false } },
                }),
                "index.js": `${program}
new AddressList("printers", { list: "printers", addresses: ["192.168.89.0/28"], connection: "office" });
`,
            },
        });
        office = await startRouter({ password: "first-of-office" });
        const connection = { url: office.url, username: "admin", allowPlaintext: "true" };
        await configure(["routeros:url", stack.router.url]);
        await configure(["routeros:username", "admin"]);
        for (const [key, value] of Object.entries(connection)) {
            await configure(["--path", `routeros:connections.office.${key}`, value]);
        }
        await rotate(stack.password, "first-of-office");
    });
    afterAll(async () => {
        await office.stop();
        await stack.stop();
    });

    const secretsIn = (text: string): string[] => secrets.filter((secret) => text.includes(secret));
    const configure = async (args: string[]): Promise<void> =>
        expect(await stack.pulumi(["config", "set", ...args])).toMatchObject({ code: 0 });
    const entries = (): number[] =>
        [stack.router, office].map((router) => router.rows("/ip/firewall/address-list").length);

    /** New passwords on both routers and in the stack's configuration. */
    async function rotate(here: string, there: string): Promise<void> {
        stack.router.setPassword("admin", here);
        office.setPassword("admin", there);
        await configure(["--secret", "routeros:password", here]);
        await configure(["--secret", "--path", "routeros:connections.office.password", there]);
        secrets.push(here, there);
        fromEnvironment = { ...fromConfiguration, ROUTEROS_PASSWORD: here, ROUTEROS_OFFICE_PASSWORD: there };
    }

    /** Says the ways round, and touches nothing. */
    async function expectRefused(command: Promise<Outcome>): Promise<void> {
        const before = entries();
        const { code, output } = await command;
        expect(code).not.toBe(0);
        expect(output).toMatch(/up --refresh=false.*set ROUTEROS_PASSWORD for them.*--run-program/);
        expect(entries()).toEqual(before);
    }
    const expectNothingToDo = async (command: Promise<Outcome>): Promise<void> => {
        const { code, output } = await command;
        if (code !== 0) throw new Error(output);
        expect(output).toMatch(/Resources:\n\s+\d+ unchanged/);
    };

    it("reach each router, and stand in no log but the one of the engine that says everything", async () => {
        // At level 9 the engine prints the configuration that it gives to a provider.
        const up = await stack.up(["--logtostderr", "-v=8"], fromConfiguration);
        expect(up.code).toBe(0);
        expect(up.output.includes(`"msg":"Pulumi","version":`)).toBe(true);
        expect(secretsIn(up.output)).toEqual([]);
        expect(entries()).toEqual([2, 1]);
    });

    it("are no difference, and reach every command as the error says", async () => {
        await rotate("second-of-here", "second-of-office");
        // What refreshes has what was recorded at the last up.
        await expectRefused(stack.preview([], fromConfiguration));
        await expectRefused(stack.refresh([], fromConfiguration));
        await expectRefused(stack.destroy([], fromConfiguration));
        // The environment wins over what is recorded.
        await expectNothingToDo(stack.preview([], fromEnvironment));
        await expectNothingToDo(stack.refresh([], fromEnvironment));
        await expectNothingToDo(stack.refresh(["--run-program"], fromConfiguration));

        await expectNothingToDo(stack.up(["--refresh=false"], fromConfiguration));
        await expectNothingToDo(stack.preview([], fromConfiguration));
        await expectNothingToDo(stack.up([], fromConfiguration));
        await expectNothingToDo(stack.refresh([], fromConfiguration));
    });

    it("stand in no state and no export, once recorded and changed", async () => {
        const state = await stack.pulumi(["stack", "export"]);
        expect(secrets).toHaveLength(4);
        // What was typed to set them aside.
        const printed = stack.transcript.replace(/^\$ .*$/gm, "");
        expect([state.output, stack.stateText(), printed].flatMap(secretsIn)).toEqual([]);
    });

    it("let a destroy through straight after a change, by environment and by the program", async () => {
        await rotate("third-of-here", "third-of-office");
        const printers = (await stack.resources()).find(({ urn }) => urn.endsWith("::printers"))?.urn ?? "";
        expect(await stack.destroy(["--target", printers], fromEnvironment)).toMatchObject({ code: 0 });
        expect(entries()).toEqual([2, 0]);
        const all = await stack.destroy(["--run-program", "--refresh=false"], fromConfiguration);
        if (all.code !== 0) throw new Error(all.output);
        expect(entries()).toEqual([0, 0]);
    });
});

describe("a router trusted", () => {
    afterEach(() => stack.stop());

    it("by the environment, whatever the configuration says of user and password", async () => {
        stack = await startEngine({
            program: { "index.js": program },
            config: {
                "routeros:username": "nobody",
                "routeros:allowPlaintext": "false",
            },
        });
        await stack.pulumi(["config", "set", "--secret", "routeros:password", "not-the-password"]);
        expect(await stack.up()).toMatchObject({ code: 0 });
        expect(stack.router.rows("/ip/firewall/address-list")).toHaveLength(2);
        expect(await stack.destroy()).toMatchObject({ code: 0 });
        expect(stack.router.rows("/ip/firewall/address-list")).toEqual([]);
    });

    it("at an address of the environment that is not the stack's own is refused, unless the device is named", async () => {
        stack = await startEngine({
            program: { "index.js": program },
            config: { "routeros:url": "https://192.0.2.1" },
        });
        const up = await stack.up();
        expect(up.code).not.toBe(0);
        expect(up.output).toMatch(/ROUTEROS_URL is .*https:\/\/192\.0\.2\.1.*\[settings\/contradiction\]/);
        expect(stack.router.log).toEqual([]);
        stack.router.reset({ serial: "HEX0000001" });
        expect(await stack.up([], { ROUTEROS_DEVICE: "HEX0000001" })).toMatchObject({ code: 0 });
        expect(stack.router.rows("/ip/firewall/address-list")).toHaveLength(2);
    });

    it("a pin that was wrong at the last up is put right by the two commands that the error names", async () => {
        stack = await startEngine({
            program: {
                "index.js": program,
                "Pulumi.yaml": JSON.stringify({
                    name: "small",
                    main: "index.js",
                    options: { refresh: "always" },
                    runtime: { name: "nodejs", options: { typescript: false } },
                }),
            },
            config: { "routeros:certificateFingerprint": "AB".repeat(32) },
            router: { https: true },
        });
        const right = { ROUTEROS_CERTIFICATE_FINGERPRINT: stack.router.fingerprint ?? "" };
        expect(await stack.up([], right)).toMatchObject({ code: 0 });

        const refused = await stack.up();
        expect(refused.code).not.toBe(0);
        const [, pin = ""] =
            /`pulumi (config set routeros:certificateFingerprint [0-9A-F:]+)`/.exec(refused.output) ?? [];
        expect(await stack.pulumi(pin.split(" "))).toMatchObject({ code: 0 });
        // The refresh before it still has the old pin.
        const again = await stack.up();
        expect(again.code).not.toBe(0);
        const [, once = ""] = /`pulumi (up --refresh=false)` once/.exec(again.output) ?? [];
        expect(await stack.pulumi([...once.split(" "), "--yes", "--skip-preview"])).toMatchObject({ code: 0 });
        expect(await stack.up()).toMatchObject({ code: 0 });
        expect(await stack.refresh()).toMatchObject({ code: 0 });
        expect(await stack.destroy()).toMatchObject({ code: 0 });
    });

    it("a password in plain text in the stack file is refused, with the command that sets it right", async () => {
        stack = await startEngine({
            program: { "index.js": program },
            config: { "routeros:password": "in-the-open" },
        });
        const up = await stack.up();
        expect(up.code).not.toBe(0);
        expect(up.output).toContain("pulumi config set --secret routeros:password");
        expect(up.output).not.toContain("in-the-open");
        expect(stack.router.log).toEqual([]);
    });

    it("a self-signed certificate is trusted by its fingerprint or as an authority, and no other", async () => {
        stack = await startEngine({ program: { "index.js": program }, router: { https: true } });
        const { router } = stack;
        const wrong = await stack.up([], { ROUTEROS_CERTIFICATE_FINGERPRINT: "AB".repeat(32) });
        expect(wrong.code).not.toBe(0);
        expect(wrong.output).toMatch(/fingerprint/);
        // Not one request: the pin is looked at before the first byte.
        expect(router.log).toEqual([]);

        const pinned = { ROUTEROS_CERTIFICATE_FINGERPRINT: router.fingerprint ?? "" };
        const up = await stack.up(["--logtostderr", "-v=9"], pinned);
        expect(up.code).toBe(0);
        // From the environment, the password is in no log of any level.
        expect(up.output.includes(`"v":9`)).toBe(true);
        expect(up.output.includes(stack.password)).toBe(false);
        expect(router.rows("/ip/firewall/address-list")).toHaveLength(2);
        const authority = { ROUTEROS_CA_CERTIFICATE: router.certificate ?? "" };
        expect(await stack.preview(["--refresh", "--expect-no-changes"], authority)).toMatchObject({ code: 0 });
        expect(await stack.destroy([], pinned)).toMatchObject({ code: 0 });
    });
});
