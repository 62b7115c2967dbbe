import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { type LiveLine, startLiveLine } from "../../lab/live/line";
import { longestElsewhere, watchUploads } from "../../lab/live/uploads";
import { listed } from "../../lab/net/namespaces";
import { planned } from "../../lab/profiles";
import { Recording } from "../../lab/recording";
import { labMenus, type Row } from "../../lab/router-state";
import { now } from "../../lab/traffic/protocol";
import { build, describeWithPackets } from "./support";

jest.setTimeout(120_000);

const bytes = 2_000_000;

describeWithPackets("a live line", () => {
    let line: LiveLine;
    beforeAll(async () => {
        build();
        line = await startLiveLine({ uplink: 20e6 });
    });
    afterAll(async () => {
        await line.stop();
        expect(listed().filter((name) => name.includes(`-${process.pid}-`))).toEqual([]);
    });
    afterEach(() => line.router.reset());

    const rest = async (method: string, path: string, body?: Row): Promise<Row[]> => {
        const answer = await fetch(`${line.router.url}/rest${path}`, {
            method,
            headers: { authorization: `Basic ${btoa("admin:")}`, "content-type": "application/json" },
            ...(body && { body: JSON.stringify(body) }),
        });
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
        return answer.status === 204 ? [] : [(await answer.json()) as Row | Row[]].flat();
    };
    /** Rows as `pulumi up` leaves them, written one by one as it writes them. */
    const write = async (): Promise<void> => {
        const state = planned("scavenger", 20e6);
        for (const menu of ["/queue/type", ...labMenus] as const)
            for (const row of state[menu] ?? [])
                if (!line.router.rows(menu).some((one) => one["name"] !== undefined && one["name"] === row["name"]))
                    await rest("PUT", menu, row);
    };
    const withoutFastTrack = async (): Promise<void> => {
        for (const row of await rest("GET", "/ip/firewall/filter"))
            if (row["action"] === "fasttrack-connection") await rest("DELETE", `/ip/firewall/filter/${row[".id"]}`);
    };
    const onNas = async (script: string): Promise<string> => {
        const [program = "", ...args] = line.command(["sh", "-c", script]);
        const { stdout } = await promisify(execFile)(program, args, { env: { ...process.env, ...line.env } });
        return stdout;
    };
    /** Bytes to S3 by its own name, as a client without any setting sends them. */
    const upload = (size = bytes): Promise<string> =>
        onNas(`head -c ${size} /dev/zero | curl -sS -o /dev/null -X PUT --data-binary @- --cacert "$AWS_CA_BUNDLE" \
            https://my-bucket.s3.ap-southeast-2.amazonaws.com/key -w '%{remote_ip} %{size_upload}'`);
    const sum = (rows: Row[]): number => rows.reduce((all, row) => all + Number(row["bytes"]), 0);
    const carried = async (name: string): Promise<number> => {
        const rows = await rest("GET", `/queue/tree?name=${name}`);
        expect(rows).toHaveLength(1);
        return sum(rows);
    };
    const lastToS3 = async (): Promise<Row | undefined> =>
        (await rest("GET", "/ip/firewall/connection")).filter((row) => row["dst-port"] === "443").at(-1);
    const marked = async (): Promise<number> =>
        sum((await rest("GET", "/ip/firewall/mangle")).filter((row) => row["action"] === "mark-packet"));

    it("carries an upload to S3's own name through the leaf that its rows make, and counts it where REST shows it", async () => {
        await write();
        await withoutFastTrack();
        const before = await line.counters();
        expect(await upload()).toBe(`52.95.128.33 ${bytes}`);
        expect(await carried("upload-s3")).toBeGreaterThan(bytes);
        expect(await carried("upload-rest")).toBeLessThan(bytes / 10);
        expect(await marked()).toBeGreaterThan(bytes);
        const connection = await lastToS3();
        expect(connection).toMatchObject({ "src-address": "192.168.88.10", fasttrack: "false" });
        expect(connection?.["connection-mark"]).toBeDefined();
        expect(Number(connection?.["orig-bytes"])).toBeGreaterThan(bytes);
        const [wan] = await rest("GET", "/interface?name=ether5");
        expect(Number(wan?.["tx-byte"])).toBeGreaterThan(bytes);
        expect((await line.counters()).up.bytes - before.up.bytes).toBeGreaterThan(bytes);
    });

    it("lets a connection that FastTrack took past the rules, and shows both", async () => {
        await write();
        await upload();
        const connection = await lastToS3();
        expect(connection).toMatchObject({ fasttrack: "true" });
        expect(await marked()).toBeLessThan(bytes / 10);
        expect(await carried("upload-rest")).toBeGreaterThan(bytes);
        const [settings] = await rest("GET", "/ip/settings");
        expect(Number(settings?.["ipv4-fasttrack-bytes"])).toBeGreaterThan(bytes);
    });

    it("has changed the data plane when the router answers", async () => {
        await write();
        const classes = (): Promise<string> => inRouter("tc class show dev wan");
        const rules = (): Promise<string> => inRouter("nft list table ip routeros");
        const [parent] = await rest("GET", "/queue/tree?name=upload");
        await rest("PATCH", `/queue/tree/${parent?.[".id"]}`, { "max-limit": "7000000" });
        expect(await classes()).toContain("ceil 7Mbit");
        const [rule] = (await rest("GET", "/ip/firewall/mangle")).filter((row) => row["action"] === "mark-packet");
        expect(await rules()).toContain("meta mark set");
        await rest("PATCH", `/ip/firewall/mangle/${rule?.[".id"]}`, { disabled: "true" });
        const [without] = [await rules()];
        await rest("PATCH", `/ip/firewall/mangle/${rule?.[".id"]}`, { disabled: "false" });
        expect((await rules()).split("meta mark set").length).toBe(without.split("meta mark set").length + 1);
    });

    it("loses no packet of others while rows change beside a full upload, and come and go", async () => {
        const far = await line.agent("far", "live");
        const host = await line.agent("console");
        // A quarter of the line, so that there is always one on its way through the leaf of everybody else.
        await host.do({ op: "game", flow: "game", to: line.far.ipv4, perSecond: 500, bytes: 1200 });
        const from = now();
        await write();
        await withoutFastTrack();
        // Only while it is shaped: without queues it would fill the modem, which drops whatever comes.
        const uploading = upload(5_000_000);
        const [parent] = await rest("GET", "/queue/tree?name=upload");
        for (const limit of ["12000000", "19000000"])
            await rest("PATCH", `/queue/tree/${parent?.[".id"]}`, { "max-limit": limit });
        for (const rule of await rest("GET", "/ip/firewall/mangle"))
            if (rule["action"] === "mark-packet")
                await rest("PATCH", `/ip/firewall/mangle/${rule[".id"]}`, { comment: "renamed" });
        await uploading;
        for (const menu of ["/ip/firewall/mangle", "/queue/tree"])
            for (const row of (await rest("GET", menu)).reverse())
                if (row["dynamic"] !== "true") await rest("DELETE", `${menu}/${row[".id"]}`);
        const to = now();
        await host.do({ op: "stop", flow: "game" });
        const recording = new Recording(await Promise.all([host, far].map((agent) => agent.collect())));
        const span = { from, to: to - 1000 };
        expect(recording.delays("game", span).length).toBeGreaterThan(500);
        expect(recording.loss("game", "game", span)).toBe(0);
    });

    it("tells from change to change whether an upload was in its own leaf", async () => {
        await write();
        await withoutFastTrack();
        const [rule] = (await rest("GET", "/ip/firewall/mangle")).filter((row) => row["action"] === "mark-packet");
        const turn = (disabled: string) => rest("PATCH", `/ip/firewall/mangle/${rule?.[".id"]}`, { disabled });
        const shaped = await watchUploads(line);
        await upload();
        expect(longestElsewhere(await shaped(), Infinity)).toBe(0);
        const watched = await watchUploads(line);
        await turn("true");
        await upload();
        await turn("false");
        await upload();
        const looks = await watched();
        expect(looks).toHaveLength(6);
        // From behind the change that took the mark away until before the one that brought it back.
        expect(longestElsewhere(looks, Infinity)).toBe(looks[3]!.at - looks[2]!.at);
    });

    const inRouter = async (script: string): Promise<string> => {
        const name = listed().find((one) => one.includes(`-${process.pid}-`) && one.endsWith("-router")) ?? "";
        return (await promisify(execFile)("ip", ["netns", "exec", name, "sh", "-c", script])).stdout;
    };
});
