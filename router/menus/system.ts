import type { Device } from "../device/device";
import { formatDuration, formatTimestamp } from "../device/durations";
import { refuse } from "../errors";
import type { MenuRules } from "./definition";
import { fastTrackStatus, forgetFastTracked } from "./firewall-state";

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

/** assumed(menus-by-hand), properties as on a hEX: the dumps are of virtual routers. */
export const routerboard: MenuRules = {
    path: "/system/routerboard",
    singleton: true,
    byHand: { commands: ["get", "print"] },
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
    show: (_shown, _row, device) => ({ "software-id": device.softwareId, nlevel: "4", features: "" }),
};

/** assumed(shown-hardware): the two sensors of a hEX. */
export const health: MenuRules = {
    path: "/system/health",
    computed: () => [
        { ".id": "*D", name: "voltage", type: "V", value: "24.1" },
        { ".id": "*E", name: "temperature", type: "C", value: "38" },
    ],
};

/** assumed(shown-hardware): empty but for the start. */
export const log: MenuRules = {
    path: "/log",
    computed: (device) => [
        {
            ".id": "*1",
            time: formatTimestamp(device.now() - device.uptime()),
            topics: "system,info",
            message: "router rebooted",
        },
    ],
};

/** Date and time move the router's clock; they are shown in its time zone. */
export const clock: MenuRules = {
    path: "/system/clock",
    singleton: true,
    check(values, { device }) {
        const zone = values["time-zone-name"] ?? "UTC";
        if (offsetOf(zone, device.now()) === undefined) throw refuse.noMatch("time-zone-name");
        const [date, time] = localTime(device, zone);
        const wanted = Date.parse(`${values["date"] ?? date}T${values["time"] ?? time}Z`);
        for (const name of ["date", "time"]) {
            if (values[name] !== undefined && Number.isNaN(wanted)) throw refuse.badValue(name);
            delete values[name];
        }
        device.advance((wanted - Date.parse(`${date}T${time}Z`)) / 1000);
    },
    show(shown, _row, device) {
        const zone = shown["time-zone-name"] ?? "UTC";
        const [date, time] = localTime(device, zone);
        const minutes = offsetOf(zone, device.now())! / 60_000;
        const two = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, "0");
        return {
            time: time!,
            date: date!,
            "time-zone-autodetect": shown["time-zone-autodetect"] ?? "true",
            "time-zone-name": zone,
            "gmt-offset": `${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`,
            "dst-active": "false",
        };
    },
};

function localTime(device: Device, zone: string): string[] {
    return formatTimestamp(device.now() + offsetOf(zone, device.now())!).split(" ");
}

/** Milliseconds that a zone's clocks are ahead of UTC; undefined for one that is none. */
function offsetOf(zone: string, at: number): number | undefined {
    if (zone === "manual") return 0;
    try {
        const text = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" })
            .formatToParts(at)
            .find(({ type }) => type === "timeZoneName")!.value;
        const match = /GMT([+-])(\d\d):(\d\d)/.exec(text);
        if (!match) return 0;
        return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000;
    } catch {
        return undefined;
    }
}

/** Jobs are kept, never run. */
export const scheduler: MenuRules = {
    path: "/system/scheduler",
    named: true,
    mandatory: ["name"],
    fields: { interval: { kind: "duration" } },
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
