import { formatDuration, formatTimestamp } from "../device/durations";
import type { MenuRules } from "./definition";
import { fastTrackStatus, forgetFastTracked } from "./firewall-state";

const readOnly = ["get", "print", "export"];

export const identity: MenuRules = {
    path: "/system/identity",
    singleton: true,
    fields: { name: { kind: "string", maxLength: 64 } },
};

export const resource: MenuRules = {
    path: "/system/resource",
    singleton: true,
    show: (_shown, _row, device) => ({
        uptime: formatDuration(Math.floor(device.uptime() / 1000) * 1000),
        version: `${device.version} (stable)`,
        "build-time": "2026-03-30 09:40:17",
        "factory-software": "7.1",
        "free-memory": "196083712",
        "total-memory": "268435456",
        cpu: "MIPS 1004Kc V2.15",
        "cpu-count": "4",
        "cpu-frequency": "880",
        "cpu-load": "1",
        "free-hdd-space": "4190208",
        "total-hdd-space": "16777216",
        "write-sect-since-reboot": "1024",
        "write-sect-total": "65536",
        "bad-blocks": "0",
        "architecture-name": "mmips",
        "board-name": "hEX",
        platform: "MikroTik",
    }),
};

/** assumed(shown-hardware): properties as on a hEX. */
export const routerboard: MenuRules = {
    path: "/system/routerboard",
    singleton: true,
    byHand: { commands: readOnly },
    show: (_shown, _row, device) => ({
        routerboard: "true",
        "board-name": "hEX",
        model: "RB750Gr3",
        "serial-number": device.serial,
        "firmware-type": "mt7621L",
        "factory-firmware": "7.1",
        "current-firmware": device.version,
        "upgrade-firmware": device.version,
    }),
};

export const license: MenuRules = {
    path: "/system/license",
    singleton: true,
    byHand: { commands: readOnly },
    show: (_shown, _row, device) => ({ "software-id": device.softwareId, nlevel: "4", features: "" }),
};

/** assumed(shown-hardware): the two sensors of a hEX. */
export const health: MenuRules = {
    path: "/system/health",
    byHand: { commands: readOnly },
    computed: () => [
        { ".id": "*D", name: "voltage", type: "V", value: "24.1" },
        { ".id": "*E", name: "temperature", type: "C", value: "38" },
    ],
};

/** assumed(shown-hardware): empty but for the start. */
export const log: MenuRules = {
    path: "/log",
    byHand: { commands: [...readOnly, "find", "info", "warning", "error", "debug"] },
    computed: (device) => [
        {
            ".id": "*1",
            time: formatTimestamp(device.now() - device.uptime()),
            topics: "system,info",
            message: "router rebooted",
        },
    ],
};

export const clock: MenuRules = {
    path: "/system/clock",
    singleton: true,
    byHand: {
        commands: [...readOnly, "edit", "set"],
        set: ["date", "time", "time-zone-name", "time-zone-autodetect"],
    },
    show(shown, _row, device) {
        const [date, time] = formatTimestamp(device.now()).split(" ");
        return {
            time: time!,
            date: date!,
            "time-zone-autodetect": shown["time-zone-autodetect"] ?? "true",
            "time-zone-name": shown["time-zone-name"] ?? "UTC",
            "gmt-offset": "+00:00",
            "dst-active": "false",
        };
    },
};

const crud = ["add", "set", "remove", "get", "print", "find", "export", "edit", "enable", "disable", "comment"];

/** assumed(menus-by-hand). Jobs are kept, never run. */
export const scheduler: MenuRules = {
    path: "/system/scheduler",
    named: true,
    mandatory: ["name"],
    byHand: {
        commands: crud,
        add: ["name", "comment", "disabled", "interval", "on-event", "policy", "start-date", "start-time"],
    },
    fields: { disabled: { kind: "boolean" }, interval: { kind: "duration" } },
    defaults: {
        disabled: "no",
        interval: "0s",
        policy: "ftp,reboot,read,write,policy,test,password,sniff,sensitive,romon",
    },
    show: (shown, _row, device) => ({ ...shown, owner: shown["owner"] ?? device.administrator, "run-count": "0" }),
};

export const script: MenuRules = {
    path: "/system/script",
    named: true,
    mandatory: ["name"],
    defaults: {
        "dont-require-permissions": "no",
        policy: "ftp,reboot,read,write,policy,test,password,sniff,sensitive,romon",
    },
    show: (shown, row, device) => ({
        ...shown,
        owner: shown["owner"] ?? device.administrator,
        invalid: "false",
        "run-count": String(row.counters?.packets ?? 0),
    }),
};

export const ipSettings: MenuRules = {
    path: "/ip/settings",
    singleton: true,
    show: (shown, _row, device) => ({
        "accept-redirects": "false",
        "accept-source-route": "false",
        "allow-fast-path": "true",
        "arp-timeout": "30s",
        "icmp-rate-limit": "10",
        "icmp-rate-mask": "0x1818",
        "ip-forward": "true",
        "max-neighbor-entries": "8192",
        "rp-filter": "no",
        "secure-redirects": "true",
        "send-redirects": "true",
        "tcp-syncookies": "false",
        "tcp-timestamps": "random-offset",
        ...shown,
        "ipv4-fast-path-active": "false",
        "ipv4-fast-path-bytes": "0",
        "ipv4-fast-path-packets": "0",
        ...fastTrackStatus(device, 4),
    }),
    restarted: forgetFastTracked,
};

export const ipv6Settings: MenuRules = {
    path: "/ipv6/settings",
    singleton: true,
    show: (shown, _row, device) => ({
        "accept-redirects": "yes-if-forwarding-disabled",
        "accept-router-advertisements": "yes-if-forwarding-disabled",
        "allow-fast-path": "true",
        "disable-ipv6": "false",
        forward: "true",
        "max-neighbor-entries": "16384",
        ...shown,
        "ipv6-fast-path-active": "false",
        "ipv6-fast-path-bytes": "0",
        "ipv6-fast-path-packets": "0",
        ...fastTrackStatus(device, 6),
    }),
};
