/** Policies as data. Pure. */

export interface PolicyStatement {
    Sid?: string;
    Effect: "Allow" | "Deny";
    Principal?: "*" | Record<string, string | string[]>;
    Action: string | string[];
    Resource: string | string[];
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

export interface UploaderPolicyOptions {
    bucketArn: string;
    /** Keys begin with this; empty for the whole bucket. */
    prefix: string;
    /** Classes that may be uploaded. */
    storageClasses: string[];
    /** See `UploaderArgs.storageClassCondition`. */
    storageClassCondition: "required" | "declared" | "none";
    /** Key that the bucket's objects are encrypted with, if it is not S3's own. */
    kmsKeyArn?: string;
}

/** The least that lets `aws s3 cp` and `aws s3 sync` work with multipart uploads: no read, no delete. */
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
