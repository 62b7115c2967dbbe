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

/** Commands with the direct storage class: no days in a dearer class, and no charge for a move. */
export function uploadCommands(options: UploadCommandOptions): UploadCommands {
    const { bucketName, region, storageClass, prefix = "" } = options;
    const environment = options.dualStack && !options.customEndpoint ? "AWS_USE_DUALSTACK_ENDPOINT=true " : "";
    const common = `--region ${region}${options.profile === undefined ? "" : ` --profile ${options.profile}`}`;
    const target = `s3://${bucketName}/${prefix}`;
    const upload = `--storage-class ${storageClass} ${common}`;
    return {
        copy: `${environment}aws s3 cp FILE ${target} ${upload}`,
        sync: `${environment}aws s3 sync FOLDER ${target} ${upload}`,
        list: `${environment}aws s3 ls ${target} --recursive ${common}`,
    };
}
