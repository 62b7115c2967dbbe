import { setTimeout as sleep } from "node:timers/promises";

import type { Count, DataPlane, Measured, Router, Row } from "../../router/api";
import { lanDevice, type Topology, wanDevice } from "../net/topology";
import { labMenus, type RouterState } from "../router-state";
import { counterName, translate, type Translation } from "../translate";
import { tcInPlace } from "../translate/in-place";
import type { Discipline } from "../translate/leaf-queues";
import { Marks } from "../translate/names";
import { nftInPlace } from "../translate/nft";
import type { QueueClass } from "../translate/queues";
import { type ClassCount, classCounts, connections, deviceCounts, ruleCounts, type Total } from "./kernel-counts";

export interface PlaneOptions {
    topology: Topology;
    router: Router;
    /** The router's interfaces that stand on the line and on the LAN. */
    wan: string;
    lan: string;
    kernel: ReadonlySet<Discipline>;
    /** Told what stands in for something, and what is not carried over: a line each, once. */
    say: (text: string) => void;
}

/** What is read at most once in so many ms, and over how many a rate is. */
const fresh = 200;
const rateOver = 1000;
/** How long a class that goes may take to send what it holds, in ms. */
const draining = 1000;

/** The queue at the root of the WAN stays whatever comes and goes below, so that nothing in it is lost. */
const standingRoot = `qdisc add dev ${wanDevice} root handle 1: htb`;
/** Connection tracking is on before any rule comes, as on a router with a firewall. */
const base =
    "table inet firewall { chain forward { type filter hook forward priority filter; policy accept; ct state invalid counter; }; }\n";

/** Linux's own rules and queues in a namespace, kept to what stands on an embedded router, and its counters brought back. */
export class KernelPlane implements DataPlane {
    private readonly marks = { connectionMarks: new Marks(), packetMarks: new Marks() };
    private readonly totals = new Map<string, Total>();
    private readonly rates = new Map<string, { at: number; total: Total; rate: number; packetRate: number }>();
    private readonly said = new Set<string>();
    private translation: Translation | undefined;
    private tc = "";
    private turn: Promise<void> = Promise.resolve();
    private counted = -Infinity;
    private counting: Promise<void> | undefined;

    private readonly looks = new Set<() => Promise<void>>();

    constructor(private readonly options: PlaneOptions) {}

    /** Called, and waited for, right before and right after packets meet other classes and rules. Returns how to end it. */
    aroundChanges(look: () => Promise<void>): () => void {
        this.looks.add(look);
        return () => this.looks.delete(look);
    }

    /** As packets meet them at present. */
    get classes(): readonly QueueClass[] {
        return this.translation?.classes ?? [];
    }

    async start(): Promise<void> {
        await this.inside("sysctl", ["-qw", "net.netfilter.nf_conntrack_acct=1"]);
        await this.inside("nft", ["-f", "-"], base);
        await this.apply();
    }

