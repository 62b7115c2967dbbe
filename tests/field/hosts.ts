import { accept, type Case, fastTrack, router } from "./case";

/** By who uploads, and by lists and matchers of which nothing is known. */
export const hostCases: Case[] = [
    router(
        "FastTrack of hosts in somebody's list",
        `/ip firewall address-list
add list=fast address=192.168.88.0/24
/ip firewall filter
${fastTrack.trim()} src-address-list=fast
${fastTrack.trim()} dst-address-list=fast
${accept}`,
    ),
    router(
        "connections to somebody's list marked",
        `/ip firewall mangle
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-list=vpn-targets new-connection-mark=vpn passthrough=yes
`,
        { form: "packet" },
    ),
    router(
        "packets marked by a pattern of their content, final",
        `/ip firewall layer7-protocol
add name=video regexp=video
/ip firewall mangle
add action=mark-packet chain=prerouting layer7-protocol=video new-packet-mark=video passthrough=no
`,
        { form: "packet-late", findings: ["path/stray-mark"] },
    ),
    router(
        "private destinations accepted first",
        `/ip firewall mangle
add action=accept chain=prerouting dst-address=10.0.0.0/8
add action=accept chain=prerouting dst-address=192.168.0.0/16
add action=accept chain=prerouting dst-address=203.0.113.0/24
`,
    ),
    router(
        "another network's packets marked, and the house has two",
        `/interface vlan
add interface=bridge name=guests vlan-id=20
/ip address
add address=10.9.0.1/24 interface=guests network=10.9.0.0
/ip firewall mangle
add action=mark-packet chain=forward in-interface=guests new-packet-mark=guest passthrough=no
`,
        { form: "packet-late", findings: ["path/stray-mark"] },
    ),
    router(
        "another network's packets marked, and only a host of this one uploads",
        `/interface vlan
add interface=bridge name=guests vlan-id=20
/ip address
add address=10.9.0.1/24 interface=guests network=10.9.0.0
/ip firewall mangle
add action=mark-packet chain=forward in-interface=guests new-packet-mark=guest passthrough=no
/ip firewall filter
${fastTrack}${accept}`,
        { args: { sourceAddresses: ["192.168.88.20"] }, findings: ["path/stray-mark"] },
    ),
    router(
        "one host by its MAC address, which somebody marks too",
        `/ip firewall mangle
add action=mark-connection chain=prerouting src-mac-address=AA:BB:CC:00:11:22 new-connection-mark=nas passthrough=yes
/ip firewall filter
${fastTrack}${accept}`,
        { args: { sourceAddresses: ["AA:BB:CC:00:11:22"] }, form: "packet" },
    ),
    router(
        "one host by its MAC address, and somebody marks another",
        `/ip firewall mangle
add action=mark-connection chain=prerouting src-mac-address=AA:BB:CC:99:99:99 new-connection-mark=tv passthrough=yes
`,
        // Whose MAC address an answer has is not known.
        { args: { sourceAddresses: ["AA:BB:CC:00:11:22"] }, form: "packet" },
    ),
    router(
        "everything from the house to the line dropped",
        `/ip firewall filter
add action=drop chain=forward in-interface=bridge out-interface=ether1
`,
        { leaf: "dropped" },
    ),
    router(
        "our rules in front of somebody's final ones",
        `/ip firewall mangle
add action=mark-packet chain=forward comment=final out-interface=ether1 packet-mark=no-mark new-packet-mark=up passthrough=no
`,
        { args: { rulesPosition: { before: { comment: "final" } } }, findings: ["path/stray-mark"] },
    ),
    router(
        "a DSCP of somebody's, and no CAKE that sorts by it",
        `/ip firewall mangle
add action=change-dscp chain=postrouting new-dscp=46 out-interface=ether1 passthrough=yes
`,
    ),
    router(
        "FastTrack by connection mark of the web, given by others",
        `/ip firewall mangle
add action=mark-connection chain=prerouting connection-state=new protocol=tcp dst-port=80,443 new-connection-mark=web passthrough=yes
/ip firewall filter
${fastTrack.trim()} connection-mark=web
${accept}`,
        { form: "packet" },
    ),
];
