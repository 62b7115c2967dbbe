import { accept, type Case, fastTrack, router } from "./case";

const gone = "/ip route\nremove [ find gateway=203.0.113.1 ]\n";

const balanced = `/ip address
add address=198.51.100.2/24 interface=ether2 network=198.51.100.0
/routing table
add disabled=no fib name=to-one
add disabled=no fib name=to-two
/ip route
add distance=2 gateway=198.51.100.1
add gateway=203.0.113.1 routing-table=to-one
add gateway=198.51.100.1 routing-table=to-two
/ip firewall mangle
add action=accept chain=prerouting dst-address-type=local in-interface-list=LAN
add action=mark-connection chain=input connection-mark=no-mark in-interface=ether1 new-connection-mark=one passthrough=yes
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local in-interface-list=LAN new-connection-mark=one passthrough=yes per-connection-classifier=both-addresses-and-ports:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local in-interface-list=LAN new-connection-mark=two passthrough=yes per-connection-classifier=both-addresses-and-ports:2/1
add action=mark-routing chain=prerouting connection-mark=one in-interface-list=LAN new-routing-mark=to-one passthrough=yes
add action=mark-routing chain=prerouting connection-mark=two in-interface-list=LAN new-routing-mark=to-two passthrough=yes
/ip firewall filter
${fastTrack}${accept}`;

const l2tp = `/interface l2tp-client
add add-default-route=yes connect-to=203.0.113.1 disabled=no name=l2tp-isp user=x
${gone}add gateway=l2tp-isp
/ip firewall filter
${fastTrack}${accept}`;

const wireguard = `/interface wireguard
add listen-port=51820 mtu=1420 name=wg-out
/ip address
add address=10.66.0.2/32 interface=wg-out network=10.66.0.2
`;

