/** Rows of an address list without a router: what they come to when operations are carried out. */
import { addressListMenus } from "../../providers/routeros/runtime/kinds/address-list/menu";
import type { Values } from "../../providers/routeros/runtime/rows/fields";
import { patchBody } from "../../providers/routeros/runtime/rows/fields";
import type { Claim, Operation } from "../../providers/routeros/runtime/rows/reconcile";
import type { Row } from "../../providers/routeros/runtime/rows/row";
import { readRow } from "../../providers/routeros/runtime/rows/row";

export const owner = "site/test/list";
export const { table } = addressListMenus.ipv4;
export const read = (rows: readonly Values[]): Row[] => rows.map((row) => readRow(addressListMenus.ipv4, row));

/** A menu that does what the operations say, as the router would. */
export function applied(rows: readonly Values[], operations: readonly Operation[]): Values[] {
    let next = 1000;
    const all = rows.map((row) => ({ ...row }));
    const place = (id: string | undefined): number => {
        const at = all.findIndex((row) => row[".id"] === id);
        return at < 0 ? all.length : at;
    };
    for (const operation of operations) {
        if (operation.kind === "add") {
            all.splice(place(operation.before), 0, { ".id": `*${(next += 1)}`, ...operation.values });
        } else if (operation.kind === "change") {
            const row = all[place(operation.id)];
            if (!row) throw new Error(`no row ${operation.id}`);
            for (const [name, value] of Object.entries(patchBody(operation.difference))) {
                if (name.startsWith("!")) delete row[name.slice(1)];
                else row[name] = value;
            }
        } else if (operation.kind === "remove") {
            if (place(operation.id) === all.length) throw new Error(`no row ${operation.id}`);
            all.splice(place(operation.id), 1);
        } else {
            const moved = operation.ids.map((id) => all[place(id)]).filter((row) => row !== undefined);
            for (const row of moved) all.splice(all.indexOf(row), 1);
            all.splice(place(operation.before), 0, ...moved);
        }
    }
    return all;
}

export function claim(more: Partial<Claim> = {}): Claim {
    return {
        table,
        owners: [owner],
        ids: new Map(),
        same: ({ values }, key) => values["address"] === key,
        adopt: false,
        original: new Map(),
        ...more,
    };
}
