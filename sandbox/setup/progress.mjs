/**
 * Tells what set-up is doing. On a terminal one line is kept current; elsewhere a plain line is printed when a step
 * starts, every ten seconds while it runs, and when it ends.
 */
const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const everySeconds = 10;

export class Progress {
    #steps = new Map();
    #timer;
    #frame = 0;
    #terminal;
    #started = performance.now();

    constructor(stream = process.stderr) {
        this.stream = stream;
        this.#terminal = Boolean(stream.isTTY) && process.env.TERM !== "dumb";
    }

    /** Starts a step; `update` says what it is at, `done` ends it with a line. */
    step(name, doing) {
        const step = { doing, started: performance.now() };
        this.#steps.set(name, step);
        if (!this.#terminal) this.#print(`${name}: ${doing}`);
        this.#timer ??= setInterval(() => this.#tick(), this.#terminal ? 100 : everySeconds * 1000);
        return {
            update: (text) => (step.doing = text),
            done: (text) => {
                this.#end(name);
                this.#print(`${name}: ${text} (${seconds(step.started)})`);
            },
            failed: () => this.#end(name),
        };
    }

    /** A line that stays. */
    note(text) {
        this.#print(text);
    }

    stop() {
        clearInterval(this.#timer);
        this.#timer = undefined;
        this.#erase();
    }

    #end(name) {
        this.#steps.delete(name);
        if (this.#steps.size === 0) this.stop();
    }

    #tick() {
        if (!this.#terminal) {
            this.#print(`${seconds(this.#started)}: ${this.#summary()}`);
            return;
        }
        this.#frame = (this.#frame + 1) % frames.length;
        const line = `${frames[this.#frame]} set-up ${seconds(this.#started)}: ${this.#summary()}`;
        this.stream.write(`\r\u001b[K${line.slice(0, (this.stream.columns || 80) - 1)}`);
    }

    #summary() {
        return [...this.#steps].map(([name, step]) => `${name}: ${step.doing}`).join("; ");
    }

    #print(text) {
        this.#erase();
        this.stream.write(`set-up: ${text}\n`);
    }

    #erase() {
        if (this.#terminal) this.stream.write("\r\u001b[K");
    }
}

function seconds(since) {
    const passed = (performance.now() - since) / 1000;
    return passed < 10 ? `${passed.toFixed(1)} s` : `${Math.round(passed)} s`;
}
