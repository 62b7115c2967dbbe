import type { Operations, Row } from "../api";
import * as commands from "../commands/commands";
import { restart } from "../commands/restart";
import type { Device } from "../device/device";
import { showId } from "../device/table";
import type { RestServer } from "../http/server";
import { configurationOf, exportText } from "../language/export";
import { menuOf } from "../menus";
import { keptLines } from "../menus/kept";
import { rowsOf, showRow } from "../menus/rows";
import { bring } from "../packets/measured";
import { trace } from "../packets/trace";
import { carry } from "../packets/traffic";
import { configure, makeBare, setAdministrator } from "./factory";

export interface Surroundings {
    device: Device;
    server: RestServer;
    username: string;
    password: string;
    /** Brings changes to the state file. */
    settle(): void;
}

export function operationsOn({ device, server, username, password, ...rest }: Surroundings): Operations {
    const menu = (path: string) => menuOf(device, path);
    const select = (path: string, id: string) => commands.selectRows(device, menu(path), id);
    const byHand = <T>(work: () => T): T => {
        const result = work();
        rest.settle();
        return result;
    };
    return {
        clearLog: () => server.clearLog(),
        rows: (path) => rowsOf(device, menu(path)).map((row) => showRow(device, menu(path), row)),
        add: (path, row) => byHand(() => showId(commands.add(device, menu(path), row).id)),
        set: (path, id, values) => byHand(() => commands.set(device, menu(path), select(path, id), values)),
        remove: (path, id) => byHand(() => commands.remove(device, menu(path), select(path, id))),
        move: (path, id, destination) => byHand(() => commands.move(device, menu(path), select(path, id), destination)),
        export: () => exportText(device),
        configuration: () => configurationOf(device),
        onRequest(hook) {
            server.hooks.add(hook);
            return () => server.hooks.delete(hook);
        },
        onCommand(hook) {
            server.commandHooks.add(hook);
            return () => server.commandHooks.delete(hook);
        },
        addFault: (fault) => server.faults.add(fault),
        clearFaults: () => server.faults.clear(),
        release: () => server.release(),
        restart: (how = {}) => byHand(() => restart(device, how.renumber)),
        reset: (how = {}) =>
            byHand(() => {
                for (const table of device.allTables().values()) table.clear();
                keptLines.reset(device);
                if (how.serial !== undefined) device.setSerial(how.serial);
                makeBare(device);
                configure(device);
                setAdministrator(device, username, password);
                device.touch();
            }),
        setPassword: (name, secret) =>
            byHand(() =>
                commands.set(device, menu("/user"), select("/user", name), { password: secret } satisfies Row),
            ),
        advance: (seconds) => byHand(() => device.advance(seconds)),
        trace: (description) => trace(device, description),
        couple: (plane) => server.packets.couple(plane),
        measured: (measured) => {
            bring(device, measured);
            server.told();
        },
        traffic: (description) => byHand(() => carry(device, description)),
    };
}
