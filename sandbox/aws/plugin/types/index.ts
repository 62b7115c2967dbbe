import type { ResourceType } from "../resource-type";
import { bucket } from "./bucket";
import * as settings from "./bucket-settings";
import { rolePolicy, userPolicy } from "./iam-inline-policy";
import { role } from "./iam-role";
import { user } from "./iam-user";

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
    "aws:iam/role:Role": role,
    "aws:iam/rolePolicy:RolePolicy": rolePolicy,
    "aws:iam/user:User": user,
    "aws:iam/userPolicy:UserPolicy": userPolicy,
};
