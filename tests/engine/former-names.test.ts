/** A stack of the version before, whose profile had other names: brought up by this one. The tests build on each other. */
import fs from "node:fs";
import path from "node:path";

import type { Row } from "../../router/api";
import { root } from "../../sandbox/places";
import { engineTimeout, type ScratchStack, startEngine } from "./harness";

jest.setTimeout(engineTimeout);

interface Former {
    serial: string;
    rows: Record<string, Row[]>;
    state: object;
}

const former = JSON.parse(
    fs.readFileSync(path.join(root, "tests/engine/states/seed-2018-former-names.json"), "utf8"),
) as Former;

const program = `
const { UploadShaping } = require("./bin/components");
const prefixes = { ipv4: ["52.92.52.0/22", "52.95.128.0/21", "54.231.248.0/22", "54.231.252.0/24"], ipv6: [] };
new UploadShaping("nas", { wanInterface: "ether5", uplink: "20M", addressFamilies: ["ipv4"], profile: "seed-2018", prefixes });
`;

let stack: ScratchStack;
let before: Record<string, Row[]>;

beforeAll(async () => {
    stack = await startEngine({ program: { "index.js": program } });
    stack.router.reset({ serial: former.serial });
    before = stack.router.configuration();
    const fastTrack = stack.router.rows("/ip/firewall/filter").find(({ action }) => action === "fasttrack-connection");
    for (const [menu, rows] of Object.entries(former.rows)) {
        for (const row of rows) {
            const id = stack.router.add(menu, row);
            if (menu === "/ip/firewall/filter") stack.router.move(menu, id, fastTrack?.[".id"]);
        }
    }
    const file = path.join(stack.folder, "former.json");
    fs.writeFileSync(file, JSON.stringify(former.state));
    expect(await stack.pulumi(["stack", "import", "--file", file])).toMatchObject({ code: 0 });
});
afterAll(() => stack.stop());

const queues = () => stack.router.rows("/queue/tree");

it("is renamed in place: its queues are never absent, never disabled, and stay the rows they are", async () => {
    const ids = queues().map((row) => row[".id"]);
    const seen: string[] = [];
    stack.router.onRequest(() => {
        const rows = queues();
        seen.push(`${rows.map((row) => row[".id"]).join()} ${rows.some(({ disabled }) => disabled === "true")}`);
    });
    const up = await stack.up();
    expect(up).toMatchObject({ code: 0 });
    expect(seen.length).toBeGreaterThan(0);
    expect([...new Set(seen)]).toEqual([`${ids.join()} false`]);
    expect(queues().map(({ name, parent, comment }) => [name, parent, comment])).toEqual([
        ["upload", "ether5", "base parent upload [pulumi:small/test/nas-queues#upload]"],
        ["upload_pri_2", "upload", "Regular unmarked upload traffic [pulumi:small/test/nas-queues#upload_pri_2]"],
        ["s3_low_pri_8", "upload", "Govern bulk AWS S3 upload traffic [pulumi:small/test/nas-queues#s3_low_pri_8]"],
    ]);
    expect(await stack.preview(["--expect-no-changes"])).toMatchObject({ code: 0 });
});

it("leaves the router as it was found at destroy", async () => {
    expect(await stack.destroy()).toMatchObject({ code: 0 });
    expect(stack.router.configuration()).toEqual(before);
});
