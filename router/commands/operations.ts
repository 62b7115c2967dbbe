import type { Router, Row } from "../api";
import type { Device } from "../device/device";
import { showId } from "../device/table";
import type { RestServer } from "../http/server";
import { configurationOf, exportText } from "../language/export";
import { trace } from "../packets/trace";
import { carry } from "../packets/traffic";
import { configure, makeBare, setAdministrator } from "../start/factory";
import * as commands from "./commands";

export interface Surroundings {
    device: Device;
    server: RestServer;
    username: string;
    password: string;
    /** Brings changes to the state file. */
    settle(): void;
}

/** All of {@link Router} but how it is reached and stopped; what the control interface does goes through here too. */
export type Operations = Omit<Router, "url" | "certificate" | "fingerprint" | "warnings" | "stop" | "log">;

export function operationsOn({ device, server, username, password, ...rest }: Surroundings): Operations {
    const menuOf = (path: string) => device.menu(path);
    const select = (path: string, id: string) => commands.selectRows(device, menuOf(path), id);
    const byHand = <T>(work: () => T): T => {
        const result = work();
        rest.settle();
        return result;
    };
    const restart = (how: { renumber?: boolean } = {}) => byHand(() => device.restart(how.renumber));
    return {
        clearLog: () => server.clearLog(),
        rows: (path) => device.rowsOf(menuOf(path)).map((row) => device.show(menuOf(path), row)),
        add: (path, row) => byHand(() => showId(commands.add(device, menuOf(path), row).id)),
        set: (path, id, values) => byHand(() => commands.set(device, menuOf(path), select(path, id), values)),
        remove: (path, id) => byHand(() => commands.remove(device, menuOf(path), select(path, id))),
        move: (path, id, destination) =>
            byHand(() => commands.move(device, menuOf(path), select(path, id), destination)),
        export: () => exportText(device),
        configuration: () => configurationOf(device),
        onRequest(hook) {
            server.hooks.add(hook);
            return () => server.hooks.delete(hook);
        },
        addFault: (fault) => server.faults.add(fault),
        clearFaults: () => server.faults.clear(),
        release: () => server.release(),
        restart,
        reset: (how = {}) =>
            byHand(() => {
                for (const table of device.allTables().values()) table.clear();
                if (how.serial !== undefined) device.setSerial(how.serial);
                makeBare(device);
                configure(device);
                setAdministrator(device, username, password);
                device.touch();
            }),
        setPassword: (name, secret) =>
            byHand(() =>
                commands.set(device, menuOf("/user"), select("/user", name), { password: secret } satisfies Row),
            ),
        advance: (seconds) => byHand(() => device.advance(seconds)),
        trace: (description) => trace(device, description),
        traffic: (description) => byHand(() => carry(device, description)),
    };
}
