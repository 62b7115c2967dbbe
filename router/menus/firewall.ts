import { compareVersions } from "../assumed";
import type { Field } from "../device/values";
import { refuse } from "../errors";
import type { MenuRules } from "./definition";
import { addFastTrackDummies, checkPacketMarks, hasFastTrack, isInvalidRule } from "./firewall-state";

/** Filter, mangle, nat and raw of one family. */
export function firewallMenu(family: 4 | 6, table: "filter" | "mangle" | "nat" | "raw"): MenuRules {
    const path = `/${family === 4 ? "ip" : "ipv6"}/firewall/${table}`;
    return {
        path,
        ordered: true,
        mandatory: ["chain"],
        indexed: ["chain"],
        fields: matchers(family),
        check(values, { device, row, written }) {
            values["action"] ??= "accept";
            checkPorts(values);
            checkMark(values);
            checkLogPrefix(written, device.version);
            if (values["new-packet-mark"] !== undefined) checkPacketMarks(device, values["new-packet-mark"], row);
        },
        show(shown, row, device) {
            const counters = row.counters;
            return {
                ...shown,
                action: shown["action"] ?? "accept",
                bytes: String(counters?.bytes ?? 0),
                packets: String(counters?.packets ?? 0),
                dynamic: row.dynamic ? "true" : "false",
                invalid: isInvalidRule(device, path, row) ? "true" : "false",
                // assumed(flags-shown)
                ...(device.behaviour.flagsAlways
                    ? {
                          disabled: shown["disabled"] ?? "false",
                          log: shown["log"] ?? "false",
                          "log-prefix": shown["log-prefix"] ?? "",
                      }
                    : {}),
            };
        },
        // assumed(dummy-rules)
        changed: addFastTrackDummies,
        settled: addFastTrackDummies,
        survives: (row, device) => row.builtin === true && hasFastTrack(device, family),
    };
}

const portProtocols = new Set(["tcp", "udp", "udp-lite", "dccp", "sctp"]);

/** On the rule as it would be, so that taking the protocol away while ports stay is refused too. */
function checkPorts(values: Record<string, string>): void {
    const hasPorts = ["port", "src-port", "dst-port"].some((name) => values[name] !== undefined);
    if (hasPorts && !portProtocols.has(values["protocol"] ?? "")) throw refuse.portsWithoutProtocol();
}

const marksOf: Record<string, string> = {
    "mark-connection": "new-connection-mark",
    "mark-packet": "new-packet-mark",
    "mark-routing": "new-routing-mark",
};

/** assumed(marks-of-actions): a mark action needs its mark; a mark beside another action is kept and does nothing. */
function checkMark(values: Record<string, string>): void {
    const needed = marksOf[values["action"]!];
    if (needed !== undefined && !values[needed]) throw refuse.missingMark(needed);
}

function checkLogPrefix(written: Record<string, string>, version: string): void {
    const prefix = written["log-prefix"];
    if (prefix !== undefined && prefix.length > 31 && compareVersions(version, "7.21") >= 0) {
        throw refuse.badValue("log-prefix");
    }
}

function matchers(family: 4 | 6): Record<string, Field> {
    const address: Field = { kind: "address", family };
    const ports: Field = { kind: "ports", emptyAllowed: true };
    const interfaceName: Field = {
        kind: "reference",
        menu: "/interface",
        says: "interface",
        words: ["all-ethernet", "all-ppp", "all-vlan", "all-wireless"],
    };
    const routingTable: Field = { kind: "reference", menu: "/routing/table", words: ["main"] };
    const interfaceList: Field = { kind: "reference", menu: "/interface/list", says: "interface-list" };
    // Public exports are full of `connection-state=""`.
    const several: Field = { kind: "enum-list", emptyAllowed: true };
    return {
        action: { kind: "enum" },
        protocol: { kind: "enum" },
        "connection-state": several,
        "connection-nat-state": several,
        "connection-type": { kind: "enum", emptyAllowed: true },
        "src-address-type": several,
        "dst-address-type": several,
        "tcp-flags": several,
        "src-address": address,
        "dst-address": address,
        "src-port": ports,
        "dst-port": ports,
        port: ports,
        "packet-size": { kind: "ports" },
        "in-interface": interfaceName,
        "out-interface": interfaceName,
        "in-bridge-port": interfaceName,
        "out-bridge-port": interfaceName,
        "in-interface-list": interfaceList,
        "out-interface-list": interfaceList,
        "in-bridge-port-list": interfaceList,
        "out-bridge-port-list": interfaceList,
        "src-mac-address": { kind: "mac" },
        dscp: { kind: "integer", max: 63 },
        "new-routing-mark": routingTable,
        "routing-table": routingTable,
        "address-list-timeout": { kind: "string" },
    };
}
