import type * as components from "../../components";
import type { UploadCommands } from "../../components/archive/upload-commands";
import type { ShapedBackupArgs } from "../../components/shaped-backup";
import { graphOf, kinds } from "./support";

const shaping = { wanInterface: "ether5", uplink: "20M" };

/** A program of somebody else's, with one component in it. */
async function backup(args: Partial<ShapedBackupArgs> = {}) {
    const graph = await graphOf(() => {
        const { ShapedBackup } = jest.requireActual<typeof components>("../../components");
        const prefixes = { ipv4: ["52.95.128.0/21"], ipv6: ["2406:da70:8000::/40"] };
        const { uploadCommands } = new ShapedBackup("photos", { region: "eu-west-1", prefixes, shaping, ...args });
        return Promise.resolve({ uploadCommands });
    });
    return { graph, commands: graph.outputs["uploadCommands"] as UploadCommands };
}

afterEach(() => {
    delete process.env["AWS_ENDPOINT_URL"];
});

it("needs a region, a WAN and an uplink, and names its children after itself", async () => {
    const { graph } = await backup();
    const children = graph.registrations.filter((one) => one.parent === "photos").map((one) => one.name);
    expect(children.sort()).toEqual(["photos-archive", "photos-upload", "photos-uploader"]);
    expect(graph.find(kinds.bucket, "photos-archive-bucket").inputs["region"]).toBe("eu-west-1");
    expect(graph.find(kinds.addressList, "photos-upload-s3-ipv4").inputs).not.toHaveProperty("source");
});

it("lets uploads go by IPv6 only where they are shaped there", async () => {
    expect((await backup()).commands.copy).toMatch(/^AWS_USE_DUALSTACK_ENDPOINT=true aws s3 cp /);
    const { commands } = await backup({ shaping: { ...shaping, addressFamilies: ["ipv4"] } });
    expect(commands.copy).toMatch(
        /^aws s3 cp FILE s3:\/\/photos-archive-bucket\/ --storage-class GLACIER --region eu-west-1/,
    );
    process.env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1";
    expect((await backup()).commands.copy).toMatch(/^aws s3 cp /);
});

it("uploads to where the uploader may, in the class of the archive", async () => {
    const { commands, graph } = await backup({
        archive: { storageClass: "DEEP_ARCHIVE", protect: false },
        uploader: { prefix: "raw/" },
    });
    expect(commands.sync).toContain("aws s3 sync FOLDER s3://photos-archive-bucket/raw/ --storage-class DEEP_ARCHIVE");
    expect(graph.find(kinds.bucket, "photos-archive-bucket").protect).toBe(false);
});

it("begins on the router when the AWS side is complete, so that a router that is away does not stop it", async () => {
    const { graph } = await backup();
    const { dependsOn } = graph.find(kinds.addressList, "photos-upload-s3-ipv4");
    const aws = graph.registrations.filter(({ type }) => type.startsWith("aws:")).map(({ name }) => name);
    expect(dependsOn).toEqual(expect.arrayContaining(aws));
});

it.each([true, false])("protects the uploader and its policy as it does the bucket: %s", async (protect) => {
    const { graph } = await backup(protect ? {} : { archive: { protect } });
    const ofUploader = graph.registrations.filter(({ parent }) => parent === "photos-uploader");
    expect(ofUploader.map((one) => [one.name, one.protect])).toEqual([
        ["photos-uploader-user", protect],
        ["photos-uploader-policy", protect],
    ]);
    const router = graph.registrations.filter(({ type }) => type.includes("routeros:"));
    expect(router.some((one) => one.protect)).toBe(false);
});

it("makes no identity where none is wanted", async () => {
    const { graph } = await backup({ uploader: "none" });
    expect(graph.registrations.filter(({ type }) => type.startsWith("aws:iam/") || type.endsWith(":Uploader"))).toEqual(
        [],
    );
});
