import { setTimeout as sleep } from "node:timers/promises";

import { Command } from "commander";

import type { Seen } from "../../line/watch";
import type { RouterFlags } from "../router/options";
import { settingsOf, withRouterOptions } from "../router/options";
import { targetsOf, tcpOption } from "./upload";

interface WatchFlags extends RouterFlags {
    page?: boolean;
    json?: boolean;
    tcp?: string;
}

const help = `
Asks the router one small thing a second, and writes nothing to it. On a terminal q ends it; elsewhere it prints a line a
second. Round trips are of TCP connections to DynamoDB of the region, opened and closed at once. Ends with 0, or 1 where
it cannot begin.

  npx routeros-s3 watch
  npx routeros-s3 watch --stack office --page
  npx routeros-s3 watch --json                           # an object a line: docs/line-json.md has its fields

With --page the same is in a browser of this machine, at an address that is printed and lets in once.`;

/** `routeros-s3 watch`: both leaves, live. */
export function watchCommand(): Command {
    const command = new Command("watch")
        .description(
            "Show live what uploads and other traffic get of the line: rates, drops, connections, round trips.",
        )
        .option("--page", "show it in a browser of this machine")
        .option("--json", "print JSON, an object a line, and nothing else")
        .addOption(tcpOption());
    return withRouterOptions(command).addHelpText("after", help).action(run);
}

/** Between two requests, milliseconds. */
const pace = 1000;

async function run(flags: WatchFlags): Promise<void> {
    const { Client } = await import("../../providers/routeros/runtime/router/client.js");
    const { startProbes } = await import("../../line/probes/round-trips.js");
    const { startWatchPage } = await import("../../line/watch-page.js");
    const { Watch } = await import("../../line/watch.js");
    const { shapedSite } = await import("./site.js");
    const settings = await settingsOf(flags);
    const { region, upload } = await shapedSite(flags.stack);
    const client = new Client(settings);
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const probes = startProbes({ tcp: targetsOf(flags, region).tcp! });
    const watch = new Watch(client, upload, probes);
    let page: Awaited<ReturnType<typeof startWatchPage>> | undefined;
    let shown: View | undefined;
    process.on("SIGINT", end).on("SIGTERM", end);
    try {
        const first = await watch.look();
        if (first.problem !== undefined) throw new Error(first.problem);
        page = flags.page ? await startWatchPage() : undefined;
        shown = page
            ? pageView(page)
            : process.stdout.isTTY && !flags.json
              ? await terminalView(settings.url, end)
              : await lineView(flags.json ?? false, end);
        shown.show(first);
        while (!ending.signal.aborted) {
            await sleep(pace, undefined, { signal: ending.signal }).catch(() => undefined);
            if (!ending.signal.aborted) shown.show(await watch.look());
        }
    } finally {
        shown?.end();
        await page?.close();
        await probes.stop();
        client.close();
        process.off("SIGINT", end).off("SIGTERM", end);
    }
}

interface View {
    show(seen: Seen): void;
    end(): void;
}

function pageView(page: { url: string; show(seen: Seen): void }): View {
    process.stdout.write(`watch: ${page.url}\n`);
    return { show: (seen) => page.show(seen), end: () => undefined };
}

async function lineView(json: boolean, end: () => void): Promise<View> {
    const { plainLine, watched } = await import("../../line/views/screen.js");
    // Whoever read it has gone.
    process.stdout.on("error", end);
    const line = (seen: Seen): string =>
        json ? JSON.stringify(watched(seen, new Date().toISOString())) : plainLine(seen);
    return { show: (seen) => void process.stdout.write(`${line(seen)}\n`), end: () => undefined };
}

/** A screen of its own, given back in the end. */
async function terminalView(url: string, end: () => void): Promise<View> {
    const { frame, screenLines } = await import("../../line/views/screen.js");
    const { stdin, stdout } = process;
    const onKey = (key: Buffer): void => {
        // Ctrl-C comes as a key, too.
        if (["q", "Q", "\u0003"].includes(key.toString())) end();
    };
    if (stdin.isTTY) stdin.setRawMode(true).on("data", onKey).resume();
    stdout.write("\u001b[?1049h\u001b[?25l");
    return {
        show(seen) {
            const where = `${url}  ${new Date().toTimeString().slice(0, 8)}`;
            stdout.write(frame(screenLines(seen, where, stdout.columns || 80)));
        },
        end() {
            if (stdin.isTTY) stdin.setRawMode(false).off("data", onKey).pause();
            stdout.write("\u001b[?25h\u001b[?1049l");
        },
    };
}
