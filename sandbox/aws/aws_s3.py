"""What moto's S3 (5.2.5) leaves out and this project reads back, or has policies about."""

import xml.etree.ElementTree as ElementTree

import flask
from moto.s3.exceptions import BucketAccessDeniedError, InvalidBucketState, NoSuchLifecycleConfiguration
from moto.s3.models import FakeBucket, FakeMultipart, S3Backend
from moto.s3.responses import ACTION_MAP, S3Response
from moto.s3.utils import bucket_policy_is_public

# The permission of each request by the part of the query that tells it. moto has no entry for these and takes them
# for the making or the listing of a bucket.
PERMISSIONS = {
    "encryption": "EncryptionConfiguration",
    "ownershipControls": "BucketOwnershipControls",
    "publicAccessBlock": "BucketPublicAccessBlock",
    "object-lock": "BucketObjectLockConfiguration",
}
MINIMUM_SIZE = "x-amz-transition-default-minimum-object-size"
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def install():
    for query, name in PERMISSIONS.items():
        ACTION_MAP["BUCKET"]["GET"][query] = f"Get{name}"
        ACTION_MAP["BUCKET"]["PUT"][query] = f"Put{name}"
        ACTION_MAP["BUCKET"]["DELETE"][query] = f"Put{name}"
    FakeMultipart.requested_class = None
    FakeBucket.lifecycle_as_put = None
    S3Backend.create_multipart_upload = create_multipart_upload
    S3Backend.put_bucket_policy = put_policy
    S3Backend.put_bucket_versioning = put_versioning
    S3Backend.put_object_lock_configuration = put_object_lock
    S3Response._bucket_response_put = bucket_put
    S3Response.get_bucket_lifecycle = get_lifecycle


def object_action(method, query):
    """The permission that a request for an object needs, without its service."""
    actions = ACTION_MAP["KEY"].get(method, {})
    return next((actions[name] for name in actions if name in query), actions.get("DEFAULT", method.title()))


moto_create_multipart_upload = S3Backend.create_multipart_upload
moto_put_policy = S3Backend.put_bucket_policy
moto_put_versioning = S3Backend.put_bucket_versioning
moto_bucket_put = S3Response._bucket_response_put


def create_multipart_upload(backend, *arguments):
    upload = moto_create_multipart_upload(backend, *arguments)
    upload.requested_class = flask.request.headers.get("x-amz-storage-class")
    return upload


def put_policy(backend, bucket_name, policy):
    if blocks(backend.get_bucket(bucket_name), "block_public_policy") and bucket_policy_is_public(policy):
        raise BucketAccessDeniedError(bucket=bucket_name)
    moto_put_policy(backend, bucket_name, policy)


def blocks(bucket, what):
    """Whether the bucket's public access block has one of its four parts; moto keeps them as they are written."""
    return str(getattr(bucket.public_access_block, what, "false")).lower() == "true"


def put_versioning(backend, bucket_name, status):
    if backend.get_bucket(bucket_name).object_lock_enabled and status != "Enabled":
        raise InvalidBucketState(
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        )
    moto_put_versioning(backend, bucket_name, status)


def put_object_lock(backend, bucket_name, lock_enabled, mode=None, days=None, years=None):
    """moto takes it only while the bucket is empty; S3 takes it at any time from a bucket that keeps versions."""
    bucket = backend.get_bucket(bucket_name)
    if not bucket.is_versioned:
        raise InvalidBucketState("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
    bucket.object_lock_enabled = bucket.object_lock_enabled or bool(lock_enabled)
    bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = mode, days, years


def bucket_put(response, request, bucket_name, query):
    answer = moto_bucket_put(response, request, bucket_name, query)
    if "lifecycle" in query:
        bucket = response.backend.get_bucket(bucket_name)
        minimum = request.headers.get(MINIMUM_SIZE, "all_storage_classes_128K")
        bucket.lifecycle_as_put = (with_identities(response.body, bucket.rules), minimum)
        return 200, {MINIMUM_SIZE: minimum}, ""
    return answer


def get_lifecycle(response):
    """The rules as they were put: moto itself forgets filters by size, and the smallest size that is moved."""
    bucket = response.backend.get_bucket(response.bucket_name)
    if not bucket.rules or not bucket.lifecycle_as_put:
        raise NoSuchLifecycleConfiguration(bucket_name=response.bucket_name)
    body, minimum = bucket.lifecycle_as_put
    return 200, {MINIMUM_SIZE: minimum, "content-type": "application/xml"}, body


def with_identities(body, rules):
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.fromstring(body)
    for element, rule in zip(root.findall("{*}Rule"), rules):
        if element.find("{*}ID") is None:
            ElementTree.SubElement(element, f"{{{NAMESPACE}}}ID").text = rule.id
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
