import type { Row } from "../api";
import type { Device } from "../device/device";
import { showId, type StoredRow } from "../device/table";
import type { Field } from "../device/values";
import { refuse } from "../errors";
import type { MenuRules } from "./definition";

/** `/interface`: every interface, whatever its kind; kinds have menus of their own below it. */
export const interfaces: MenuRules = {
    path: "/interface",
    named: true,
    fields: { mtu: { kind: "string" }, l2mtu: { kind: "integer", max: 65535 } },
    show(shown, row, device) {
        const up = shown["disabled"] !== "true";
        const { rx, tx } = traffic(row);
        const common: Row = {
            name: shown["name"]!,
            type: shown["type"]!,
            mtu: shown["mtu"] ?? "auto",
            "actual-mtu": shown["mtu"] === undefined || shown["mtu"] === "auto" ? "1500" : shown["mtu"],
            "mac-address": shown["mac-address"] ?? "02:00:00:00:00:01",
            "link-downs": "0",
            disabled: shown["disabled"] ?? "false",
            running: String(up),
            "rx-byte": rx,
            "tx-byte": tx,
            "rx-packet": String(row.counters?.received?.packets ?? 0),
            "tx-packet": String(row.counters?.packets ?? 0),
            "rx-drop": "0",
            "tx-drop": "0",
            "rx-error": "0",
            "tx-error": "0",
            "tx-queue-drop": "0",
            "fp-rx-byte": "0",
            "fp-tx-byte": "0",
            "fp-rx-packet": "0",
            "fp-tx-packet": "0",
        };
        for (const name of ["default-name", "comment", "l2mtu"])
            if (shown[name] !== undefined) common[name] = shown[name];
        if (row.dynamic) common["dynamic"] = "true";
        if (isMember(device, showId(row.id))) common["slave"] = "true";
        return common;
    },
};

/** Of a bridge, by itself or by a list, or of a bond. */
function isMember(device: Device, id: string): boolean {
    const inUse = (path: string): StoredRow[] =>
        device
            .table(path)
            .all()
            .filter(({ values }) => values["disabled"] !== "true");
    const port = ({ values: { interface: name = "" } }: StoredRow): boolean =>
        name === id || isInList(device, name, id);
    const slave = ({ values }: StoredRow): boolean => (values["slaves"] ?? "").split(",").includes(id);
    return inUse("/interface/bridge/port").some(port) || inUse("/interface").some(slave);
}

function traffic(row: StoredRow): { rx: string; tx: string } {
    return { rx: String(row.counters?.received?.bytes ?? 0), tx: String(row.counters?.bytes ?? 0) };
}

interface KindRules {
    mandatory?: readonly string[];
    fields?: Record<string, Field>;
    /** What the menu shows of a row where nothing is written. */
    shows?: Row;
    /** A new one is off: clients. */
    off?: boolean;
}

const interfaceReference: Field = { kind: "reference", menu: "/interface", says: "interface" };

/** Menus of one kind of interface, whose rows are interfaces too. */
function interfaceKind(kind: string, type: string, { mandatory, fields, shows, off }: KindRules = {}): MenuRules {
    const path = `/interface/${kind}`;
    return {
        path,
        viewOf: { path: "/interface", where: { type } },
        named: true,
        mandatory: mandatory ?? [],
        fields: { interface: interfaceReference, "vlan-id": { kind: "integer", min: 1, max: 4095 }, ...fields },
        defaults: { disabled: off ? "yes" : "no" },
        check(values, { device }) {
            values["type"] = type;
            if (values["name"]) return;
            let number = 1;
            while (device.findByName("/interface", `${kind}${number}`)) number++;
            values["name"] = `${kind}${number}`;
        },
        show(shown) {
            const rest: Row = { ...shows, ...shown, running: String(shown["disabled"] !== "true") };
            delete rest["type"];
            return rest;
        },
        hidden: ["password", "private-key", "preshared-key"],
    };
}

/** What these menus show of a port or bridge nobody has configured: names from public captures, values assumed(shown-hardware). */
const ethernetShows: Row = {
    mtu: "1500",
    l2mtu: "1596",
    "mac-address": "02:00:00:00:00:01",
    "orig-mac-address": "02:00:00:00:00:01",
    arp: "enabled",
    "arp-timeout": "auto",
    "auto-negotiation": "true",
    bandwidth: "unlimited/unlimited",
    "default-name": "",
    "loop-protect": "default",
    "loop-protect-disable-time": "5m",
    "loop-protect-send-interval": "5s",
    "loop-protect-status": "off",
    "rx-flow-control": "off",
    "tx-flow-control": "off",
    "driver-rx-byte": "0",
    "driver-rx-packet": "0",
    "driver-tx-byte": "0",
    "driver-tx-packet": "0",
    "rx-bytes": "0",
    "tx-bytes": "0",
    "rx-fcs-error": "0",
    "rx-pause": "0",
};
const bridgeShows: Row = {
    mtu: "auto",
    "actual-mtu": "1500",
    "mac-address": "02:00:00:00:00:01",
    arp: "enabled",
    "arp-timeout": "auto",
    "ageing-time": "5m",
    "auto-mac": "true",
    "dhcp-snooping": "false",
    "fast-forward": "true",
    "forward-delay": "15s",
    "igmp-snooping": "false",
    "max-message-age": "20s",
    priority: "0x8000",
    "protocol-mode": "rstp",
    "transmit-hold-count": "6",
    "vlan-filtering": "false",
};

