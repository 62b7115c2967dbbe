import * as iam from "@pulumi/aws/iam";
import * as rolesanywhere from "@pulumi/aws/rolesanywhere";
import * as pulumi from "@pulumi/pulumi";

import type { StorageClassCondition } from "./policy";
import { trustPolicy, trustsCertificate, uploaderPolicy } from "./policy";
import { credentialSteps } from "./upload-commands";

/** Who uploads. A text is short for `{ kind: … }` without options. */
export type UploaderIdentity = "user" | UploadUser | UploadRole | UploadCertificate | ExistingUser | ExistingRole;

/** An IAM user is made. It has no access key until a person makes one. */
export interface UploadUser {
    kind: "user";
    /** Name of the user. A change replaces it. @default generated */
    name?: pulumi.Input<string>;
}

/** An IAM role is made, which others may take on for an hour at a time. */
export interface UploadRole {
    kind: "role";
    /** ARNs of the users, roles or accounts that may take it on. */
    trustedPrincipals: pulumi.Input<pulumi.Input<string>[]>;
    /** Name of the role. A change replaces it. @default generated */
    name?: pulumi.Input<string>;
}

/** A role that a machine takes on with its X.509 certificate (IAM Roles Anywhere): no key to keep, or to lose. */
export interface UploadCertificate {
    kind: "rolesAnywhere";
    /** Certificates of the authority, PEM; a trust anchor is made of them. Either this or `trustAnchorArn`. */
    caCertificate?: pulumi.Input<string>;
    /** ARN of a trust anchor that stands already. */
    trustAnchorArn?: pulumi.Input<string>;
    /** Common name of the machine's certificate; no other certificate of the authority may upload. */
    commonName: pulumi.Input<string>;
}

/** A user that stands already gets the policy, and nothing else of it is touched. */
export interface ExistingUser {
    kind: "existingUser";
    name: pulumi.Input<string>;
}

/** A role that stands already gets the policy, and nothing else of it is touched. */
export interface ExistingRole {
    kind: "existingRole";
    name: pulumi.Input<string>;
}

export interface UploaderArgs {
    bucketName: pulumi.Input<string>;
    bucketArn: pulumi.Input<string>;
    /** Class that the uploads are in, as S3 names it. Changed in place. */
    storageClass: pulumi.Input<string>;
    /** Who uploads. A change of kind replaces. @default "user" */
    identity?: UploaderIdentity;
    /** Only keys that begin with this may be uploaded and listed. Changed in place. @default "" (all) */
    prefix?: pulumi.Input<string>;
    /** Further classes that may be uploaded, such as STANDARD for small sidecar files. Changed in place. @default [] */
    furtherStorageClasses?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * How the class is enforced. `required`: an upload has to name an allowed class. `declared`: an upload that names
     * another is refused, one that names none goes to STANDARD. `none`: any class. Changed in place. @default "required"
     */
    storageClassCondition?: pulumi.Input<StorageClassCondition>;
    /** Key the bucket is encrypted with, if it is not S3's own; needed for multipart uploads. */
    kmsKeyArn?: pulumi.Input<string | undefined>;
    /** ARN of a policy that bounds whatever is made. Changed in place. @default none */
    permissionsBoundary?: pulumi.Input<string>;
    /** Tags of what is made. Changed in place. */
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** An identity that can upload to the archive and nothing else: it can neither read nor delete. Never makes a key. */
export class Uploader extends pulumi.ComponentResource {
    /** Name of the user or role. */
    readonly identityName: pulumi.Output<string>;
    /** Undefined where the identity stood already. */
    readonly identityArn: pulumi.Output<string | undefined>;
    /** What a person does to get credentials onto the machine that uploads: commands as text, never a key. */
    readonly credentialSteps: pulumi.Output<string>;

    constructor(name: string, args: UploaderArgs, opts?: pulumi.ComponentResourceOptions) {
        super("routeros-s3:index:Uploader", name, {}, opts);
        const { kind, ...made } = this.make(name, args);
        this.identityName = made.identityName;
        this.identityArn = made.identityArn;
        this.credentialSteps = pulumi
            .output({ kind, name: made.identityName, arn: made.identityArn, anywhere: made.anywhere })
            .apply(credentialSteps);
        this.registerOutputs({ identityName: this.identityName, identityArn: this.identityArn });
    }

