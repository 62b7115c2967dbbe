import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import type { Kind } from "../../../providers/routeros/runtime/kinds/kind";
import * as kinds from "../../../providers/routeros/runtime/kinds/registry";

const runtime = path.join(__dirname, "../../../providers/routeros/runtime");
const files = ["engine", "rows", "router", "by-marker"].flatMap((folder) =>
    readdirSync(path.join(runtime, folder)).map((file) => path.join(folder, file)),
);

it.each(files)("%s names no kind, none of their menus, and nothing of AWS", (file) => {
    const text = readFileSync(path.join(runtime, file), "utf8");
    const code = text.replace(/\/\*\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
    const menus = Object.values<Kind>(kinds).flatMap(({ menus: all }) => all.map(({ path: at }) => at));
    for (const name of [...Object.keys(kinds), ...menus, "/firewall/", "/queue/"])
        expect(code.includes(name) ? `holds ${name}` : "").toBe("");
    for (const folder of ["address-list", "firewall-rules", "queue-tree", "queue-type"])
        expect(code.includes(`kinds/${folder}`)).toBe(false);
    expect(/\b(aws|amazon|s3)\b/i.exec(code.replace(/routeros-s3/g, ""))).toBeNull();
});
