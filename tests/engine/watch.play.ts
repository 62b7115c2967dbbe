/** The watch over drift as docs/operations.md has it, run as cron runs it; and an engine that is told to log. */
import fs from "node:fs";
import path from "node:path";

import { root } from "../../sandbox/places";
import { engineTimeout, ordinarySite, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

describe("a site that is watched", () => {
    let stack: ScratchStack;
    let line: string;
    const file = (name: string): string => path.join(stack.folder, name);

    beforeAll(async () => {
        stack = await startEngine({
            stack: "office",
            config: ordinarySite,
        });
        const page = fs.readFileSync(path.join(root, "docs/operations.md"), "utf8");
        const [, command = ""] = /^17 6 \* \* 1 +(cd .*)$/m.exec(page) ?? [];
        line = command.replaceAll("/srv/site", stack.folder);
        // What the page's file holds, with this stack's own values; `mail` writes down what it is given.
        const known = ["PULUMI_CONFIG_PASSPHRASE_FILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        for (const name of known) expect(page).toMatch(new RegExp(`^${name}=`, "m"));
        fs.mkdirSync(file("mail-bin"));
        const mail = `#!/bin/sh\n{ echo "$2"; cat; } >"${file("mail.txt")}"\n`;
        fs.writeFileSync(file("mail-bin/mail"), mail, { mode: 0o755 });
        const settings = { ...stack.env, PATH: `${file("mail-bin")}:${stack.env["PATH"]}` };
        const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'`);
        fs.writeFileSync(file("watch.env"), `${lines.join("\n")}\n`, { mode: 0o600 });
    });
    afterAll(() => stack.stop());

    /** Runs the line with the little that cron gives, and says what was mailed. */
    async function watch(): Promise<string> {
        fs.rmSync(file("mail.txt"), { force: true });
        const { output } = await stack.run("/usr/bin/env", ["-i", "PATH=/usr/bin:/bin", "/bin/sh", "-c", line]);
        expect(output).toBe("");
        return fs.existsSync(file("mail.txt")) ? fs.readFileSync(file("mail.txt"), "utf8") : "";
    }

    it("is made while the engine logs for itself and its plugins", async () => {
        const up = await stack.up(["--logflow", "-v=3", "--logtostderr"]);
        if (up.code !== 0) throw new Error(up.output.slice(-3000));
        expect(stack.router.rows("/queue/tree")).toHaveLength(3);
        // Nothing but what the flags are for: everything stands.
        expect(await stack.preview(["--refresh", "--expect-no-changes"])).toMatchObject({ code: 0 });
    });

    it("mails nothing while nothing differs", async () => {
        expect(await watch()).toBe("");
    });

    it("mails code 7 with what a hand has changed", async () => {
        const [queue] = stack.router.rows("/queue/tree").filter((row) => row["name"] === "upload-s3");
        stack.router.set("/queue/tree", queue?.[".id"] ?? "", { "max-limit": "1M" });
        const mail = await watch();
        expect(mail).toMatch(/^office: watch ended with 7$/m);
        expect(mail).toMatch(/QueueTree/);
    });

    it("mails code 1 when the router cannot be read, which an up goes on without", async () => {
        await stack.router.stop();
        const mail = await watch();
        expect(mail).toMatch(/^office: watch ended with 1$/m);
        expect(mail).toMatch(/\[connection\/refused\]/);
        const without = await stack.preview(["--refresh", "--expect-no-changes"]);
        expect(without.code).toBe(0);
        expect(without.output).toMatch(/warning: .*\[connection\/refused\].*left as it is/);
    });
});
