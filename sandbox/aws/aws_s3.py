"""What moto's S3 (5.2.5) leaves out and this project reads back, or has policies about."""

import xml.etree.ElementTree as ElementTree

import flask
from moto.core.responses import ActionResult
from moto.s3.exceptions import (
    BucketAccessDeniedError,
    InvalidBucketState,
    NoSuchLifecycleConfiguration,
    S3ClientError,
)
from moto.s3.models import FakeBucket, FakeMultipart, PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response
from moto.s3.utils import bucket_policy_is_public

MINIMUM_SIZE = "x-amz-transition-default-minimum-object-size"
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
ENFORCED = "BucketOwnerEnforced"
OWN_KEY = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}}
"""What S3 gives a bucket since 2023, and what is left when its encryption is deleted."""


def install():
    FakeMultipart.requested_class = None
    FakeBucket.lifecycle_as_put = None
    S3Backend.create_bucket = create_bucket
    S3Backend.delete_bucket_encryption = delete_encryption
    S3Response.get_bucket_encryption = get_encryption
    S3Response._acl_from_headers = acl_from_headers
    S3Backend.create_multipart_upload = create_multipart_upload
    S3Backend.put_bucket_policy = put_policy
    S3Backend.put_bucket_versioning = put_versioning
    S3Backend.put_object_lock_configuration = put_object_lock
    S3Response._bucket_response_put = bucket_put
    S3Response.get_bucket_lifecycle = get_lifecycle


class AclNotSupported(S3ClientError):
    def __init__(self):
        super().__init__("AccessControlListNotSupported", "The bucket does not allow ACLs")


moto_create_bucket = S3Backend.create_bucket
moto_acl_from_headers = S3Response._acl_from_headers
moto_create_multipart_upload = S3Backend.create_multipart_upload
moto_put_policy = S3Backend.put_bucket_policy
moto_put_versioning = S3Backend.put_bucket_versioning
moto_bucket_put = S3Response._bucket_response_put


def create_bucket(backend, *arguments, **named):
    """A new bucket as S3 has made them since April 2023 (closed, lists off, encrypted), and moto does not."""
    headers = flask.request.headers
    if "x-amz-acl" in headers and headers.get("x-amz-object-ownership", ENFORCED) == ENFORCED:
        raise AclNotSupported()
    bucket = moto_create_bucket(backend, *arguments, **named)
    bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
    bucket.ownership_rule = ENFORCED
    bucket.encryption = OWN_KEY
    return bucket


def delete_encryption(backend, bucket_name):
    backend.get_bucket(bucket_name).encryption = OWN_KEY


def get_encryption(response):
    """With the kinds of encryption that are refused: since April 2026 SSE-C, where nothing else was said."""
    response.data["Action"] = "GetBucketEncryption"
    rule = response.backend.get_bucket_encryption(response.bucket_name)["Rule"]
    blocked = (rule.get("BlockedEncryptionTypes") or {}).get("EncryptionType", "SSE-C")
    found = {
        "ApplyServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"],
        "BucketKeyEnabled": str(rule.get("BucketKeyEnabled")).lower() == "true",
        "BlockedEncryptionTypes": {"EncryptionType": blocked if isinstance(blocked, list) else [blocked]},
    }
    return response.serialized(ActionResult({"ServerSideEncryptionConfiguration": {"Rules": [found]}}))


def acl_from_headers(response, headers):
    """Where access control lists are off, S3 takes the one that gives the owner everything, and no other."""
    acl = moto_acl_from_headers(response, headers)
    bucket = response.backend.buckets.get(response.bucket_name)
    enforced = bucket is not None and bucket.ownership_rule == ENFORCED
    if acl and enforced and headers.get("x-amz-acl") != "bucket-owner-full-control":
        raise AclNotSupported()
    return acl


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
