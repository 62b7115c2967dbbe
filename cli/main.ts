import "../providers/node-version";

import { readFileSync } from "node:fs";
import path from "node:path";

import { program } from "./program";
import { leaveOutPackages } from "./stack/pulumi";

leaveOutPackages();

// In the repository and in the package alike, compiled to bin/cli.
const { version } = JSON.parse(readFileSync(path.join(__dirname, "../../package.json"), "utf8")) as { version: string };

program(version)
    .parseAsync()
    .catch((error: unknown) => {
        process.stderr.write(`routeros-s3: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 1;
    });
