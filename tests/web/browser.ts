import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type { BrowserContext, BrowserContextOptions } from "playwright-core";
import { chromium } from "playwright-core";

const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A browser of the system: tests bring none of their own. `CHROMIUM` names another. */
export const executablePath = process.env["CHROMIUM"] ?? candidates.find((file) => existsSync(file));

const quiet = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/** A browser with an empty profile of its own, which `close` removes. */
export async function openBrowser(options: BrowserContextOptions = {}): Promise<{
    context: BrowserContext;
    close: () => Promise<void>;
}> {
    const profile = mkdtempSync(path.join(tmpdir(), "routeros-s3-browser-"));
    const context = await chromium.launchPersistentContext(profile, {
        ...(executablePath ? { executablePath } : {}),
        headless: true,
        args: quiet,
        ...options,
    });
    const close = async () => {
        await context.close();
        rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    };
    return { context, close };
}
