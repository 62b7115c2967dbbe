/**
 * A second reader of RouterOS's language, written from the manual's page "Scripting" and not from the embedded router: what
 * the words of one command line are, and what stands between quotation marks. It holds whatever a script may misread: a
 * variable, a command in brackets, an escape that is none, the end of a line.
 */
interface ReadCommand {
    /** `/ip/firewall/address-list/add` */
    command: string;
    /** Words without a name. */
    words: string[];
    args: Record<string, string>;
}

/** The command of a line without blocks. Throws where the manual would have it do something else than say its words. */
export function readCommand(line: string): ReadCommand {
    const [command = "", ...rest] = wordsOf(line);
    const read: ReadCommand = { command, words: [], args: {} };
    for (const word of rest) {
        const at = word.indexOf("=");
        // "Named parameters": a name of letters, digits and hyphens, `=`, a value.
        if (at > 0 && /^[a-z0-9-]+$/.test(word.slice(0, at))) read.args[word.slice(0, at)] = word.slice(at + 1);
        else read.words.push(word);
    }
    return read;
}

function wordsOf(line: string): string[] {
    const words: string[] = [];
    let word: string | undefined;
    for (let at = 0; at < line.length; at += 1) {
        const character = line[at] as string;
        if (character === " ") {
            if (word !== undefined) words.push(word);
            word = undefined;
        } else if (character === '"') {
            const { text, end } = stringAt(line, at);
            word = (word ?? "") + text;
            at = end;
        } else {
            // "Special characters": these end a command, open a block, an expression or a comment, or name a variable.
            if (/[;{}[\]()$#\\\n\r"]/.test(character)) throw new Error(`${character} outside of a string in ${line}`);
            word = (word ?? "") + character;
        }
    }
    return word === undefined ? words : [...words, word];
}

/** "Constant Escape Sequences" of the manual, and a variable or a command behind `$`. */
function stringAt(line: string, from: number): { text: string; end: number } {
    const escapes: Record<string, string> = {
        '"': '"',
        "\\": "\\",
        n: "\n",
        r: "\r",
        t: "\t",
        $: "$",
        "?": "?",
        _: " ",
        a: "\u0007",
        b: "\u0008",
        f: "\u000c",
        v: "\u000b",
    };
    let text = "";
    for (let at = from + 1; at < line.length; at += 1) {
        const character = line[at] as string;
        if (character === '"') return { text, end: at };
        if (character === "$") throw new Error(`a variable in ${line}`);
        if (character === "\n" || character === "\r") throw new Error(`a string over two lines in ${line}`);
        if (character !== "\\") {
            text += character;
            continue;
        }
        const next = line[at + 1] ?? "";
        const code = /^[0-9A-F]{2}/.exec(line.slice(at + 1))?.[0];
        if (escapes[next] !== undefined) text += escapes[next];
        else if (code !== undefined) text += String.fromCharCode(parseInt(code, 16));
        else throw new Error(`\\${next} is no escape in ${line}`);
        at += escapes[next] === undefined ? 2 : 1;
    }
    throw new Error(`a string does not end in ${line}`);
}
