import { accept, type Case, fastTrack, router } from "./case";

/** IPv6 in use on the line. */
const sixth = `/ipv6 address
add address=2001:db8:1::1/64 interface=bridge
/ipv6 route
add dst-address=::/0 gateway=fe80::1%ether1
`;

/** Rules of every kind on the way of an upload. */
export const wayCases: Case[] = [
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
        { args: { marking: "connection" }, findings: ["path/connection-marked?"], leaf: "undecided" },
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
        "FastTrack in a chain that two jumps lead to",
        `/ip firewall filter
add action=jump chain=forward in-interface=bridge jump-target=lane
add action=jump chain=forward out-interface=bridge jump-target=lane
add action=fasttrack-connection chain=lane connection-state=established,related protocol=tcp
add action=return chain=lane
${accept}`,
    ),
    router(
        "chains that jump to each other, FastTrack in one of them",
        `/ip firewall filter
add action=jump chain=forward jump-target=a
add action=jump chain=a jump-target=b
add action=fasttrack-connection chain=b connection-state=established
add action=jump chain=b jump-target=c
add action=return chain=c
${accept}`,
    ),
    router(
        "classes in chains of mangle, each final",
        `/ip firewall mangle
add action=jump chain=prerouting in-interface=bridge jump-target=classes
add action=jump chain=classes protocol=tcp jump-target=tcp
add action=mark-packet chain=tcp protocol=tcp dst-port=22 new-packet-mark=fast passthrough=no
add action=mark-packet chain=tcp new-packet-mark=bulk passthrough=no
add action=mark-packet chain=classes new-packet-mark=other passthrough=no
`,
        { form: "packet-late", findings: ["path/stray-mark", "path/stray-mark", "path/stray-mark"] },
    ),
    router(
        "a customer's network in a VRF, routed by marks",
        `/ip vrf
add interfaces=ether7 name=customer
/ip firewall mangle
add action=mark-connection chain=prerouting in-interface=ether7 connection-mark=no-mark new-connection-mark=customer passthrough=yes
add action=mark-routing chain=prerouting in-interface=ether7 connection-mark=customer new-routing-mark=customer passthrough=no
`,
    ),
    router(
        "an upload's network in a VRF, every connection marked for it",
        `/ip vrf
add interfaces=bridge name=office
/ip firewall mangle
add action=mark-connection chain=prerouting in-interface=bridge connection-mark=no-mark new-connection-mark=office passthrough=yes
add action=mark-routing chain=prerouting in-interface=bridge connection-mark=office new-routing-mark=office passthrough=no
`,
        { form: "packet" },
    ),
    router(
        "PPPoE over a VLAN over a bond",
        `/interface bonding
add name=bond1 slaves=ether3,ether4
/interface vlan
add interface=bond1 name=vlan35 vlan-id=35
/interface pppoe-client
add add-default-route=yes disabled=no interface=vlan35 name=pppoe-out1 user=x
/ip route
remove [ find gateway=203.0.113.1 ]
add gateway=pppoe-out1
/ip firewall filter
${fastTrack}${accept}/ip firewall mangle
add action=change-mss chain=forward new-mss=clamp-to-pmtu out-interface=pppoe-out1 passthrough=yes protocol=tcp tcp-flags=syn
`,
        { args: { wanInterface: "pppoe-out1" } },
    ),
    router(
        "FastTrack of IPv6 alone",
        `/ipv6 address
add address=2001:db8:1::1/64 interface=bridge
/ipv6 firewall filter
${fastTrack}${accept}`,
        { args: { addressFamilies: ["ipv4", "ipv6"] } },
    ),
    router(
        "every connection of IPv6 marked, none of IPv4",
        `/ipv6 address
add address=2001:db8:1::1/64 interface=bridge
/ipv6 firewall mangle
add action=mark-connection chain=prerouting in-interface=bridge connection-mark=no-mark new-connection-mark=six passthrough=yes
`,
        { args: { addressFamilies: ["ipv4", "ipv6"] }, form: "packet" },
    ),
    router(
        "packets of IPv6 marked by their source, final",
        `/ipv6 address
add address=2001:db8:1::1/64 interface=bridge
/ipv6 firewall mangle
add action=mark-packet chain=forward src-address=2001:db8:1::/64 new-packet-mark=six passthrough=no
`,
        {
            args: { addressFamilies: ["ipv6"] },
            form: "packet-late",
            findings: ["path/stray-mark"],
            from6: "2001:db8:1::10",
        },
    ),
    router(
        "all that comes from the LAN is not tracked",
        `/ip firewall raw
add action=notrack chain=prerouting in-interface=bridge
add action=notrack chain=prerouting in-interface=ether1
/ip firewall filter
${fastTrack}${accept}`,
        { form: "packet" },
    ),
    router(
        "uploads not tracked, and connection asked for",
        `/ip firewall raw
add action=notrack chain=prerouting protocol=tcp dst-port=443
`,
        { args: { marking: "connection" }, findings: ["path/untracked"], leaf: "upload-rest" },
    ),
    router(
        "marks by the time of day",
        `/ip firewall mangle
add action=mark-connection chain=prerouting connection-mark=no-mark time=8h-18h,mon,tue,wed,thu,fri new-connection-mark=work passthrough=yes
`,
        { form: "packet" },
    ),
    router(
        "marks by DSCP, final",
        `/ip firewall mangle
add action=mark-packet chain=forward dscp=0 new-packet-mark=normal passthrough=no
`,
        { form: "packet-late", findings: ["path/stray-mark"] },
    ),
    router(
        "web sent to a proxy in the house",
        `/ip firewall nat
add action=dst-nat chain=dstnat in-interface=bridge protocol=tcp dst-port=443 to-addresses=192.168.88.2
`,
        { findings: ["path/redirected"], leaf: "redirected" },
    ),
    router(
        "web of some hosts sent to the router's own proxy",
        `/ip firewall nat
add action=redirect chain=dstnat src-address=192.168.88.64/26 protocol=tcp dst-port=443 to-ports=8080
`,
        { findings: ["path/redirected?"] },
    ),
    router(
        "web by chance sent to a proxy",
        `/ip firewall nat
add action=dst-nat chain=dstnat in-interface=bridge protocol=tcp dst-port=443 random=30 to-addresses=192.168.88.2
`,
        { findings: ["path/redirected?"], leaf: "undecided" },
    ),
    router(
        "web sent to a proxy by a chain, but not to Amazon",
        `/ip firewall nat
add action=jump chain=dstnat in-interface=bridge jump-target=proxy
add action=accept chain=proxy dst-address-list=aws-s3
add action=dst-nat chain=proxy protocol=tcp dst-port=443 to-addresses=192.168.88.2
`,
        {},
    ),
    router(
        "web of IPv6 sent to a proxy by a chain",
        `${sixth}/ipv6 firewall nat
add action=jump chain=dstnat in-interface=bridge jump-target=proxy
add action=dst-nat chain=proxy protocol=tcp dst-port=443 to-address=2001:db8:1::2/128
`,
        {
            args: { addressFamilies: ["ipv6"] },
            findings: ["path/redirected"],
            leaf: "redirected",
            from6: "2001:db8:1::10",
        },
    ),
    router(
        "web of some hosts of IPv6 sent to a proxy",
        `${sixth}/ipv6 firewall nat
add action=dst-nat chain=dstnat src-address=2001:db8:1::40/124 protocol=tcp dst-port=443 to-address=2001:db8:1::2/128
`,
        { args: { addressFamilies: ["ipv6"] }, findings: ["path/redirected?"], from6: "2001:db8:1::10" },
    ),
    router(
        "a prefix of the house translated to the line's (NPTv6)",
        `${sixth}/ipv6 firewall mangle
add action=snpt chain=postrouting src-address=fd00::/64 src-prefix=fd00::/64 dst-prefix=2001:db8:1::/64 out-interface=ether1
add action=dnpt chain=prerouting dst-address=2001:db8:1::/64 src-prefix=2001:db8:1::/64 dst-prefix=fd00::/64 in-interface=ether1
`,
        { args: { addressFamilies: ["ipv6"] }, from6: "2001:db8:1::10" },
    ),
    router(
        "uploads not tracked by a chain of raw",
        `/ip firewall raw
add action=jump chain=prerouting in-interface=bridge jump-target=quick
add action=notrack chain=quick protocol=tcp dst-port=443
`,
        { form: "packet" },
    ),
    router(
        "marks of the router's own traffic, and FastTrack out of use",
        `/ip firewall mangle
add action=mark-connection chain=output new-connection-mark=own passthrough=yes
add action=mark-connection chain=input new-connection-mark=own passthrough=yes
/ip firewall filter
${fastTrack.replace("add ", "add disabled=yes ")}${accept}`,
    ),
    router(
        "FastTrack by a list with what it includes and leaves out",
        `/interface list
add name=INSIDE include=LAN exclude=WAN
/ip firewall filter
${fastTrack.trim()} in-interface-list=INSIDE
${fastTrack.trim()} out-interface-list=INSIDE
${accept}`,
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
