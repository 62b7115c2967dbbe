import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import { uploaderPolicy } from "./archive-policy";

/** Who uploads. `user` makes an IAM user; it has no access key until a person makes one. */
export type UploaderIdentity = "user";

export interface UploaderArgs {
    bucketName: pulumi.Input<string>;
    bucketArn: pulumi.Input<string>;
    /** Class that the uploads are in, as S3 names it. */
    storageClass: pulumi.Input<string>;
    /** Who uploads. @default "user" */
    identity?: UploaderIdentity;
    /** Only keys that begin with this may be uploaded and listed. @default "" (all) */
    prefix?: pulumi.Input<string>;
    /** Key the bucket is encrypted with, if it is not S3's own. */
    kmsKeyArn?: pulumi.Input<string | undefined>;
    /** Tags of what is made. */
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** An identity that can upload to the archive and nothing else: it can neither read nor delete. Never makes a key. */
export class Uploader extends pulumi.ComponentResource {
    readonly identityName: pulumi.Output<string>;
    readonly identityArn: pulumi.Output<string>;

    constructor(name: string, args: UploaderArgs, opts?: pulumi.ComponentResourceOptions) {
        super("routeros-s3:index:Uploader", name, args, opts);
        const policy = pulumi
            .output({ arn: args.bucketArn, prefix: args.prefix, storageClass: args.storageClass, key: args.kmsKeyArn })
            .apply(({ arn, prefix, storageClass, key }) =>
                JSON.stringify(
                    uploaderPolicy({
                        bucketArn: arn,
                        prefix: prefix ?? "",
                        storageClasses: [storageClass],
                        storageClassCondition: "required",
                        kmsKeyArn: key,
                    }),
                ),
            );
        const user = new iam.User(`${name}-user`, { tags: args.tags }, { parent: this });
        new iam.UserPolicy(`${name}-policy`, { user: user.name, policy }, { parent: this });
        this.identityName = user.name;
        this.identityArn = user.arn;
        this.registerOutputs({ identityName: this.identityName, identityArn: this.identityArn });
    }
}
