import type { ResourceType } from "../resource-type";
import { bucket } from "./bucket";
import * as settings from "./bucket-settings";
import * as iam from "./iam";

/** Every type the sandbox's AWS plugin serves, by Pulumi's token. */
export const resourceTypes: Record<string, ResourceType> = {
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": settings.lifecycle,
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": settings.objectLock,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": settings.ownershipControls,
    "aws:s3/bucketPolicy:BucketPolicy": settings.bucketPolicy,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": settings.publicAccessBlock,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": settings.encryption,
    "aws:s3/bucketVersioning:BucketVersioning": settings.versioning,
    "aws:iam/role:Role": iam.role,
    "aws:iam/rolePolicy:RolePolicy": iam.rolePolicy,
    "aws:iam/user:User": iam.user,
    "aws:iam/userPolicy:UserPolicy": iam.userPolicy,
};
