/** What a person pastes to upload. Pure. */

export interface UploadCommandOptions {
    bucketName: string;
    region: string;
    storageClass: string;
    /** Keys begin with this. @default "" */
    prefix?: string;
    /** IPv6 is shaped too: use the endpoint that has IPv6 addresses. @default false */
    dualStack?: boolean;
    /** An endpoint of the environment is used (`AWS_ENDPOINT_URL`); S3's clients refuse dual-stack beside it. @default false */
    customEndpoint?: boolean;
    /** Profile of the uploader in the aws command's configuration. @default none */
    profile?: string;
}

export interface UploadCommands {
    /** Uploads one file. */
    copy: string;
    /** Uploads what a folder has and the bucket has not. */
    sync: string;
    /** Lists what is there. */
    list: string;
}

/** Commands with the direct storage class: no day in a dearer class, and no charge for a move. */
export function uploadCommands(options: UploadCommandOptions): UploadCommands {
    const { bucketName, region, storageClass, prefix = "" } = options;
    const environment = options.dualStack && !options.customEndpoint ? "AWS_USE_DUALSTACK_ENDPOINT=true " : "";
    const common = `--region ${region}${options.profile === undefined ? "" : ` --profile ${quoted(options.profile)}`}`;
    const target = quoted(`s3://${bucketName}/${prefix}`);
    const upload = `--storage-class ${storageClass} ${common}`;
    return {
        copy: `${environment}aws s3 cp FILE ${target} ${upload}`,
        sync: `${environment}aws s3 sync FOLDER ${target} ${upload}`,
        list: `${environment}aws s3 ls ${target} --recursive ${common}`,
    };
}

export interface CredentialOptions {
    kind: "user" | "role" | "rolesAnywhere" | "existing";
    /** Name of the user or role. */
    name: string;
    arn?: string;
    anywhere?: { trustAnchorArn: string; profileArn: string };
    /** Profile of the aws command's configuration that the steps set up. @default "archive-uploader" */
    profile?: string;
}

/** Steps for the machine that uploads or restores, as text. A key is made by a person, and shown to that person only. */
export function credentialSteps(options: CredentialOptions): string {
    const { kind, name, arn = "", anywhere, profile = "archive-uploader" } = options;
    const set = (key: string, value: string) => `aws configure set profile.${profile}.${key} ${quoted(value)}`;
    const use = `export AWS_PROFILE=${profile}   # then run the commands for it`;
    switch (kind) {
        case "user":
            return [
                `aws iam create-access-key --user-name ${quoted(name)}   # as an administrator; shows the key once`,
                `aws configure --profile ${profile}   # on the machine that uses it; asks for the key`,
                use,
            ].join("\n");
        case "role":
            return [
                set("role_arn", arn),
                `${set("source_profile", "default")}   # the profile of a principal that the role trusts`,
                use,
            ].join("\n");
        case "rolesAnywhere": {
            const helper =
                "aws_signing_helper credential-process --certificate /path/to/certificate.pem --private-key /path/to/key.pem " +
                `--trust-anchor-arn ${anywhere?.trustAnchorArn} --profile-arn ${anywhere?.profileArn} --role-arn ${arn}`;
            return `${set("credential_process", helper)}   # with the paths of the machine's certificate and key\n${use}`;
        }
        case "existing":
            return `${name} uses the credentials it has.`;
    }
}

/** For a POSIX shell; plain where nothing needs quoting. */
function quoted(text: string): string {
    return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
