import fs from "node:fs";

import { engineTimeout, type ScratchStack, startEngine } from "./harness";

const program = {
    "index.js": `
        const pulumi = require("@pulumi/pulumi");
        const config = new pulumi.Config();
        exports.word = config.require("word");
    `,
};

describe("the engine harness", () => {
    let stack: ScratchStack;
    beforeAll(async () => {
        stack = await startEngine({ program, config: { "small:word": "archive" }, router: false });
    }, engineTimeout);
    afterAll(() => stack.stop());

    it(
        "runs a small program on the real engine, with its configuration",
        async () => {
            const up = await stack.up();
            expect(up).toMatchObject({ code: 0, output: expect.stringContaining('word: "archive"') as string });
            const [first] = await stack.resources();
            expect(first).toMatchObject({ type: "pulumi:pulumi:Stack", outputs: { word: "archive" } });
            expect(stack.stateText()).toContain('"word":"archive"');
        },
        engineTimeout,
    );

    it(
        "passes on a failure's exit code and text",
        async () => {
            await stack.pulumi(["config", "rm", "word"]);
            const up = await stack.up();
            expect(up.code).not.toBe(0);
            expect(up.output).toContain("Missing required configuration variable 'small:word'");
            expect(stack.transcript).toContain(up.output);
        },
        engineTimeout,
    );

    it(
        "leaves no folder behind",
        async () => {
            const other = await startEngine({ program, router: false });
            expect(fs.existsSync(other.folder)).toBe(true);
            await other.stop();
            expect(fs.existsSync(other.folder)).toBe(false);
        },
        engineTimeout,
    );
});
