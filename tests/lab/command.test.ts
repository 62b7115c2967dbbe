import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { build, describeWithPackets, root } from "./support";

describeWithPackets("npm run lab, where it cannot measure", () => {
    let folder: string;
    beforeAll(() => {
        build();
        folder = mkdtempSync(path.join(os.tmpdir(), "rs3-command-"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each([
        ["a router without queues", "/queue tree\n", "run `pulumi up` against it first"],
        [
            "rules that mark nothing",
            "/queue tree\nadd name=up parent=ether5 max-limit=10M packet-mark=no-mark\n",
            "nothing tells uploads to S3 apart",
        ],
        [
            "rows it cannot carry over, all of them named",
            "/queue tree\nadd name=up parent=ether5 max-limit=10M packet-mark=no-mark burst-limit=20M\n" +
                "/ip firewall mangle\nadd chain=forward action=mark-routing new-routing-mark=main\n",
            "2 thing(s) on this router:\n  /ip/firewall/mangle (row 1): action mark-routing has no translation\n" +
                "  /queue/tree up (row 1): burst-limit has no translation",
        ],
    ])("says so of %s, and ends with 2", (_name, text, expected) => {
        const file = path.join(folder, "site.rsc");
        writeFileSync(file, text);
        const lab = spawnSync(process.execPath, [path.join(root, "bin/lab/main.js"), "--rsc", file], {
            encoding: "utf8",
        });
        expect(lab.stderr).toContain(expected);
        expect(lab.status).toBe(2);
    });

    it("names the programs that are missing and where they come from", () => {
        const lab = spawnSync(
            process.execPath,
            [path.join(root, "bin/lab/main.js"), "--quick", "--ground", "namespaces"],
            {
                encoding: "utf8",
                env: { ...process.env, PATH: folder },
            },
        );
        expect(lab.stderr).toContain("The program nft is missing: apt-get install -y nftables");
        expect(lab.status).toBe(2);
    });
});
