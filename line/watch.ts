/** A live look at both leaves: one small request of the router at a time, at most one a second. */
import { readConnections } from "../providers/routeros/runtime/kinds/firewall-rules/release";
import type { UploadSite } from "../providers/routeros/runtime/path";
import type { Client } from "../providers/routeros/runtime/router/client";
import { isRouterError } from "../providers/routeros/runtime/router/errors";
import type { Counters } from "./counters";
import { Looks, ratesOf } from "./counters";
import { latencyOf } from "./findings/latency";
import type { Latency, Rates } from "./output";
import type { RunningProbes, Times } from "./probes/round-trips";

export interface Seen {
    /** Oldest first, about one a second, at most {@link history}. */
    rates: Rates[];
    /** Packets that the leaf for uploads threw away since the watch began; absent where that is not counted. */
    dropped?: number;
    /** Marked connections, and those of them that are FastTracked; absent until they were asked for. */
    connections?: { marked: number; fastTracked: number };
    /** TCP round trips of the last seconds; absent where none came back. */
    latency?: Latency;
    /** What the router said last, where it did not answer. */
    problem?: string;
}

/** So many looks are kept. */
export const history = 300;
/** Each so many looks the connections are asked for in place of the queues. */
const connectionsEvery = 5;
/** Round trips are told of so many looks. */
const latencyLooks = 10;

export class Watch {
    private looks: Counters[] = [];
    private first: Counters | undefined;
    private step = 0;
    private readonly byFamily = new Map<string, { marked: number; fastTracked: number }>();
    private trips: Times[] = [];
    private readonly questions: Looks;

    constructor(
        private readonly client: Client,
        private readonly site: UploadSite,
        private readonly probes?: RunningProbes,
    ) {
        this.questions = new Looks(client, site);
    }

    /** One request. A router that does not answer is what is seen then; anything else is thrown. */
    async look(): Promise<Seen> {
        this.step += 1;
        let problem: string | undefined;
        try {
            if (this.step % connectionsEvery === 0) await this.askConnections();
            else await this.askQueues();
        } catch (error) {
            if (!isRouterError(error)) throw error;
            problem = error.message;
        }
        if (this.probes) this.trips = [...this.trips, await this.probes.take()].slice(-latencyLooks);
        const times = this.trips.flatMap(({ tcp }) => tcp.times);
        const lost = this.trips.reduce((sum, { tcp }) => sum + tcp.lost, 0);
        return {
            rates: ratesOf(this.looks),
            ...this.dropped(),
            ...(this.byFamily.size > 0 && { connections: this.connections() }),
            ...(times.length > 0 && { latency: latencyOf({ times, lost }) }),
            ...(problem !== undefined && { problem }),
        };
    }

    private async askQueues(): Promise<void> {
        const look = await this.questions.ask();
        if (!look) return;
        this.first ??= look;
        this.looks = [...this.looks, look].slice(-history);
    }

    private dropped(): Pick<Seen, "dropped"> {
        const [first, last] = [this.first?.s3.dropped, this.looks.at(-1)?.s3.dropped];
        return first === undefined || last === undefined ? {} : { dropped: Math.max(0, last - first) };
    }

    /** One family at a time. */
    private async askConnections(): Promise<void> {
        const { families, connectionMark } = this.site;
        const family = families[(this.step / connectionsEvery) % families.length] ?? "ipv4";
        const rows = await readConnections(this.client, family, { "connection-mark": connectionMark }, ["fasttrack"]);
        const fastTracked = rows.filter(({ fasttrack }) => fasttrack).length;
        this.byFamily.set(family, { marked: rows.length, fastTracked });
    }

    private connections(): { marked: number; fastTracked: number } {
        const all = [...this.byFamily.values()];
        return {
            marked: all.reduce((sum, { marked }) => sum + marked, 0),
            fastTracked: all.reduce((sum, { fastTracked }) => sum + fastTracked, 0),
        };
    }
}