    /** One change after the other; each carries over what stands on the router when its turn comes. */
    apply(): Promise<void> {
        this.turn = this.turn
            .then(() => this.carryOver())
            .catch((error: unknown) => {
                this.say(`not carried over: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
            });
        return this.turn;
    }

    count(): Promise<void> {
        if (performance.now() - this.counted < fresh) return this.counting ?? Promise.resolve();
        this.counted = performance.now();
        this.counting = this.bringCounts()
            .catch((error: unknown) => this.say(`not counted: ${String(error)}`))
            .finally(() => (this.counting = undefined));
        return this.counting;
    }

    /**
     * Classes come before the rules that send packets to them, rules change in one transaction, and a class goes when it
     * has sent what it held.
     */
    private async carryOver(): Promise<void> {
        const { router, wan, lan, kernel } = this.options;
        const state: RouterState = Object.fromEntries(labMenus.map((menu) => [menu, router.rows(menu)]));
        const devices = { [wan]: wanDevice, [lan]: lanDevice };
        const next = translate(state, { devices, kernel, live: this.marks });
        for (const { where, router: theirs, lab } of next.standIns)
            this.say(`${where}: ${lab} stands in for ${theirs}`);
        for (const note of next.notes) this.say(note);
        const tc = next.tc.includes(`dev ${wanDevice} root`)
            ? next.tc
            : [standingRoot, next.tc].filter(Boolean).join("\n");
        const lines = tcInPlace(this.tc, tc);
        const isGone = (line: string): boolean => line.startsWith("class del");
        for (const look of this.looks) await look();
        await this.batch(lines.filter((line) => !isGone(line)));
        const rules = nftInPlace(this.translation?.tables ?? [], next.tables);
        if (rules !== "") await this.inside("nft", ["-f", "-"], rules);
        this.translation = next;
        for (const look of this.looks) await look();
        const gone = lines.filter(isGone);
        if (gone.length > 0) await this.untilSent(gone.map((line) => line.split(" ").at(-1) ?? ""));
        await this.batch(gone);
        this.tc = tc;
    }

    private async batch(lines: readonly string[]): Promise<void> {
        if (lines.length > 0) await this.inside("tc", ["-batch", "-"], `${lines.join("\n")}\n`);
    }

    private async untilSent(classes: readonly string[]): Promise<void> {
        for (const end = performance.now() + draining; performance.now() < end; await sleep(20)) {
            const counts = classCounts(await this.inside("tc", ["-s", "class", "show", "dev", wanDevice]));
            if (classes.every((id) => (counts.get(id)?.queuedPackets ?? 0) === 0)) return;
        }
    }

    private async bringCounts(): Promise<void> {
        // One program for all: it is asked before every answer.
        const commands = [
            "nft -j list counters",
            `tc -s class show dev ${wanDevice}`,
            "ip -s -j link show",
            "cat /proc/net/nf_conntrack",
        ];
        const text = await this.inside("sh", ["-c", commands.join(" && echo === && ")]);
        const [rules = "", classes = "", devices = "", tracked = ""] = text.split("===\n");
        const names = new Map(this.marks.connectionMarks.entries().map(([name, number]) => [number, name]));
        const byRule = ruleCounts(rules);
        const measured: Measured = {
            counts: [
                ...this.ruleRows(byRule),
                ...this.queueRows(classCounts(classes)),
                ...this.interfaceRows(deviceCounts(devices)),
            ],
            connections: connections(tracked, names),
            fastTracked: (["ip", "ip6"] as const).flatMap((family) => {
                const total = byRule.get(`${family} filter_fasttrack`);
                return total
                    ? [{ family: family === "ip" ? 4 : 6, ...this.more(`${family} fasttrack`, total) } as const]
                    : [];
            }),
        };
        this.options.router.measured(measured);
    }

    private ruleRows(byRule: ReadonlyMap<string, Total>): Count[] {
        return (["ip", "ipv6"] as const).flatMap((family) =>
            (["mangle", "filter"] as const).flatMap((table) => {
                const menu = `/${family}/firewall/${table}`;
                return this.options.router.rows(menu).flatMap((row): Count[] => {
                    const id = row[".id"] ?? "";
                    const name = `${family === "ip" ? "ip" : "ip6"} ${counterName(menu, id)}`;
                    const total = byRule.get(name);
                    return total ? [{ menu, id, ...this.more(name, total) }] : [];
                });
            }),
        );
    }

    private queueRows(byClass: ReadonlyMap<string, ClassCount>): Count[] {
        return (this.translation?.classes ?? []).flatMap(({ id = "", classId, spread }): Count[] => {
            const own = byClass.get(classId);
            if (!own) return [];
            const below = spread.flatMap((one) => byClass.get(one) ?? []);
            const sum = (key: keyof ClassCount): number => [own, ...below].reduce((all, one) => all + one[key], 0);
            const name = `queue ${id}`;
            return [
                {
                    menu: "/queue/tree",
                    id,
                    ...this.more(name, own),
                    dropped: this.more(`${name} dropped`, { bytes: 0, packets: sum("dropped") }).packets,
                    ...this.rateOf(name, own),
                    // An inner class knows no queue of its own.
                    queuedBytes: below.length > 0 ? sum("queuedBytes") - own.queuedBytes : own.queuedBytes,
                    queuedPackets: below.length > 0 ? sum("queuedPackets") - own.queuedPackets : own.queuedPackets,
                },
            ];
        });
    }

    private interfaceRows(byDevice: ReturnType<typeof deviceCounts>): Count[] {
        const { router, wan, lan } = this.options;
        const ids = new Map(router.rows("/interface").map((row: Row) => [row["name"], row[".id"] ?? ""]));
        return [
            [wan, wanDevice],
            [lan, lanDevice],
        ].flatMap(([name = "", device = ""]): Count[] => {
            const [id, both] = [ids.get(name), byDevice.get(device)];
            if (id === undefined || !both) return [];
            const { sent, received } = both;
            return [
                {
                    menu: "/interface",
                    id,
                    ...this.more(`${device} sent`, sent),
                    ...this.rateOf(device, sent),
                    received: this.more(`${device} received`, received),
                },
            ];
        });
    }

    /** More than when this was asked last. What counts anew from nothing is new. */
    private more(key: string, total: Total): Total {
        const before = this.totals.get(key);
        this.totals.set(key, { bytes: total.bytes, packets: total.packets });
        if (!before || total.packets < before.packets) return { bytes: total.bytes, packets: total.packets };
        return { bytes: total.bytes - before.bytes, packets: total.packets - before.packets };
    }

    private rateOf(key: string, { bytes, packets }: Total): { rate: number; packetRate: number } {
        const now = performance.now();
        const before = this.rates.get(key) ?? { at: now, total: { bytes, packets }, rate: 0, packetRate: 0 };
        const seconds = (now - before.at) / 1000;
        const next =
            seconds * 1000 < rateOver
                ? before
                : {
                      at: now,
                      total: { bytes, packets },
                      rate: Math.max(0, Math.round(((bytes - before.total.bytes) * 8) / seconds)),
                      packetRate: Math.max(0, Math.round((packets - before.total.packets) / seconds)),
                  };
        this.rates.set(key, next);
        return { rate: next.rate, packetRate: next.packetRate };
    }

    private inside(program: string, args: readonly string[], input?: string): Promise<string> {
        return this.options.topology.exec("router", program, args, input);
    }

    private say(text: string): void {
        if (this.said.has(text)) return;
        this.said.add(text);
        this.options.say(text);
    }
}
