import type * as module from "../../components/archive/uploader";
import type { UploaderArgs } from "../../components/archive/uploader";
import { graphOf, type Registration, useMocks } from "./support";

const load = () => jest.requireActual<typeof module>("../../components/archive/uploader");
const bucket = { bucketName: "photos", bucketArn: "arn:aws:s3:::photos", storageClass: "DEEP_ARCHIVE" };

async function uploader(args: Partial<UploaderArgs> = {}) {
    const graph = await graphOf(() => {
        const { Uploader } = load();
        const { identityName, identityArn, credentialSteps } = new Uploader("up", { ...bucket, ...args });
        return Promise.resolve({
            identityName,
            identityArn: identityArn.apply((arn) => arn ?? "none"),
            credentialSteps,
        });
    });
    return { ...graph, children: graph.registrations.filter((one) => one.type.startsWith("aws:")) };
}
const kindsOf = (children: Registration[]) => children.map(({ type }) => type.split(":").at(-1)).sort();
interface Statement {
    Sid: string;
    Effect: string;
    Action: string | string[];
    Resource: string;
    Condition?: object;
}
const statementsOf = (children: Registration[]): Statement[] => {
    const policies = children.filter(({ type }) => /:(UserPolicy|RolePolicy)$/.test(type));
    expect(policies).toHaveLength(1);
    return (JSON.parse(policies[0]?.inputs["policy"] as string) as { Statement: Statement[] }).Statement;
};

it("is a user with one policy, and never a key", async () => {
    const { children, outputs } = await uploader();
    expect(kindsOf(children)).toEqual(["User", "UserPolicy"]);
    expect(outputs).toMatchObject({ identityName: "up-user", identityArn: "arn:mock:up-user" });
    expect(outputs["credentialSteps"]).toContain("aws iam create-access-key --user-name up-user");
});

