/** Questions to a person at a terminal. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

export interface Ask {
    (what: string, proposed?: string, how?: { hidden?: boolean }): Promise<string>;
    close(): void;
}

/** Asks at a terminal; elsewhere, and with --yes, takes what is proposed, and says which option is missing. */
export function questions(takeProposed: boolean): Ask {
    const isTerminal = process.stdin.isTTY;
    let hides = false;
    const output = new Writable({
        write: (chunk: Buffer, _encoding, done) => {
            if (!hides) process.stderr.write(chunk);
            done();
        },
    });
    const terminal = isTerminal ? createInterface({ input: process.stdin, output, terminal: true }) : undefined;
    // Ctrl-C and Ctrl-D close it, and an answer that is waited for would never come.
    const closed = new AbortController();
    terminal?.once("close", () => closed.abort());
    const ask = async (what: string, proposed?: string, { hidden = false } = {}): Promise<string> => {
        if (proposed !== undefined && proposed !== "" && (takeProposed || terminal === undefined)) return proposed;
        if (terminal === undefined) throw new Error(`${what}: not given, and nobody can be asked here; see --help`);
        const question = `${what}${proposed === undefined ? "" : ` [${proposed}]`}: `;
        process.stderr.write(hidden ? question : "");
        hides = hidden;
        const given = terminal.question(hidden ? "" : question, { signal: closed.signal });
        const answer = await given.then(
            (text) => text.trim(),
            () => Promise.reject(new Error("interrupted: nothing is changed")),
        );
        hides = false;
        if (hidden) process.stderr.write("\n");
        return answer === "" ? (proposed ?? ask(what, proposed, { hidden })) : answer;
    };
    return Object.assign(ask, { close: () => terminal?.close() });
}
