import type { BrowserContext, Page } from "playwright-core";

import { start } from "../../router";
import type { Router } from "../../router/api";
import { executablePath, openBrowser } from "./browser";

const password = "secret";
const withBrowser = executablePath ? describe : describe.skip;
if (!executablePath) {
    process.stderr.write("tests/web: skipped, no Chromium found (apt-get install chromium, or CHROMIUM=/path)\n");
}

withBrowser("the embedded router's page", () => {
    let router: Router;
    let browser: Awaited<ReturnType<typeof openBrowser>>;
    let context: BrowserContext;
    let page: Page;
    let failures: string[];

    beforeAll(async () => {
        browser = await openBrowser({ viewport: { width: 1300, height: 900 } });
        context = browser.context;
    }, 60_000);
    afterAll(() => browser.close());

    beforeEach(async () => {
        router = await start({ password });
        page = await context.newPage();
        failures = [];
        page.on("pageerror", (error) => failures.push(error.message));
        page.on("dialog", (dialog) => {
            failures.push(`dialog ${dialog.message()}`);
            void dialog.dismiss();
        });
    });
    afterEach(async () => {
        await page.close();
        await router.stop();
        expect(failures).toEqual([]);
    });

    async function open(): Promise<void> {
        await page.goto(`${router.url}/`);
        await signIn(password);
        await page.waitForSelector('#link[data-state="live"]');
    }

    async function signIn(given: string): Promise<void> {
        await page.waitForSelector("#login:not([hidden])");
        await page.fill("#login [name=password]", given);
        await page.click("#login button");
    }

    const auth = { authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}` };
    const ask = (method: string, path: string, body?: unknown) =>
        fetch(`${router.url}/rest${path}`, {
            method,
            headers: { ...auth, "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });

    test("asks who you are, says when that is wrong, and opens when it is right", async () => {
        await page.goto(`${router.url}/`);
        await signIn("wrong");
        await page.waitForSelector("#login-error:not([hidden])");
        expect(await page.isVisible("#content")).toBe(false);
        await signIn(password);
        await page.waitForSelector('#link[data-state="live"]');
        expect(await page.isVisible("#login")).toBe(false);
        expect(await page.textContent("#facts")).toContain("RouterOS 7.22.3");
    });

    test("draws queues below their parents, with rates, marks and priority", async () => {
        router.add("/queue/tree", { name: "wan", parent: "ether1", "max-limit": "19M" });
        router.add("/queue/tree", {
            name: "s3",
            parent: "wan",
            "packet-mark": "s3-upload",
            "limit-at": "190k",
            priority: "7",
        });
        await open();
        const root = page.locator(".from", { has: page.locator(".root", { hasText: "ether1" }) });
        const child = root.locator("ul ul .queue");
        expect(await root.locator(".queue").count()).toBe(2);
        expect(await child.locator("h4").textContent()).toBe("s3");
        expect(await child.locator(".chip.mark").textContent()).toBe("s3-upload");
        const text = await child.innerText();
        for (const part of ["priority 7", "190 kbit/s", "no limit"]) expect(text).toContain(part);
        expect(await root.locator(".queue").first().innerText()).toContain("19 Mbit/s");
        expect(await page.textContent("#tree")).not.toMatch(/false|undefined|NaN/);
    });

    test("sends an upload through, and says which queue it went through", async () => {
        await open();
        await page.click("#send button");
        await page.getByText("The upload to 52.95.132.33:443 was FastTracked: it passed no queue.").waitFor();

        const { ".id": id = "" } = router.rows("/ip/firewall/filter").find((row) => row["action"]?.startsWith("fast"))!;
        router.set("/ip/firewall/filter", id, { disabled: "yes" });
        router.add("/ip/firewall/mangle", { chain: "forward", action: "mark-packet", "new-packet-mark": "s3" });
        router.add("/queue/tree", { name: "uploads", parent: "ether5", "packet-mark": "s3" });
        await page.fill("#send [name=to]", "52.95.132.34:443");
        await page.click("#send button");
        await page.getByText("The upload to 52.95.132.34:443 went through the queue uploads.").waitFor();
        await page.locator(".queue", { hasText: "12 Mbit/s" }).waitFor();

        await page.fill("#send [name=to]", "somewhere");
        await page.click("#send button");
        await page.getByText("Not sent: ").waitFor();
    });

    test("marks a queue whose parent is gone, and a disabled one", async () => {
        const parent = router.add("/queue/tree", { name: "parent", parent: "global" });
        router.add("/queue/tree", { name: "left", parent: "parent", "packet-mark": "x", disabled: "yes" });
        router.add("/queue/tree", { name: "off", parent: "global", disabled: "yes" });
        router.remove("/queue/tree", parent);
        await open();
        expect(await page.locator(".root", { hasText: parent }).innerText()).toContain("parent is gone");
        expect(await page.locator(".queue.disabled h4").textContent()).toBe("off");
        expect(await page.locator(".queue.invalid h4").textContent()).toBe("left");
    });

    test("shows a row as soon as somebody adds it, and says when there is none", async () => {
        await open();
        await page.selectOption("#menu", "/queue/simple");
        await page.getByText("No rows in this menu.").waitFor();
        await ask("PUT", "/queue/simple", { name: "guests", target: "192.0.2.0/24" });
        await page.locator("#table td", { hasText: "guests" }).waitFor();
        await page.locator("#menu option", { hasText: "/queue/simple (1)" }).waitFor({ state: "attached" });
    });

    test("shows requests as they come, what they cost, and what was done to them on purpose", async () => {
        await open();
        await page.getByText("No request yet.").waitFor();
        await ask("GET", "/ip/firewall/address-list?list=none");
        await ask("DELETE", "/queue/tree/*99");
        const first = page.locator("#requests > li").first();
        await first.locator(".path", { hasText: "/queue/tree/*99" }).waitFor();
        expect(await first.locator(".method").textContent()).toBe("DELETE");
        expect(await first.locator(".status").textContent()).toBe("404");
        router.addFault({ kind: "500" });
        await ask("GET", "/system/resource");
        await page.locator("#requests .status.fault").waitFor();
        await page.locator("#requests > li").last().locator("summary").click();
        expect(await page.locator("#requests > li").last().innerText()).toContain("list=none");
    });

    test("keeps what came while it was paused", async () => {
        await open();
        await page.click("#pause");
        await ask("GET", "/system/identity");
        await page.getByText("paused, 1 waiting").waitFor();
        expect(await page.locator("#requests .method").count()).toBe(0);
        await page.click("#pause");
        await page.locator("#requests .path", { hasText: "/system/identity" }).waitFor();
    });

    test("shows what rows say as text, never as markup", async () => {
        const hostile = `<img src=x onerror="alert('row')"><script>alert(1)</script>`;
        router.add("/queue/tree", { name: `q${hostile}`, parent: "global", "packet-mark": hostile, comment: hostile });
        router.add("/ip/firewall/mangle", { chain: hostile, action: "accept", comment: hostile });
        router.set("/system/identity", "*1", { name: hostile.slice(0, 60) });
        await open();
        await ask("GET", `/ip/firewall/mangle?comment=${encodeURIComponent(hostile)}`);
        await page.locator("#requests .method").waitFor();
        await page.locator("#requests summary").first().click();
        expect(await page.locator("#content img, #content script, header img").count()).toBe(0);
        expect(await page.locator(".queue .comment").textContent()).toBe(hostile);
        expect(await page.locator("#table td", { hasText: hostile }).count()).toBe(2);
    });

    test("finds rows by any value, and shows long menus in parts", async () => {
        for (let number = 0; number < 120; number++) {
            router.add("/ip/firewall/address-list", { list: "many", address: `192.0.2.${number}` });
        }
        await open();
        await page.selectOption("#menu", "/ip/firewall/address-list");
        await page.locator(".more").waitFor();
        expect(await page.locator("#table tbody tr").count()).toBe(100);
        await page.click(".more");
        expect(await page.locator("#table tbody tr").count()).toBe(120);
        await page.fill("#find", "192.0.2.11");
        expect(await page.locator("#table tbody tr").count()).toBe(11);
        await page.fill("#find", "nothing like it");
        await page.getByText("No row holds that.").waitFor();
    });

    test("says when the router is away, and goes on when it is back", async () => {
        await open();
        const { port } = new URL(router.url);
        await router.stop();
        await page.waitForSelector('#link[data-state="away"]');
        expect(await page.innerText("#problem")).toContain("does not answer");
        router = await start({ password, port: Number(port) });
        await page.waitForSelector('#link[data-state="live"]');
        expect(await page.isVisible("#problem")).toBe(false);
    });

    test("fits a phone: nothing is wider than the screen, one view at a time", async () => {
        router.add("/queue/tree", {
            name: "wan-with-quite-a-long-name-for-a-phone",
            parent: "ether1",
            comment: "c".repeat(120),
        });
        await page.setViewportSize({ width: 360, height: 740 });
        await open();
        for (const view of ["queues", "tables", "requests"]) {
            await page.click(`.tabs [data-view=${view}]`);
            expect(await page.isVisible(`section.${view}`)).toBe(true);
            expect(await page.locator("main > section:visible").count()).toBe(1);
            // The browser's own measure, in the page.
            const [wide, screen] = await page.evaluate<[number, number]>(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
            );
            expect(wide).toBeLessThanOrEqual(screen);
        }
    });

    test("shows at 1280 pixels that columns go on, until they are all seen", async () => {
        router.add("/ip/firewall/mangle", {
            ...{ chain: "forward", action: "mark-packet", "new-packet-mark": "s3-upload", passthrough: "no" },
            ...{ protocol: "tcp", "dst-port": "443", "dst-address-list": "s3-ipv4", "out-interface": "ether5" },
            ...{ "connection-mark": "no-mark", "connection-state": "new,established", "src-address": "10.0.0.0/8" },
            comment: "uploads to S3 [pulumi:routeros-s3/home/site-upload-marks-ipv4#mark]",
        });
        await page.setViewportSize({ width: 1280, height: 800 });
        await open();
        await page.selectOption("#menu", "/ip/firewall/mangle");
        const note = page.getByText("columns go on to the right");
        await note.waitFor({ state: "visible" });
        await page.evaluate("document.querySelector('.scroll').scrollLeft = 1e6");
        await note.waitFor({ state: "hidden" });
        await page.selectOption("#menu", "/system/identity");
        await page.locator("#table td", { hasText: "MikroTik" }).waitFor();
        expect(await note.isVisible()).toBe(false);
    });

    test("is light or dark as the person's system is", async () => {
        const ground = async (colorScheme: "light" | "dark") => {
            await page.emulateMedia({ colorScheme });
            return page.evaluate("getComputedStyle(document.body).backgroundColor");
        };
        await open();
        const [light, dark] = [await ground("light"), await ground("dark")];
        expect(light).not.toBe(dark);
        await page.emulateMedia({ colorScheme: null });
    });
});
