import { type Case, file } from "./case";

const seed = { profile: "seed-2018", adopt: true } as const;

/** As the files of this folder have them. */
export const fieldCases: Case[] = [
    file("fasttrack-hw-offload", { version: "7.20.8" }),
    file("fasttrack-in-forward-by-state", { version: "7.20.8" }),
    file("fasttrack-in-own-chains"),
    file("fasttrack-several"),
    file("mangle-fasttrack-prerouting"),
    file("pcc-two-wans", { form: "packet", also: ["wan/other-line"] }),
    file("qos-marks-before-ours", { form: "packet-late", findings: ["path/stray-mark", "path/stray-mark"] }),
    file("vlan-classes-in-forward", {
        args: { wanInterface: "pppoe-line" },
        form: "packet-late",
        findings: ["path/stray-mark", "path/stray-mark"],
    }),
    file("pppoe-over-vlan", { args: { wanInterface: "PPPoE Line" } }),
    file("dhcp-wan-fasttrack-exception"),
    file("queue-named-upload-of-another-job", { args: { queueNames: { parent: "line", rest: "line-rest" } } }),
    file("queue-named-upload-of-another-job", {
        as: "to be adopted",
        args: { adopt: true },
        refused: { code: "ownership/another-job", names: /upload "guests together".*upload-rest.*queueNames/ },
    }),
    file("cake-tree-on-wan", { refused: { code: "preflight/foreign-queue", names: /ether1 .* by upload/ } }),
    file("cake-tree-on-wan", {
        as: "under its leaf",
        args: { parentQueue: "upload" },
        refused: { code: "parent/leaf", names: /queue upload .*no-mark/ },
    }),
    file("cake-tree-on-wan", { as: "joined", args: { profile: "join" }, leaf: "upload" }),
    file("home-upgraded-defconf", {
        args: { wanInterface: "pppoe-out1", addressFamilies: ["ipv4", "ipv6"] },
    }),
    file("other-alphabets", { args: { wanInterface: "ether1-пров" } }),
    file("chr-swapped-ports"),
    file("terminal-paste-with-banner"),
    file("seed-article", { args: { wanInterface: "ether5", ...seed }, leaf: "s3_low_pri_8" }),
    file("seed-article", {
        as: "by a profile of today",
        args: { wanInterface: "ether5" },
        refused: { code: "preflight/foreign-queue", names: /ether5 .* by upload "base parent upload"/ },
    }),
    file("seed-article-protocol", { args: { wanInterface: "ether5", ...seed }, leaf: "s3_low_pri_8" }),
];
