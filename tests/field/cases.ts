/** What is right for each configuration, worked out by hand from RouterOS's manual; the embedded router's trace judges. */
import { readFileSync } from "node:fs";
import * as path from "node:path";

import type { UploadShapingArgs } from "../../components/shaping/upload-shaping";
import type { Form } from "../../providers/routeros/runtime/path";
import type { FindingCode } from "../../providers/routeros/runtime/path/catalogue";

export interface Case {
    name: string;
    /** Export that is loaded. */
    rsc: string;
    args: Partial<UploadShapingArgs>;
    /** Form of marking that `auto` comes to. @default "connection" */
    form?: Form;
    /** Findings by code, with `?` behind those that are undecided, sorted. @default [] */
    findings?: (FindingCode | `${FindingCode}?`)[];
    /** Where the upload ends. @default "upload-s3" */
    leaf?: string;
    /** The first interface of the house, where the emulator does not find it. */
    inInterface?: string;
    version?: string;
}

export const fieldFile = (name: string): string => readFileSync(path.join(__dirname, name), "utf8");

const file = (name: string, rest: Partial<Case> = {}): Case => ({
    name,
    rsc: fieldFile(`${name}.rsc`),
    ...rest,
    args: { wanInterface: "ether1", uplink: "20M", addressFamilies: ["ipv4"], ...rest.args },
});

/** A router with a LAN, a WAN on ether1 with the default route, and these lines more. */
const router = (name: string, lines: string, rest: Partial<Case> = {}): Case => ({
    name,
    rsc: `/interface bridge
add name=bridge
/interface list
add name=WAN
add name=LAN
/interface list member
add interface=bridge list=LAN
add interface=ether1 list=WAN
/ip address
add address=192.168.88.1/24 interface=bridge network=192.168.88.0
add address=203.0.113.2/24 interface=ether1 network=203.0.113.0
/ip route
add gateway=203.0.113.1
${lines}
`,
    ...rest,
    args: { wanInterface: "ether1", uplink: "20M", addressFamilies: ["ipv4"], ...rest.args },
});

const accept = "add action=accept chain=forward connection-state=established,related,untracked\n";
const fastTrack = "add action=fasttrack-connection chain=forward connection-state=established,related\n";

/** As the files of this folder have them. */
export const fieldCases: Case[] = [
    file("fasttrack-hw-offload", { version: "7.20.8" }),
    file("fasttrack-in-forward-by-state", { version: "7.20.8" }),
    file("fasttrack-in-own-chains"),
    file("fasttrack-several"),
    file("mangle-fasttrack-prerouting"),
    file("pcc-two-wans", { form: "packet" }),
    file("qos-marks-before-ours", { form: "packet-late", findings: ["path/stray-mark", "path/stray-mark"] }),
    file("vlan-classes-in-forward", {
        args: { wanInterface: "pppoe-line" },
        form: "packet-late",
        findings: ["path/stray-mark", "path/stray-mark"],
    }),
    file("pppoe-over-vlan", { args: { wanInterface: "PPPoE Line" } }),
    file("dhcp-wan-fasttrack-exception"),
    file("queue-named-upload-of-another-job", { args: { queueNames: { parent: "line", rest: "line-rest" } } }),
];