/** What public exports and guides have in common: lines, tunnels, classes and limiters of many. */
export const usualCases: Case[] = [
    router("connections spread over two lines", balanced, { form: "packet", also: ["wan/other-line"] }),
    router("connections spread over two lines, and connection asked for", balanced, {
        args: { marking: "connection" },
        findings: ["path/connection-marked?", "path/connection-marked?"],
        also: ["wan/other-line"],
        leaf: "undecided",
    }),
    router("a line by L2TP", l2tp, { args: { wanInterface: "l2tp-isp" } }),
    router("a line by L2TP, and the port below meant", l2tp, { also: ["wan/no-route"] }),
    router(
        "a line by SSTP beside the port's own",
        `/interface sstp-client\nadd connect-to=198.51.100.9 disabled=no name=sstp-out1 user=x\n/ip route\nadd distance=1 gateway=sstp-out1\n`,
        {
            args: { wanInterface: "sstp-out1" },
            also: ["wan/other-line"],
        },
    ),
    router(
        "a tunnel that some hosts' own table leads to",
        `${wireguard}/routing table
add disabled=no fib name=vpn
/ip route
add gateway=wg-out routing-table=vpn
/ip firewall mangle
add action=mark-routing chain=prerouting new-routing-mark=vpn passthrough=no src-address=192.168.88.128/25
add action=change-mss chain=forward new-mss=1380 out-interface=wg-out passthrough=yes protocol=tcp tcp-flags=syn tcp-mss=1381-65535
/ip firewall filter
${fastTrack}${accept}`,
        { also: ["wan/other-line"] },
    ),
    router(
        "a tunnel that all leave by, and the port below meant",
        `${wireguard}${gone}add gateway=wg-out
add dst-address=192.0.2.9/32 gateway=203.0.113.1
`,
        { also: ["wan/no-route"] },
    ),
    router("a mobile line in reserve", "/ip route\nadd distance=10 gateway=lte1\n", { also: ["wan/other-line"] }),
    router(
        "the line as a VLAN of a bridge that filters",
        `/interface bridge
set bridge vlan-filtering=yes
/interface bridge port
add bridge=bridge interface=ether2 pvid=10
/interface bridge vlan
add bridge=bridge tagged=bridge,ether2 vlan-ids=10,900
/interface vlan
add interface=bridge name=vlan10 vlan-id=10
add interface=bridge name=vlan900 vlan-id=900
/ip address
add address=198.51.100.2/24 interface=vlan900 network=198.51.100.0
add address=10.10.0.1/24 interface=vlan10 network=10.10.0.0
${gone}add gateway=198.51.100.1
/ip firewall filter
${fastTrack}${accept}`,
        { args: { wanInterface: "vlan900" } },
    ),
    router(
        "classes of connections by port and size, final per packet",
        `/ip firewall mangle
add action=mark-connection chain=prerouting new-connection-mark=immediate packet-size=0-3000 port=443 protocol=tcp
add action=mark-connection chain=prerouting connection-mark=least new-connection-mark=least packet-size=0-3000
add action=mark-connection chain=prerouting connection-mark=no-mark new-connection-mark=best packet-size=0-3000
add action=mark-packet chain=prerouting connection-mark=immediate new-packet-mark=immediate passthrough=no
add action=mark-packet chain=prerouting connection-mark=best new-packet-mark=best passthrough=no
/queue tree
add max-limit=90M name=down packet-mark=immediate,best parent=global queue=pcq-download-default
`,
        { form: "packet-late", findings: ["path/stray-mark", "path/stray-mark"] },
    ),
    router(
        "classes by flags, size and bytes carried, final, in forward",
        `/ip firewall mangle
add action=mark-packet chain=forward new-packet-mark=quick out-interface=ether1 packet-size=0-123 passthrough=no protocol=tcp tcp-flags=ack
add action=mark-packet chain=forward dst-port=53 new-packet-mark=quick out-interface=ether1 passthrough=no protocol=udp
add action=mark-packet chain=forward connection-bytes=0-500000 dst-port=80,443 new-packet-mark=web out-interface=ether1 passthrough=no protocol=tcp
add action=mark-packet chain=forward new-packet-mark=bulk out-interface=ether1 passthrough=no
`,
        {
            form: "packet-late",
            findings: ["path/stray-mark", "path/stray-mark", "path/stray-mark", "path/stray-mark"],
        },
    ),
    router(
        "limiters of some hosts in a chain of mangle, and their own way past FastTrack",
        `/ip firewall mangle
add action=mark-connection chain=forward connection-state=new new-connection-mark=slow passthrough=yes src-address-list=slow
add action=jump chain=forward connection-mark=slow jump-target=slow
add action=mark-packet chain=slow new-packet-mark=slow-up passthrough=no src-address-list=slow
add action=mark-packet chain=slow new-packet-mark=slow-down passthrough=no
/queue tree
add max-limit=2M name=slow-up packet-mark=slow-up parent=global queue=default
/ip firewall filter
add action=accept chain=forward connection-mark=slow
${fastTrack}${accept}`,
        { form: "packet-late", findings: ["path/stray-mark", "path/stray-mark"] },
    ),
    router(
        "all but guests marked in postrouting, final",
        `/ip firewall mangle
add action=mark-connection chain=postrouting connection-state=new new-connection-mark=guest out-interface-list=WAN src-address=172.16.90.0/24
add action=mark-packet chain=prerouting connection-mark=guest in-interface-list=LAN new-packet-mark=guest passthrough=no
add action=mark-packet chain=postrouting connection-mark=!guest new-packet-mark=main out-interface-list=WAN passthrough=no
/ip firewall filter
${fastTrack}${accept}`,
        { form: "packet-final", findings: ["path/stray-mark", "path/stray-mark"] },
    ),
    router(
        "zones as chains, each with FastTrack, and a chain of raw against floods",
        `/ip firewall raw
add action=notrack chain=prerouting dst-port=53 protocol=udp
add action=jump chain=prerouting in-interface-list=WAN jump-target=floods
add action=notrack chain=floods protocol=tcp tcp-flags=syn,!ack
add action=return chain=floods
/ip firewall filter
add action=jump chain=forward in-interface-list=LAN jump-target=out out-interface-list=WAN
add action=jump chain=forward in-interface-list=WAN jump-target=in out-interface-list=LAN
${fastTrack.replace("chain=forward", "chain=out")}add action=accept chain=out
${fastTrack.replace("chain=forward", "chain=in")}${accept.replace("chain=forward", "chain=in")}add action=drop chain=in
`,
    ),
    router(
        "a server reached from inside by its outer address",
        `/ip firewall nat
add action=masquerade chain=srcnat dst-address=192.168.88.0/24 src-address=192.168.88.0/24
add action=masquerade chain=srcnat out-interface-list=WAN
add action=dst-nat chain=dstnat dst-address=203.0.113.2 dst-port=443 protocol=tcp to-addresses=192.168.88.20
add action=netmap chain=dstnat dst-address=198.18.0.0/24 to-addresses=192.168.88.0/24
/ip firewall mangle
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=local new-connection-mark=hairpin passthrough=yes src-address=192.168.88.0/24
/ip firewall filter
add action=accept chain=forward connection-nat-state=dstnat
${fastTrack}${accept}`,
    ),
    router(
        "speed tests by layer 7, and large connections put down by bytes and rate",
        `/ip firewall layer7-protocol
add name=speedtest regexp="^.+(speedtest).*"
/ip firewall mangle
add action=mark-connection chain=prerouting layer7-protocol=speedtest new-connection-mark=test passthrough=yes protocol=tcp
add action=mark-packet chain=prerouting connection-mark=test new-packet-mark=test passthrough=no
add action=mark-connection chain=forward connection-bytes=10000000-0 connection-rate=200k-100M new-connection-mark=heavy passthrough=yes protocol=tcp
add action=mark-packet chain=forward connection-mark=heavy new-packet-mark=heavy passthrough=no
`,
        { form: "packet-late", findings: ["path/stray-mark", "path/stray-mark"] },
    ),
    router(
        "FastTrack by an empty set of states",
        `/ip firewall filter\nadd action=fasttrack-connection chain=forward connection-state=""\n${accept}`,
        { findings: ["path/fasttrack?"], leaf: "undecided" },
    ),
    router(
        "FastTrack by an empty set of address types, and by a list without a name",
        `/ip firewall filter
add action=fasttrack-connection chain=forward connection-state=established dst-address-type=""
add action=fasttrack-connection chain=forward connection-state=established,related dst-address-list="" hw-offload=yes
${accept}`,
    ),
    router(
        "connections marked in whatever state",
        `/ip firewall mangle
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state="" dst-address-type=!local in-interface=bridge new-connection-mark=all passthrough=yes
/ip firewall filter
${fastTrack}${accept}`,
        { form: "packet" },
    ),
    router(
        "packets marked in whatever state, final, and web accepted by empty matchers",
        `/ip firewall mangle
add action=accept chain=prerouting connection-nat-state="" tcp-flags=""
add action=mark-packet chain=forward connection-state="" new-packet-mark=all passthrough=no
/ip firewall filter
${fastTrack}${accept}`,
        { form: "packet-late", findings: ["path/stray-mark"] },
    ),
    router(
        "a hotspot whose queue holds the whole house",
        `/queue simple
add max-limit=5M/20M name=hs-<hs1> target=bridge
`,
        { refused: { code: "shaper/holds-uploads", names: /hs-<hs1>/ } },
    ),
];
