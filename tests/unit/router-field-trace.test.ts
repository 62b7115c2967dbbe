import { readFileSync } from "node:fs";
import path from "node:path";

import { fromBytes } from "../../router/device/bytes";
import { trace } from "../../router/packets/trace";
import { deviceFromRsc } from "../../router/start/device-from";

const folder = path.resolve(__dirname, "../fixtures/exports/field");
const deviceOf = (file: string) => deviceFromRsc(fromBytes(readFileSync(path.join(folder, `${file}.rsc`)))).device;
const s3 = "52.95.132.33:443";

interface Expected {
    fastTracked: boolean;
    leaf?: string;
    out?: string;
    undecided?: boolean;
}

/** Where an upload ends in each of them as it stands, read off the rules by hand. */
const expected: Record<string, Expected> = {
    "cake-tree-on-wan": { fastTracked: true, leaf: "upload", out: "ether1" },
    "chr-swapped-ports": { fastTracked: false },
    "dhcp-wan-fasttrack-exception": { fastTracked: true, out: "ether1" },
    "fasttrack-hw-offload": { fastTracked: true, out: "ether1" },
    "fasttrack-in-forward-by-state": { fastTracked: true, out: "ether1" },
    "fasttrack-in-own-chains": { fastTracked: true, out: "ether1" },
    "fasttrack-several": { fastTracked: true, out: "ether1" },
    "home-upgraded-defconf": { fastTracked: true, out: "pppoe-out1" },
    "mangle-fasttrack-prerouting": { fastTracked: true, out: "ether1" },
    "other-alphabets": { fastTracked: true },
    "pcc-two-wans": { fastTracked: false, undecided: true },
    "pppoe-over-vlan": { fastTracked: true, out: "PPPoE Line" },
    "qos-marks-before-ours": { fastTracked: false, leaf: "up-web", out: "ether1" },
    "queue-named-upload-of-another-job": { fastTracked: false, out: "ether1" },
    "seed-article": { fastTracked: true, leaf: "upload_pri_2", out: "ether5" },
    "seed-article-protocol": { fastTracked: true, leaf: "upload_pri_2", out: "ether5" },
    "terminal-paste-with-banner": { fastTracked: true },
    "vlan-classes-in-forward": { fastTracked: false, leaf: "up_wired", out: "pppoe-line" },
};

test.each(Object.entries(expected))("an upload through %s ends where its rules send it", (file, wanted) => {
    const device = deviceOf(file);
    const found = trace(device, { to: s3 });
    const undecided = found.undecided.length > 0;
    expect(undecided).toBe(wanted.undecided ?? false);
    if (!undecided) expect(found.fastTracked).toBe(wanted.fastTracked);
    expect(found.leaf).toBe(wanted.leaf);
    if (wanted.out !== undefined) expect(found.outInterface).toBe(wanted.out);
});

test("a subnet that is kept out of FastTrack ends in its simple queue", () => {
    const found = trace(deviceOf("dhcp-wan-fasttrack-exception"), {
        to: s3,
        from: "10.20.25.10",
        inInterface: "vlan25",
    });
    expect(found.fastTracked).toBe(false);
    expect(found.packets.at(-1)).toMatchObject({ simpleQueue: "dmz-cap" });
});
