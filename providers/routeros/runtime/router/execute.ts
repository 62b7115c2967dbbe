/** Scripts over `/execute`: one request for many operations, as long as the router is seen to carry them out. */
import { randomBytes } from "node:crypto";

import type { Step } from "../rows/script";
import { isAnswerOf, outcomesOf, scriptOf } from "../rows/script";
import { type Client, mayPass } from "./client";
import { isUnreachable, RouterError } from "./errors";
import { informOnce } from "./once";

/**
 * From how many operations on scripts are used. Rows written one by one need not be read again; a script needs that, and
 * the first one of a run another two requests: at 119 ms a request and 10 to 20 ms a row of a script, five are as quick.
 */
const fewest = 8;
/** Milliseconds of a request: where reading the rows again takes longer than all of them one by one, that is quicker. */
const request = 100;

/** A script blocks the router's web server: how long it may take, in milliseconds, aimed at with some room. */
const longest = 1500;
/** Bytes of a script; what a router takes is not documented. */
const largest = 28 * 1024;
/** Steps of the first script after the one that is tried, and at most. */
const first = 10;
const most = 200;

/** How often an answer may be lost before scripts are given up. */
const losses = 2;

export class Scripts {
    /** Steps of a script at most. */
    readonly most = most;
    /** A script of one step did what it said. */
    private proven = false;
    private steps = first;
    private lost = 0;
    private off: boolean;
    private readonly client: Client;
    private readonly now: () => number;
    private readonly from: number;

    constructor(client: Client, options: { wanted: boolean; from?: number | undefined; now: () => number }) {
        this.client = client;
        this.off = !options.wanted;
        this.from = options.from ?? fewest;
        this.now = options.now;
    }

    /** Whether so many operations go by scripts, where reading the rows again takes so many milliseconds. */
    takes(operations: number, reading: number): boolean {
        return !this.off && operations >= this.from && operations * request > reading;
    }

    /** Whether the next script is the first one: it holds one step, and what it did is to be looked at. */
    get isTrial(): boolean {
        return !this.proven;
    }

    /** How many of these steps the next script holds. */
    share(steps: readonly Step[]): number {
        if (this.isTrial) return 1;
        let bytes = 0;
        const over = steps.slice(0, this.steps).findIndex((step) => {
            bytes += scriptOf("b00000000 0", [step], false).length;
            return bytes > largest;
        });
        return over < 0 ? Math.min(this.steps, steps.length) : Math.max(over, 1);
    }

    /**
     * What became of each step, by number; `undefined` where the router takes no scripts: nothing was done.
     *
     * @throws RouterError where no answer came, or another one: what was done has to be looked up
     */
    async run(steps: readonly Step[], ordered: boolean, still?: () => void): Promise<Map<number, string> | undefined> {
        const name = `b${randomBytes(4).toString("hex")}`;
        const started = this.now();
        try {
            const answer = await this.client.request("POST", "/execute", {
                body: { script: scriptOf(name, steps, ordered), "as-string": "" },
                expect: (given) => (isAnswerOf(name, given) ? undefined : "no answer to its script"),
                ...(still ? { still } : {}),
            });
            const outcomes = outcomesOf(name, (answer as { ret: string }).ret);
            this.adapt(steps.length, this.now() - started);
            // Of a set every step says something; a script that was cut off is looked up.
            if (!ordered && outcomes.size < steps.length) this.countLoss("a script was cut off");
            return outcomes;
        } catch (error) {
            if (!(error instanceof RouterError)) throw error;
            const { raw, summary } = error;
            if (mayPass(error)) this.countLoss(summary);
            else if (!isUnreachable(error)) {
                this.giveUp(raw || summary);
                return undefined;
            }
            throw error;
        }
    }

    /** What the trial said it had done stands, or does not. */
    tried(stands: boolean): void {
        if (stands) this.proven = true;
        else this.giveUp("what a script wrote does not stand as it was meant");
    }

    private countLoss(why: string): void {
        this.steps = first;
        this.lost += 1;
        if (this.isTrial || this.lost >= losses) this.giveUp(why);
    }

    private giveUp(why: string): void {
        if (this.off) return;
        this.off = true;
        informOnce(`rows on ${this.client.router} are written one by one, not by scripts: ${why}.`);
    }

    /** More in the next script, or less, as the router's speed has it. */
    private adapt(steps: number, milliseconds: number): void {
        const fitting = milliseconds > 0 ? Math.floor((steps * longest) / milliseconds) : most;
        this.steps = this.isTrial ? first : Math.max(1, Math.min(fitting, this.steps * 4, most));
    }
}