/** Others of each kind. */
export const moreCases: Case[] = [
    router(
        "FastTrack behind two jumps",
        `/ip firewall filter
add action=jump chain=forward jump-target=one
add action=jump chain=one connection-state=established,related jump-target=two
add action=fasttrack-connection chain=two
add action=return chain=two
${accept}`,
    ),
    router(
        "a chain with FastTrack that returns before it for the LAN",
        `/ip firewall filter
add action=jump chain=forward jump-target=fast
add action=return chain=fast in-interface=ether9
${fastTrack.replace("chain=forward", "chain=fast")}${accept}`,
    ),
    router(
        "FastTrack of another port",
        `/ip firewall filter
${fastTrack.trim()} protocol=tcp dst-port=80
${accept}`,
    ),
    router(
        "FastTrack that takes new connections",
        `/ip firewall filter
add action=fasttrack-connection chain=forward
add action=accept chain=forward
`,
        { findings: ["path/fasttrack-first-packet?"], leaf: "upload-rest" },
    ),
    router(
        "FastTrack by state with new",
        `/ip firewall filter
add action=fasttrack-connection chain=forward connection-state=established,related,new
${accept}`,
        { findings: ["path/fasttrack-first-packet?"], leaf: "upload-rest" },
    ),
    router(
        "FastTrack left as it is",
        `/ip firewall filter
${fastTrack}${accept}`,
        { args: { fastTrack: "leave" }, findings: ["path/fasttrack"], leaf: "upload-rest" },
    ),
    router(
        "FastTrack in mangle ahead of rules of others",
        `/ip firewall mangle
add action=fasttrack-connection chain=prerouting connection-state=established,related protocol=tcp
add action=mark-routing chain=prerouting new-routing-mark=main passthrough=yes protocol=tcp
/ip firewall filter
${accept}`,
        { findings: ["path/fasttrack-in-mangle"], leaf: "upload-rest" },
    ),
    router(
        "FastTrack in mangle ahead of a rule for another protocol",
        `/ip firewall mangle
add action=fasttrack-connection chain=prerouting connection-state=established,related protocol=tcp
add action=mark-packet chain=prerouting new-packet-mark=voice passthrough=no protocol=udp
`,
        { findings: ["path/stray-mark"] },
    ),
    router(
        "FastTrack in mangle's forward, ahead of our marks",
        `/ip firewall mangle
add action=fasttrack-connection chain=forward connection-state=established,related protocol=tcp port=443
`,
        { form: "packet-late" },
    ),
    router(
        "every connection marked",
        `/ip firewall mangle
add action=mark-connection chain=prerouting connection-mark=no-mark new-connection-mark=count passthrough=yes
/ip firewall filter
${fastTrack}${accept}`,
        { form: "packet" },
    ),
    router(
        "every connection marked, and connection asked for",
        `/ip firewall mangle
add action=mark-connection chain=prerouting connection-mark=no-mark new-connection-mark=count passthrough=yes
`,
        { args: { marking: "connection" }, findings: ["path/connection-marked"], leaf: "upload-rest" },
    ),
    router(
        "every packet marked in forward, final",
        `/ip firewall mangle
add action=mark-packet chain=forward out-interface=ether1 new-packet-mark=up passthrough=no
`,
        { form: "packet-late", findings: ["path/stray-mark"] },
    ),
    router(
        "every packet marked in postrouting, final",
        `/ip firewall mangle
add action=mark-packet chain=postrouting out-interface=ether1 new-packet-mark=up passthrough=no
`,
        { form: "packet-final", findings: ["path/stray-mark"] },
    ),
    router(
        "every packet marked in postrouting, and packet asked for",
        `/ip firewall mangle
add action=mark-packet chain=postrouting out-interface=ether1 new-packet-mark=up passthrough=no
`,
        { args: { marking: "packet", restMarks: ["up"] }, findings: ["path/mark-overwritten"], leaf: "upload-rest" },
    ),
    router(
        "large connections marked anew after a while",
        `/ip firewall mangle
add action=mark-connection chain=prerouting connection-bytes=50000000-0 new-connection-mark=heavy passthrough=yes
`,
        { form: "packet" },
    ),
    router(
        "web accepted early in mangle",
        `/ip firewall mangle
add action=accept chain=forward protocol=tcp dst-port=80,443
`,
        { form: "packet-late" },
    ),
    router(
        "web accepted early, and connection asked for",
        `/ip firewall mangle
add action=accept chain=forward protocol=tcp dst-port=80,443
`,
        { args: { marking: "connection" }, findings: ["path/ends-before"], leaf: "upload-rest" },
    ),
    router(
        "a mark of acknowledgements alone",
        `/ip firewall mangle
add action=mark-packet chain=forward protocol=tcp tcp-flags=ack packet-size=0-123 new-packet-mark=ack passthrough=no
`,
        { findings: ["path/stray-mark"] },
    ),
    router(
        "a guest network's mark, not towards the line",
        `/ip firewall mangle
add action=mark-packet chain=forward out-interface=bridge new-packet-mark=down passthrough=no
`,
    ),
    router(
        "half of the connections marked by chance",
        `/ip firewall mangle
add action=mark-connection chain=prerouting connection-mark=no-mark random=50 new-connection-mark=lucky passthrough=yes
`,
        { args: { marking: "connection" }, findings: ["path/connection-marked?"] },
    ),
    router(
        "marks in a chain that is jumped to",
        `/ip firewall mangle
add action=jump chain=prerouting in-interface-list=LAN jump-target=classes
add action=mark-connection chain=classes connection-mark=no-mark protocol=tcp dst-port=443 new-connection-mark=web passthrough=yes
add action=return chain=classes
`,
        { form: "packet" },
    ),
    router(
        "marks of what comes in by the line",
        `/ip firewall mangle
add action=mark-connection chain=prerouting in-interface=ether1 connection-state=new new-connection-mark=in passthrough=yes
add action=mark-packet chain=prerouting connection-mark=in new-packet-mark=server passthrough=no
`,
        { findings: ["path/stray-mark"] },
    ),
    router(
        "port forwards, also of 443",
        `/ip firewall nat
add action=masquerade chain=srcnat out-interface-list=WAN
add action=dst-nat chain=dstnat dst-port=443 protocol=tcp in-interface-list=WAN to-addresses=192.168.88.20
add action=dst-nat chain=dstnat dst-port=443 protocol=tcp dst-address=203.0.113.2 to-addresses=192.168.88.20
add action=dst-nat chain=dstnat dst-address-type=local protocol=tcp dst-port=8443 to-addresses=192.168.88.20
/ip firewall filter
${fastTrack}${accept}`,
    ),
];

export const allCases = [...fieldCases, ...moreCases];
