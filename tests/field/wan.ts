import { type Case, file, router } from "./case";

/** A WAN that is none. What is meant is named. */
export const wanCases: Case[] = [
    ...(
        [
            ["pppoe-over-vlan", "sfp-sfpplus7", "wan/below", /Name PPPoE Line as/],
            ["pppoe-over-vlan", "isp-vlan7", "wan/below", /Name PPPoE Line as/],
            ["pppoe-over-vlan", "vlan-office", "wan/lan", /Name PPPoE Line as/],
            ["pppoe-over-vlan", "lo", "wan/loopback", /lo .*Name PPPoE Line as/],
            ["vlan-classes-in-forward", "ether1", "wan/below", /pppoe-line runs over ether1/],
            ["vlan-classes-in-forward", "vlan10_wired", "wan/lan", /Name pppoe-line as/],
            ["home-upgraded-defconf", "ether1-isp", "wan/below", /Name pppoe-out1 as/],
            ["home-upgraded-defconf", "ether2", "wan/member", /member of bridge.*Name pppoe-out1 as/],
            ["home-upgraded-defconf", "bridge", "wan/lan", /Name pppoe-out1 as/],
            ["seed-article", "bridge", "wan/lan", /Name ether5 as/],
            ["dhcp-wan-fasttrack-exception", "vlan20", "wan/lan", /Name ether1 as/],
            ["pcc-two-wans", "bridge", "wan/lan", /Name ether1 or ether2 as/],
            ["fasttrack-several", "bridge", "wan/lan", /Name ether1 as/],
        ] as const
    ).map(([name, wanInterface, code, names]) =>
        file(name, { as: `WAN ${wanInterface}`, args: { wanInterface }, refused: { code, names } }),
    ),
    router("a port of a bond", "/interface bonding\nadd name=bond1 slaves=ether3,ether4", {
        args: { wanInterface: "ether3" },
        refused: { code: "wan/member", names: /member of bond1.*Name ether1 as/ },
    }),
    router("an interface out of use", "/interface ethernet\nset [ find default-name=ether5 ] disabled=yes", {
        args: { wanInterface: "ether5" },
        refused: { code: "wan/disabled", names: /Name ether1 as/ },
    }),
    router("a bridge without a list", "/interface list member\nremove [ find list=LAN ]", {
        args: { wanInterface: "bridge" },
        refused: { code: "wan/lan", names: /Name ether1 as/ },
    }),
    router("a port that leads nowhere", "", { args: { wanInterface: "ether3" }, also: ["wan/no-route"] }),
    router(
        "PPPoE over a VLAN over a bond, and the bond meant",
        `/interface bonding
add name=bond1 slaves=ether3,ether4
/interface vlan
add interface=bond1 name=vlan35 vlan-id=35
/interface pppoe-client
add add-default-route=yes disabled=no interface=vlan35 name=pppoe-out1 user=x
/ip route
remove [ find gateway=203.0.113.1 ]
add gateway=pppoe-out1`,
        {
            args: { wanInterface: "bond1" },
            refused: { code: "wan/below", names: /vlan35, pppoe-out1 runs over bond1.*Name pppoe-out1 as/ },
        },
    ),
    ...(
        [
            [
                "by a static address",
                "/ip address\nadd address=198.51.100.9/24 interface=vlan10\n/ip route\nadd gateway=198.51.100.1",
            ],
            ["by DHCP, with the line down", "/ip dhcp-client\nadd interface=vlan10"],
        ] as const
    ).map(([how, lines]): Case => ({
        name: `the port below a VLAN that is the line ${how}`,
        rsc: `/interface vlan\nadd interface=ether5 name=vlan10 vlan-id=10\n${lines}\n`,
        args: { wanInterface: "ether5", uplink: "20M", addressFamilies: ["ipv4"] },
        refused: { code: "wan/below", names: /vlan10 runs over ether5\. Name vlan10 as the WAN/ },
    })),
];