    private make(name: string, args: UploaderArgs): Made {
        const identity =
            args.identity === undefined || args.identity === "user" ? { kind: "user" as const } : args.identity;
        const parent = { parent: this };
        const policy = policyText(args);
        const common = { permissionsBoundary: args.permissionsBoundary, tags: args.tags };
        const noArn = pulumi.output(undefined);
        switch (identity.kind) {
            case "user": {
                // `forceDestroy`: keys are only ever made by hand here, and IAM deletes no user that has one.
                const user = new iam.User(
                    `${name}-user`,
                    { name: identity.name, forceDestroy: true, ...common },
                    parent,
                );
                new iam.UserPolicy(`${name}-policy`, { user: user.name, policy }, parent);
                return { kind: "user", identityName: user.name, identityArn: user.arn };
            }
            case "existingUser":
                new iam.UserPolicy(`${name}-policy`, { user: identity.name, policy }, parent);
                return { kind: "existing", identityName: pulumi.output(identity.name), identityArn: noArn };
            case "existingRole":
                new iam.RolePolicy(`${name}-policy`, { role: identity.name, policy }, parent);
                return { kind: "existing", identityName: pulumi.output(identity.name), identityArn: noArn };
            case "role": {
                const assumeRolePolicy = pulumi
                    .output(identity.trustedPrincipals)
                    .apply((principals) => JSON.stringify(trustPolicy(principals)));
                const role = new iam.Role(`${name}-role`, { name: identity.name, assumeRolePolicy, ...common }, parent);
                new iam.RolePolicy(`${name}-policy`, { role: role.name, policy }, parent);
                return { kind: "role", identityName: role.name, identityArn: role.arn };
            }
            case "rolesAnywhere":
                return this.makeAnywhere(name, identity, { policy, common, tags: args.tags });
        }
    }

    private makeAnywhere(
        name: string,
        { caCertificate, trustAnchorArn, commonName }: UploadCertificate,
        {
            policy,
            common,
            tags,
        }: { policy: pulumi.Input<string>; common: Partial<iam.RoleArgs>; tags: UploaderArgs["tags"] },
    ): Made {
        if ((caCertificate === undefined) === (trustAnchorArn === undefined)) {
            throw new pulumi.ResourceError(
                `the uploader's identity has ${caCertificate === undefined ? "neither caCertificate nor" : "caCertificate and"} ` +
                    "trustAnchorArn; give one of them",
                this,
                true,
            );
        }
        const parent = { parent: this };
        const anchorArn =
            trustAnchorArn ??
            new rolesanywhere.TrustAnchor(
                `${name}-trust-anchor`,
                {
                    enabled: true,
                    source: {
                        sourceType: "CERTIFICATE_BUNDLE",
                        sourceData: { x509CertificateData: caCertificate },
                    },
                    tags,
                },
                parent,
            ).arn;
        const assumeRolePolicy = pulumi
            .all([anchorArn, commonName])
            .apply(([anchor, common]) => JSON.stringify(trustsCertificate(anchor, common)));
        const role = new iam.Role(`${name}-role`, { assumeRolePolicy, ...common }, parent);
        new iam.RolePolicy(`${name}-policy`, { role: role.name, policy }, parent);
        const profile = new rolesanywhere.Profile(
            `${name}-profile`,
            { enabled: true, roleArns: [role.arn], durationSeconds: 3600, tags },
            parent,
        );
        return {
            kind: "rolesAnywhere",
            identityName: role.name,
            identityArn: role.arn,
            anywhere: { trustAnchorArn: anchorArn, profileArn: profile.arn },
        };
    }
}

interface Made {
    kind: "user" | "role" | "rolesAnywhere" | "existing";
    identityName: pulumi.Output<string>;
    identityArn: pulumi.Output<string | undefined>;
    anywhere?: { trustAnchorArn: pulumi.Input<string>; profileArn: pulumi.Input<string> };
}

function policyText(args: UploaderArgs): pulumi.Output<string> {
    return pulumi
        .output({
            bucketArn: args.bucketArn,
            prefix: args.prefix,
            storageClass: args.storageClass,
            further: args.furtherStorageClasses,
            storageClassCondition: args.storageClassCondition,
            kmsKeyArn: args.kmsKeyArn,
        })
        .apply(
            ({ bucketArn, prefix = "", storageClass, further = [], storageClassCondition = "required", kmsKeyArn }) =>
                JSON.stringify(
                    uploaderPolicy({
                        bucketArn,
                        prefix,
                        storageClasses: [...new Set([storageClass, ...further])],
                        storageClassCondition,
                        kmsKeyArn,
                    }),
                ),
        );
}
