/** Policies as data. Pure. */

export interface PolicyStatement {
    Sid?: string;
    Effect: "Allow" | "Deny";
    Principal?: "*" | Record<string, string | string[]>;
    Action: string | string[];
    /** Absent in the policy that says who may take on a role. */
    Resource?: string | string[];
    Condition?: Record<string, Record<string, string | string[]>>;
}

export interface PolicyDocument {
    Version: "2012-10-17";
    Statement: PolicyStatement[];
}

/** Sids of the statements we make in a bucket's policy; every other statement is somebody else's. */
export const bucketPolicySids = ["RefusePlainHttp"] as const;

/** Refuses every request that did not come over TLS, and holds the further statements given. */
export function bucketPolicy(bucketArn: string, further: PolicyStatement[] = []): PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Sid: bucketPolicySids[0],
                Effect: "Deny",
                Principal: "*",
                Action: "s3:*",
                Resource: [bucketArn, `${bucketArn}/*`],
                Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
            ...further,
        ],
    };
}

/** `statements` that `given` does not say already, by their Sid or word for word. */
export function withoutRepeated(statements: PolicyStatement[], given: PolicyStatement[]): PolicyStatement[] {
    const sids = new Set(given.flatMap(({ Sid }) => Sid ?? []));
    const texts = new Set(given.map((statement) => JSON.stringify(statement)));
    return statements.filter((statement) => !sids.has(statement.Sid ?? "") && !texts.has(JSON.stringify(statement)));
}

/** See `UploaderArgs.storageClassCondition`. */
export const storageClassConditions = ["required", "declared", "none"] as const;
export type StorageClassCondition = (typeof storageClassConditions)[number];

export interface UploaderPolicyOptions {
    bucketArn: string;
    /** Keys begin with this; empty for the whole bucket. */
    prefix: string;
    /** Classes that may be uploaded. */
    storageClasses: string[];
    storageClassCondition: StorageClassCondition;
    /** Key that the bucket's objects are encrypted with, if it is not S3's own. */
    kmsKeyArn?: string;
}

/**
 * The least that lets `aws s3 cp` and `aws s3 sync` work with multipart uploads: no read, no delete.
 *
 * Only the request that begins a multipart upload names a class. Assumed: S3 judges the parts by the upload they
 * belong to, as it does for access control lists (https://github.com/aws/aws-cli/issues/1674, corrected on S3's side
 * in 2018); a policy of this form with multipart copies is published by NASA's archive (nasa/cumulus-orca). Where
 * that does not hold, `declared` does without.
 */
export function uploaderPolicy(options: UploaderPolicyOptions): PolicyDocument {
    const { bucketArn, prefix, storageClasses, storageClassCondition, kmsKeyArn } = options;
    const objects = `${bucketArn}/${prefix}*`;
    const put: PolicyStatement = { Sid: "Upload", Effect: "Allow", Action: "s3:PutObject", Resource: objects };
    if (storageClassCondition === "required") {
        put.Condition = { StringEquals: { "s3:x-amz-storage-class": storageClasses } };
    }
    const statements: PolicyStatement[] = [
        put,
        {
            Sid: "FinishUploads",
            Effect: "Allow",
            Action: ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            Resource: objects,
        },
        {
            Sid: "CompareFolders",
            Effect: "Allow",
            Action: "s3:ListBucket",
            Resource: bucketArn,
            ...(prefix === "" ? {} : { Condition: { StringLike: { "s3:prefix": [prefix, `${prefix}*`] } } }),
        },
        { Sid: "ListUploads", Effect: "Allow", Action: "s3:ListBucketMultipartUploads", Resource: bucketArn },
    ];
    if (storageClassCondition === "declared") {
        statements.push({
            Sid: "OnlyArchiveClasses",
            Effect: "Deny",
            Action: "s3:PutObject",
            Resource: objects,
            Condition: {
                Null: { "s3:x-amz-storage-class": "false" },
                StringNotEquals: { "s3:x-amz-storage-class": storageClasses },
            },
        });
    }
    if (kmsKeyArn !== undefined) {
        statements.push({
            Sid: "EncryptUploads",
            Effect: "Allow",
            Action: ["kms:GenerateDataKey", "kms:Decrypt"],
            Resource: kmsKeyArn,
        });
    }
    return { Version: "2012-10-17", Statement: statements };
}

export interface RestorerPolicyOptions {
    bucketArn: string;
    /** Keys begin with this; empty for the whole bucket. */
    prefix: string;
    /** Key that the bucket's objects are encrypted with, if it is not S3's own. */
    kmsKeyArn?: string;
}

/** The least that brings archived objects back and compares them with a folder: nothing is written or deleted. */
export function restorerPolicy({ bucketArn, prefix, kmsKeyArn }: RestorerPolicyOptions): PolicyDocument {
    const underPrefix = prefix === "" ? {} : { Condition: { StringLike: { "s3:prefix": [prefix, `${prefix}*`] } } };
    const statements: PolicyStatement[] = [
        {
            Sid: "BringBack",
            Effect: "Allow",
            Action: ["s3:RestoreObject", "s3:GetObject", "s3:GetObjectVersion"],
            Resource: `${bucketArn}/${prefix}*`,
        },
        {
            Sid: "Look",
            Effect: "Allow",
            Action: ["s3:ListBucket", "s3:ListBucketVersions"],
            Resource: bucketArn,
            ...underPrefix,
        },
        { Sid: "ListUploads", Effect: "Allow", Action: "s3:ListBucketMultipartUploads", Resource: bucketArn },
    ];
    if (kmsKeyArn !== undefined) {
        statements.push({ Sid: "Decrypt", Effect: "Allow", Action: "kms:Decrypt", Resource: kmsKeyArn });
    }
    return { Version: "2012-10-17", Statement: statements };
}

/** Who may take on a role: users, roles or accounts, by ARN. */
export function trustPolicy(principals: string[]): PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: principals }, Action: "sts:AssumeRole" }],
    };
}

/** A machine whose certificate has this common name and is signed by the anchor's authority may take on a role. */
export function trustsCertificate(trustAnchorArn: string, commonName: string): PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { Service: "rolesanywhere.amazonaws.com" },
                Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
                Condition: {
                    ArnEquals: { "aws:SourceArn": trustAnchorArn },
                    StringEquals: { "aws:PrincipalTag/x509Subject/CN": commonName },
                },
            },
        ],
    };
}