it("may upload in the class, finish uploads, and list, and nothing else", async () => {
    const { children } = await uploader();
    expect(statementsOf(children)).toEqual([
        {
            Sid: "Upload",
            Effect: "Allow",
            Action: "s3:PutObject",
            Resource: "arn:aws:s3:::photos/*",
            Condition: { StringEquals: { "s3:x-amz-storage-class": ["DEEP_ARCHIVE"] } },
        },
        {
            Sid: "FinishUploads",
            Effect: "Allow",
            Action: ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            Resource: "arn:aws:s3:::photos/*",
        },
        { Sid: "CompareFolders", Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::photos" },
        {
            Sid: "ListUploads",
            Effect: "Allow",
            Action: "s3:ListBucketMultipartUploads",
            Resource: "arn:aws:s3:::photos",
        },
    ]);
});

it.each<[string, Partial<UploaderArgs>]>([
    ["user", {}],
    ["role", { identity: { kind: "role", trustedPrincipals: ["arn:aws:iam::123456789012:user/me"] } }],
    ["certificate", { identity: { kind: "rolesAnywhere", trustAnchorArn: "arn:anchor", commonName: "nas" } }],
    ["existing user", { identity: { kind: "existingUser", name: "nas" } }],
    ["existing role", { identity: { kind: "existingRole", name: "nas" } }],
])("as %s can neither read nor delete, whatever the options", async (_name, identity) => {
    for (const storageClassCondition of ["required", "declared", "none"] as const) {
        const { children } = await uploader({
            ...identity,
            storageClassCondition,
            prefix: "raw/",
            kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/1",
            furtherStorageClasses: ["STANDARD"],
        });
        const allowed = statementsOf(children).filter(({ Effect }) => Effect === "Allow");
        const actions = allowed.flatMap(({ Action }) => Action);
        expect(actions.sort()).toEqual([
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "s3:AbortMultipartUpload",
            "s3:ListBucket",
            "s3:ListBucketMultipartUploads",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
        ]);
        expect(children.some(({ type }) => /AccessKey/i.test(type))).toBe(false);
    }
});

it("is held to a prefix, also when it lists", async () => {
    const [put, finish, list] = statementsOf((await uploader({ prefix: "raw/" })).children);
    expect(put?.Resource).toBe("arn:aws:s3:::photos/raw/*");
    expect(finish?.Resource).toBe("arn:aws:s3:::photos/raw/*");
    expect(list?.Condition).toEqual({ StringLike: { "s3:prefix": ["raw/", "raw/*"] } });
});

it("may be allowed further classes, for small files beside the large ones", async () => {
    const [put] = statementsOf((await uploader({ furtherStorageClasses: ["STANDARD", "DEEP_ARCHIVE"] })).children);
    expect(put?.Condition).toEqual({ StringEquals: { "s3:x-amz-storage-class": ["DEEP_ARCHIVE", "STANDARD"] } });
});

it("refuses only other classes that are named where the condition is `declared`", async () => {
    const statements = statementsOf((await uploader({ storageClassCondition: "declared" })).children);
    expect(statements[0]?.Condition).toBeUndefined();
    expect(statements.at(-1)).toEqual({
        Sid: "OnlyArchiveClasses",
        Effect: "Deny",
        Action: "s3:PutObject",
        Resource: "arn:aws:s3:::photos/*",
        Condition: {
            Null: { "s3:x-amz-storage-class": "false" },
            StringNotEquals: { "s3:x-amz-storage-class": ["DEEP_ARCHIVE"] },
        },
    });
});

it("is a role that only the named principals may take on", async () => {
    const trusted = "arn:aws:iam::123456789012:user/me";
    const { children, outputs } = await uploader({ identity: { kind: "role", trustedPrincipals: [trusted] } });
    expect(kindsOf(children)).toEqual(["Role", "RolePolicy"]);
    const role = children.find(({ type }) => type.endsWith(":Role"));
    expect(JSON.parse(role?.inputs["assumeRolePolicy"] as string)).toMatchObject({
        Statement: [{ Effect: "Allow", Principal: { AWS: [trusted] }, Action: "sts:AssumeRole" }],
    });
    expect(outputs["credentialSteps"]).toContain("role_arn arn:mock:up-role");
});

it("is a role that one machine's certificate may take on", async () => {
    const identity = {
        kind: "rolesAnywhere" as const,
        caCertificate: "-----BEGIN CERTIFICATE-----",
        commonName: "nas",
    };
    const { children, outputs } = await uploader({ identity });
    expect(kindsOf(children)).toEqual(["Profile", "Role", "RolePolicy", "TrustAnchor"]);
    const role = children.find(({ type }) => type.endsWith(":Role"));
    expect(JSON.parse(role?.inputs["assumeRolePolicy"] as string)).toMatchObject({
        Statement: [
            {
                Principal: { Service: "rolesanywhere.amazonaws.com" },
                Condition: {
                    ArnEquals: { "aws:SourceArn": "arn:mock:up-trust-anchor" },
                    StringEquals: { "aws:PrincipalTag/x509Subject/CN": "nas" },
                },
            },
        ],
    });
    expect(outputs["credentialSteps"]).toContain("--profile-arn arn:mock:up-profile");
});

it("refuses a certificate identity without an authority, or with two", async () => {
    await useMocks();
    const make = (identity: object) =>
        new (load().Uploader)("up", { ...bucket, identity: { kind: "rolesAnywhere", commonName: "nas", ...identity } });
    expect(() => make({})).toThrow("neither caCertificate nor trustAnchorArn");
    expect(() => make({ caCertificate: "x", trustAnchorArn: "y" })).toThrow("caCertificate and trustAnchorArn");
});

it("touches nothing of an identity that stands already but its own policy", async () => {
    const { children, outputs } = await uploader({ identity: { kind: "existingUser", name: "nas" } });
    expect(kindsOf(children)).toEqual(["UserPolicy"]);
    expect(children[0]?.inputs["user"]).toBe("nas");
    expect(outputs).toMatchObject({ identityName: "nas", identityArn: "none" });
});
