import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import { restorerPolicy } from "./policy";
import { credentialSteps } from "./upload-commands";

export interface RestorerArgs {
    bucketArn: pulumi.Input<string>;
    /** Name of the user. A change replaces it. @default generated */
    userName?: pulumi.Input<string>;
    /** Only keys that begin with this may be brought back and listed. Changed in place. @default "" (all) */
    prefix?: pulumi.Input<string>;
    /** Key the bucket is encrypted with, if it is not S3's own; needed to read. Changed in place. */
    kmsKeyArn?: pulumi.Input<string | undefined>;
    /** ARN of a policy that bounds the user. Changed in place. @default none */
    permissionsBoundary?: pulumi.Input<string>;
    /** Tags of the user. Changed in place. */
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * An IAM user that can bring archived objects back and read them, and neither write nor delete: for `routeros-s3
 * restore` and `audit`. Apart from the uploader, whose key lies on the machine that uploads. Never makes a key.
 */
export class Restorer extends pulumi.ComponentResource {
    readonly identityName: pulumi.Output<string>;
    readonly identityArn: pulumi.Output<string>;
    /** What a person does to get credentials onto the machine that restores: commands as text, never a key. */
    readonly credentialSteps: pulumi.Output<string>;

    constructor(name: string, args: RestorerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("routeros-s3:index:Restorer", name, {}, opts);
        const { bucketArn, prefix, kmsKeyArn, userName, permissionsBoundary, tags } = args;
        const policy = pulumi
            .output({ bucketArn, prefix, kmsKeyArn })
            .apply(({ prefix: keys = "", ...others }) => JSON.stringify(restorerPolicy({ ...others, prefix: keys })));
        // `forceDestroy`: keys are only ever made by hand here, and IAM deletes no user that has one.
        const user = new iam.User(
            `${name}-user`,
            { name: userName, forceDestroy: true, permissionsBoundary, tags },
            { parent: this },
        );
        new iam.UserPolicy(`${name}-policy`, { user: user.name, policy }, { parent: this });
        this.identityName = user.name;
        this.identityArn = user.arn;
        this.credentialSteps = user.name.apply((identity) =>
            credentialSteps({ kind: "user", name: identity, profile: "archive-restorer" }),
        );
        this.registerOutputs({ identityName: this.identityName, identityArn: this.identityArn });
    }
}
