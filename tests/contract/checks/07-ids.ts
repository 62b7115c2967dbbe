import assert from "node:assert/strict";

import { answered, refused } from "../harness/bench";
import { check } from "../harness/check";
import { LIST, MANGLE, NOBODY, SIMPLE, tables, TREE, TYPE } from "../harness/menus";
import type { Row } from "../harness/rest";

const number = (id: string | undefined) => Number.parseInt(id?.slice(1) ?? "", 16);

export const ids = [
    check("7.1", "R", "writes ids as a star and upper-case hexadecimal without leading zeros", async (bench) => {
        await bench.rule();
        const all = [];
        for (const menu of tables) all.push(...(await bench.rows(menu)).map((row) => row[".id"]));
        assert.ok(all.length > 0);
        assert.deepEqual(
            all.filter((id) => !/^\*(0|[1-9A-F][0-9A-F]*)$/.test(id ?? "")),
            [],
        );
    }),
    check("7.2", "R", "numbers queues of the tree from *1000000 and simple queues below", async (bench) => {
        const queue = await bench.queue();
        assert.ok(number(queue[".id"]) >= 0x1000000, queue[".id"]);
        const name = `${bench.marker}-simple`;
        const simple = await bench.add(SIMPLE, { name, target: "192.0.2.1", disabled: "yes" });
        assert.ok(number(simple[".id"]) < 0x1000000, simple[".id"]);
    }),
    check("7.3", "R", "gives queue types that are built in high ids and default=true", async (bench) => {
        const builtIn = (await bench.rows(TYPE)).filter((row) => row["default"] === "true");
        assert.ok(builtIn.some((row) => row["name"] === "default-small"));
        for (const row of builtIn) assert.ok(number(row[".id"]) >= 0xfffffff0, `${row["name"]} ${row[".id"]}`);
    }),
    check("7.4", "R", "keeps the id over a move", async (bench) => {
        const first = await bench.rule(MANGLE, { comment: `${bench.marker} 1` });
        const second = await bench.rule(MANGLE, { comment: `${bench.marker} 2` });
        const move = { numbers: second[".id"], destination: first[".id"] };
        answered(await bench.rest.post(`${MANGLE}/move`, move), 200);
        assert.equal((await bench.row(MANGLE, second[".id"]))["comment"], `${bench.marker} 2`);
        assert.equal((await bench.row(MANGLE, first[".id"]))["comment"], `${bench.marker} 1`);
    }),
    check("7.4", "R", "keeps the id over a rename", async (bench) => {
        const queue = await bench.queue();
        const name = `${bench.marker}-renamed`;
        answered(await bench.rest.patch(`${TREE}/${queue[".id"]}`, { name }), 200);
        assert.equal((await bench.row(TREE, name))[".id"], queue[".id"]);
    }),
    check("7.5", "R", "uses the id of a deleted record again", async (bench) => {
        const { rest } = await bench.fresh();
        const add = async (address: string) => (await rest.put(LIST, { list: "x", address })).json as Row;
        const old = await add("192.0.2.1");
        answered(await rest.delete(`${LIST}/${old[".id"]}`), 204);
        const seen = [await add("192.0.2.2"), await add("192.0.2.3")].map((row) => row[".id"]);
        assert.ok(seen.includes(old[".id"]), `${old[".id"]} among ${seen.join()}`);
    }),
    check("7.6", "R", "keeps ids over a restart, or loses them when told to", async (bench) => {
        const { rest, router } = await bench.fresh();
        for (const last of [1, 2, 3]) await rest.put(LIST, { list: "x", address: `192.0.2.${last}` });
        const seen = async () => ((await rest.get(LIST)).json as Row[]).map((row) => row[".id"]);
        const before = await seen();
        router.restart();
        assert.deepEqual(await seen(), before);
        router.restart({ renumber: true });
        assert.notDeepEqual(await seen(), before);
    }),
    check("7.7", "R", "answers an unknown id with 404", async ({ rest }) => {
        refused(await rest.get(`${LIST}/${NOBODY}`), 404, null);
    }),
];