const references: Field = { kind: "references", menu: "/interface", says: "interface", emptyAllowed: true };
const ofInterface: KindRules = { mandatory: ["interface"] };

/** What runs over another kind stands behind it, as in an export. */
export const interfaceKinds: readonly MenuRules[] = [
    interfaceKind("ethernet", "ether", { shows: ethernetShows }),
    interfaceKind("bridge", "bridge", { shows: bridgeShows }),
    interfaceKind("wireguard", "wg"),
    interfaceKind("eoip", "eoip"),
    interfaceKind("gre", "gre-tunnel"),
    interfaceKind("ipip", "ipip-tunnel"),
    interfaceKind("vxlan", "vxlan"),
    interfaceKind("lte", "lte"),
    interfaceKind("veth", "veth"),
    interfaceKind("bonding", "bond", { mandatory: ["slaves"], fields: { slaves: references } }),
    interfaceKind("vlan", "vlan", ofInterface),
    interfaceKind("macvlan", "macvlan", ofInterface),
    interfaceKind("vrrp", "vrrp", ofInterface),
    interfaceKind("pppoe-client", "pppoe-out", { ...ofInterface, off: true }),
    interfaceKind("l2tp-client", "l2tp-out", { off: true }),
    interfaceKind("pptp-client", "pptp-out", { off: true }),
    interfaceKind("sstp-client", "sstp-out", { off: true }),
    interfaceKind("ovpn-client", "ovpn-out", { off: true }),
];

/** Ports of bridges. A row of a bridge that is gone reads its id. */
export const bridgePorts: MenuRules = {
    path: "/interface/bridge/port",
    mandatory: ["bridge", "interface"],
    fields: {
        bridge: interfaceReference,
        interface: { kind: "reference", menu: "interface-or-list", says: "interface" },
    },
    defaults: { disabled: "no" },
    show: (shown, row) => ({ ...shown, dynamic: row.dynamic ? "true" : "false", inactive: "false" }),
};

export const bridgeVlans: MenuRules = {
    path: "/interface/bridge/vlan",
    mandatory: ["bridge", "vlan-ids"],
    fields: { bridge: interfaceReference, tagged: references, untagged: references },
    defaults: { disabled: "no" },
    show: (shown, row) => ({ ...shown, dynamic: row.dynamic ? "true" : "false" }),
};

export const wireguardPeers: MenuRules = {
    path: "/interface/wireguard/peers",
    mandatory: ["interface"],
    fields: { interface: interfaceReference },
    defaults: { disabled: "no" },
    hidden: ["private-key", "preshared-key"],
};

const listReference = { kind: "reference", menu: "/interface/list", says: "interface-list" } as const;

export const interfaceLists: MenuRules = {
    path: "/interface/list",
    builtin: ["all", "none", "dynamic", "static"].map((name) => ({
        name,
        comment: `contains ${name === "none" ? "no" : name} interfaces`,
        include: "",
        exclude: "",
    })),
    named: true,
    mandatory: ["name"],
    fields: {
        include: { ...listReference, kind: "references", emptyAllowed: true },
        exclude: { ...listReference, kind: "references", emptyAllowed: true },
    },
    defaults: { include: "", exclude: "" },
    show: (shown, row) => ({ ...shown, builtin: row.builtin ? "true" : "false", dynamic: "false" }),
    removing(rows) {
        if (rows.some((row) => row.builtin)) throw refuse.builtinChange("remove");
    },
};

export const interfaceListMembers: MenuRules = {
    path: "/interface/list/member",
    mandatory: ["interface", "list"],
    fields: { interface: { kind: "reference", menu: "/interface", says: "interface" }, list: listReference },
    defaults: { disabled: "no" },
    check(values, { device, menu, row }) {
        const same = device
            .table(menu.path)
            .all()
            .some(
                (other) =>
                    other !== row &&
                    other.values["list"] === values["list"] &&
                    other.values["interface"] === values["interface"],
            );
        if (same) throw refuse.duplicateEntry(); // assumed(list-members)
    },
    show: (shown, row) => ({ ...shown, dynamic: row.dynamic ? "true" : "false" }),
};

/** Whether an interface, by id, is in a list: its members, included lists, and the builtin lists. */
export function isInList(device: Device, listId: string, interfaceId: string, depth = 0): boolean {
    const list = device.rowOf("/interface/list", listId);
    if (!list || depth > 10) return false;
    const of = device.rowOf("/interface", interfaceId);
    switch (list.values["name"]) {
        case "all":
            return true;
        case "none":
            return false;
        case "dynamic":
            return of?.dynamic === true;
        case "static":
            return of !== undefined && !of.dynamic;
    }
    const lists = (name: string) => (list.values[name] ?? "").split(",").filter((id) => id !== "");
    if (lists("exclude").some((id) => isInList(device, id, interfaceId, depth + 1))) return false;
    if (lists("include").some((id) => isInList(device, id, interfaceId, depth + 1))) return true;
    return device
        .table("/interface/list/member")
        .all()
        .some(
            ({ values }) =>
                values["list"] === listId && values["interface"] === interfaceId && values["disabled"] !== "true",
        );
}
