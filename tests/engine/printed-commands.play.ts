/**
 * Every command line that is printed anywhere for a person to type: run as it stands, in the order a person would, or
 * named with what keeps it from being run here. What a person would put in for a placeholder is put in; where Pulumi
 * asks whether to go on, the answer is yes.
 */
import fs from "node:fs";
import path from "node:path";

import { root } from "../../sandbox/places";
import { printedCommands } from "../../testing/printed-commands";
import { engineTimeout, type Outcome, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(10 * engineTimeout);

/** The way of the README and of docs/operations.md, from the first login to the end. */
const way: { text: string; ends?: number; says?: RegExp }[] = [
    { text: "pulumi login --local" },
    { text: "pulumi stack init office" },
    { text: "pulumi stack ls", says: /office\*/ },
    { text: "pulumi config set aws:region ap-southeast-2" },
    { text: "pulumi config set routeros:url https://192.168.88.1" },
    { text: "pulumi config set routeros:username pulumi" },
    { text: "pulumi config set --secret routeros:password" },
    {
        text: "npx routeros-s3 fingerprint",
        says: /pulumi config set routeros:certificateFingerprint ([\dA-F]{2}:){31}/,
    },
    { text: "pulumi config set routeros:certificateFingerprint AB:CD:…" },
    { text: "pulumi config set routeros-s3:wanInterface ether1" },
    { text: "pulumi config set routeros-s3:uplink 20M" },
    { text: "pulumi preview" },
    { text: "pulumi up" },
    { text: "pulumi stack output uploadFile", says: /^(AWS_USE_DUALSTACK_ENDPOINT=true )?aws s3 cp FILE s3:/ },
    { text: "pulumi stack output removalScript --show-secrets", says: /^\/queue tree disable/m },
    { text: "npx routeros-s3 trace --to 52.95.132.33:443", says: /through queue upload-s3/ },
    { text: "npx routeros-s3 doctor", says: /uploads of this site are shaped/ },
    { text: "npx routeros-s3 doctor --stack office --json", says: /"verdict": "shaped"/ },
    { text: "npx routeros-s3 release", says: /no FastTracked connections/ },
    { text: "npx routeros-s3 release --yes" },
    { text: "npx routeros-s3 remove --owner <project>/<stack> --dry-run", says: /^would remove/m },
    { text: "npx routeros-s3 ranges show", says: /prefixes of IPv4/ },
    { text: "npx routeros-s3 ranges update", says: /is made/ },
    { text: "npx routeros-s3 ranges update --stack home", says: /stays as it is/ },
    { text: "npx routeros-s3 ranges diff", says: /no difference/ },
    { text: "npx routeros-s3 cost --size 1TB --files 40000", says: /GLACIER/ },
    { text: "npx routeros-s3 cost --size 1TB --files 40000 --class DEEP_ARCHIVE" },
    { text: "pulumi preview -s office" },
    { text: "pulumi up -s office" },
    { text: "pulumi refresh -s office" },
    { text: "pulumi refresh" },
    { text: "pulumi preview --refresh --expect-no-changes" },
    { text: "pulumi up --refresh=false" },
    { text: "pulumi up --continue-on-error" },
    { text: "pulumi refresh --run-program" },
    { text: "pulumi refresh --clear-pending-creates" },
    { text: "pulumi cancel" },
    { text: "pulumi up -s <site>" },
    { text: "pulumi destroy", ends: 1, says: /protected/ },
    { text: "pulumi destroy --run-program --refresh=false", ends: 1, says: /protected/ },
    { text: "pulumi destroy --exclude-protected" },
    { text: "npx routeros-s3 remove --owner <project>/<stack>", says: /has no rows/ },
    { text: "pulumi config set --path 'routeros-s3:sourceAddresses[0]' 192.168.88.20" },
    { text: `pulumi config set --path 'routeros-s3:rulesPosition.before.comment' "clamp mss"` },
    { text: "pulumi config set routeros-s3:shaping on" },
    { text: "pulumi config set routeros:device HEX0000002" },
    { text: "pulumi config set --secret --path routeros:connections.<name>.password" },
    { text: "pulumi config set routeros-s3:restorer user" },
    { text: "pulumi config set routeros-s3:shaping on" },
    { text: "pulumi stack init <site>" },
];

/** What is not run here, and why. */
const elsewhere: [RegExp, string][] = [
    [/[$]{/, "made of parts: the tests of what prints it look at the whole"],
    [/^(pulumi|aws|npx routeros-s3|npm run sandbox --) …?$|^(pulumi|aws)$|<command>/, "names the program"],
    [/^pulumi config set$|^aws s3 (cp|sync)$|^npx routeros-s3 trace$/, "names the command"],
    [/^pulumi import$/, "is said not to work"],
    [/^pulumi stack (init|select)$/, "asks for the name"],
    [/^pulumi (new|install)( |$)/, "fetches a template"],
    [/^pulumi login( |$)|^npx pulumi$/, "keeps the state elsewhere, or is advised against"],
    [/^npx routeros-s3 (doctor|measure|verify|watch|schedule)( |$)/, "asks a live line: their own tests run them"],
    [/^npm install|^npm pack|^npm (start|test)( |$)/, ".ci/run begins with it, or tests/engine/package does it"],
    [
        /^npm run (check|build|docs:\w+|lab\S*|article|bench:\w+|mutation)( |$)/,
        "is a script; .ci/run, or a person, runs it",
    ],
    [/npm run test:(contract|aws|plays)/, "tests/contract, tests/aws or .ci/run runs it"],
    [/^AUDIT_OBJECTS=\d+ npm test /, "is the same test with more objects: a person runs it"],
    [/^pulumi .* -s <site>$/, "is another command of the way, with the site named"],
    [/awskms:/, "needs an account"],
    [/^npm run sandbox/, "tests/engine/sandbox runs what `npm start` prints"],
    [/^npx routeros-s3 router/, "runs until it is stopped: tests/unit/router-command does it"],
    [/^npx routeros-s3 (restore|audit)( |$)/, "needs an archive with objects in it: tests/aws runs it"],
    [/^npx routeros-s3 measure( |$)/, "sends for a quarter of a minute: tests/aws/measure does it"],
    [/^npx routeros-s3 sites( |$)/, "needs several stacks: tests/engine/sites runs it"],
    [/^npx routeros-s3 trace .*--rsc/, "tests/unit/router-trace runs it on an export"],
    [/^([A-Z_]+=\S+ )*aws /, "needs an account; tests/aws uses the printed commands"],
];

const commands = [
    "",
    "trace",
    "fingerprint",
    "release",
    "remove",
    "cost",
    "router",
    "ranges",
    "ranges update",
    "doctor",
    "measure",
    "verify",
    "watch",
];

describe("what is printed for a person to type", () => {
    let stack: ScratchStack;
    const done = new Map<string, Outcome>();
    const user = { username: "pulumi", password: "a-password" };

    beforeAll(async () => {
        const none = { ROUTEROS_URL: "", ROUTEROS_USERNAME: "", ROUTEROS_PASSWORD: "", ROUTEROS_ALLOW_PLAINTEXT: "" };
        stack = await startEngine({ stack: "first", router: { https: true, ...user }, env: none });
        // As in a clone: the package's own command.
        fs.symlinkSync(path.join(root, "cli"), path.join(stack.folder, "cli"));
        for (const { text } of way) {
            done.set(text, await type(text));
            // The one thing that no printed line says: AWS's file cannot be fetched here.
            if (text === "pulumi stack init office") await type("pulumi config set awsIpRanges sandbox/ip-ranges.json");
        }
    });
    afterAll(() => stack.stop());

    /** Types a line into a shell, with what a person puts in. */
    async function type(text: string): Promise<Outcome> {
        const seen = done.get("npx routeros-s3 fingerprint")?.stdout ?? "";
        const line = text
            .replace("https://192.168.88.1", stack.router.url)
            // On the embedded router ether1 is a port of the LAN's bridge, which is refused.
            .replace("wanInterface ether1", "wanInterface ether5")
            .replace("wanInterface ether1", "wanInterface ether5")
            .replace("AB:CD:…", /([\dA-F]{2}:){31}[\dA-F]{2}/.exec(seen)?.[0] ?? "none was shown")
            .replace("<project>/<stack>", "routeros-s3/office")
            .replace("--stack home", "--stack office")
            .replace("up -s <site>", "up -s office")
            .replace("<site>", "shed")
            .replace("<name>", "shed");
        const yes = /^pulumi (up|refresh|destroy|cancel)/.test(line) ? " --yes" : "";
        const given = line.includes("--secret ") ? `printf %s ${user.password} | ` : "";
        const options = line.startsWith("pulumi ") ? " --non-interactive --color=never" : "";
        const home = line.startsWith("pulumi login") ? { HOME: stack.folder } : undefined;
        return stack.run("sh", ["-c", `${given}${line}${yes}${options}`], home);
    }

    it.each(way)("$text", ({ text, ends = 0, says = /^/ }) => {
        const { code, output } = done.get(text) ?? { code: -1, output: "it was not run" };
        expect({ output, ended: code === 0 }).toEqual({
            output: expect.stringMatching(says) as string,
            ended: ends === 0,
        });
        expect(output).not.toContain(user.password);
    });

    it("is all of it run here, or named with what keeps it from that", () => {
        const known = new Set(way.map(({ text }) => text));
        const left = printedCommands(commands).filter(
            ({ text }) => !known.has(text) && !elsewhere.some(([pattern]) => pattern.test(text)),
        );
        expect(left).toEqual([]);
    });

    it("names no script that package.json does not have", () => {
        const { scripts } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
            scripts: Record<string, string>;
        };
        const named = printedCommands(commands).flatMap(({ text }) => /npm run ([\w:]+)/.exec(text)?.[1] ?? []);
        expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
    });
});
