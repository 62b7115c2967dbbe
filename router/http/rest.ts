import { selectRows } from "../commands/commands";
import { type Answer, argumentsOf, type Command, executeOnMenu } from "../commands/protocol";
import { toBytes } from "../device/bytes";
import type { Device } from "../device/device";
import { PerDevice } from "../device/per-device";
import { showId } from "../device/table";
import { refuse } from "../errors";
import { type EachCommand, runScript } from "../language/script";
import { menuOf } from "../menus";

export type { Answer, Command } from "../commands/protocol";

/**
 * Carries out one REST request: on a menu, or `/execute` and `/export`, which belong to none. `each` is called after every
 * command of a script. Throws a refusal.
 */
export function execute(device: Device, command: Command, each?: EachCommand): Answer {
    const [name, ...more] = command.segments;
    if (command.method === "POST" && command.segments.join("/") === "system/script/run")
        return runStored(device, command);
    if (name !== "execute" && name !== "export") return executeOnMenu(device, command);
    if (more.length > 0 || command.method !== "POST") throw refuse.noSuchCommand();
    const given = argumentsOf(command.body);
    // The text of an export goes to a file or nowhere (recorded).
    return name === "execute" ? executeScript(device, given, each) : done([]);
}

/**
 * With `as-string` (its presence counts) what the script put, errors among it, always with 200; without it the id of a
 * job, and no error is ever seen. Of a script that fails half way, what it did before stays done.
 */
function executeScript(device: Device, given: Record<string, string>, each: EachCommand = () => true): Answer {
    const { script, "as-string": asString, ...rest } = given;
    for (const argument of Object.keys(rest)) if (argument !== "file") throw refuse.unknownParameter(argument);
    if (script === undefined) throw refuse.missing("script");
    const { execute, scriptBytes, scriptCommands } = device.behaviour;
    // assumed(execute)
    if (execute === "unknown") throw refuse.noSuchCommand();
    if (execute === "device-mode") throw refuse.deviceMode();
    // assumed(script-size)
    if (toBytes(script).length > scriptBytes) throw refuse.scriptTooLong();
    const within: EachCommand = (carriedOut) => each(carriedOut) && carriedOut !== scriptCommands;
    const { output, ...ran } = runScript(device, script, within);
    const garbled = execute === "garbled" ? `${nextJob(device)}\u0000${output.length}` : undefined;
    const ret = garbled ?? (asString === undefined ? nextJob(device) : output);
    return { ...done({ ret }), ...ran, ...(execute === "silent" ? { silent: true } : {}) };
}

const jobs = new PerDevice(() => ({ last: 0x17 }));

/** Id of a script's job. */
function nextJob(device: Device): string {
    return showId(++jobs.of(device).last);
}

/** `/system/script/run`: what the script puts goes nowhere. */
function runStored(device: Device, command: Command): Answer {
    const given = argumentsOf(command.body);
    const numbers = given["number"] ?? given["numbers"] ?? given[".id"];
    if (numbers === undefined) throw refuse.missing(".id");
    const menu = menuOf(device, "/system/script");
    for (const row of selectRows(device, menu, numbers)) {
        runScript(device, row.values["source"] ?? "");
        row.counters = { bytes: 0, packets: (row.counters?.packets ?? 0) + 1 };
    }
    return done([]);
}

const done = (body: unknown): Answer => ({ status: 200, body, rowsScanned: 0, rowsReturned: 0 });
