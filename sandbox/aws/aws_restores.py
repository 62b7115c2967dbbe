"""Bringing archived objects back, as S3 does and moto (5.2.5) does not: by version, one at a time, by tier, in time.

No days pass here. A restore is ready at once, or when the file that holds restores up is gone.
"""

import os
import urllib.parse

import flask
import xmltodict
from moto.s3.exceptions import MissingKey, S3ClientError
from moto.s3.models import FakeKey, S3Backend
from moto.s3.responses import S3Response
from moto.s3.utils import ARCHIVE_STORAGE_CLASSES

hold = None
TIERS = {"GLACIER": ("Expedited", "Standard", "Bulk"), "DEEP_ARCHIVE": ("Standard", "Bulk")}


def install(file):
    global hold
    hold = file
    FakeKey.restore_held = False
    FakeKey.status = property(status, FakeKey.status.fset)
    S3Backend.restore_object = restore
    S3Response.serialized = serialized


moto_serialized = S3Response.serialized
moto_status = FakeKey.status.fget


def is_held():
    return hold is not None and os.path.exists(hold)


def status(key):
    return "IN_PROGRESS" if key.restore_held and is_held() else moto_status(key)


def restore(backend, bucket_name, key_name, days, _type):
    """Whether a restored copy was there already, whose days are then counted anew."""
    request = xmltodict.parse(flask.request.get_data())["RestoreRequest"]
    tier = (request.get("GlacierJobParameters") or {}).get("Tier") or request.get("Tier") or "Standard"
    key = backend.get_object(bucket_name, key_name, version_id=flask.request.args.get("versionId"))
    if key is None:
        raise MissingKey(key=key_name)
    if key.storage_class not in ARCHIVE_STORAGE_CLASSES:
        raise S3ClientError("InvalidObjectState", "Restore is not allowed for the object's current storage class")
    if tier not in TIERS[key.storage_class]:
        raise S3ClientError("InvalidArgument", f"{tier} is not available for {key.storage_class}")
    if not str(days or "").isdigit() or int(days) < 1:
        raise S3ClientError("MalformedXML", "Days must be at least 1")
    restored = key._expiry is not None
    if restored and status(key) == "IN_PROGRESS":
        raise S3ClientError("RestoreAlreadyInProgress", "Object restore is already in progress")
    key.restore_held = key.restore_held or is_held()
    key.restore(int(days))
    return restored


def serialized(response, result):
    """A listing that was asked for it tells which objects are being restored, and until when a copy stays."""
    asked = flask.request.headers.get("x-amz-optional-object-attributes", "") if flask.has_request_context() else ""
    if "RestoreStatus" in asked and isinstance(result.result, dict):
        bucket = response.backend.get_bucket(response.bucket_name)
        for item in [*result.result.get("Contents", []), *result.result.get("Versions", [])]:
            name = item["Key"] if "VersionId" in item else urllib.parse.unquote(item["Key"])
            versions = bucket.keys.getlist(name)
            key = next((one for one in versions if one.version_id == item.get("VersionId")), versions[-1])
            if isinstance(key, FakeKey) and key._expiry is not None:
                going = status(key) == "IN_PROGRESS"
                item["RestoreStatus"] = {"IsRestoreInProgress": going}
                if not going:
                    item["RestoreStatus"]["RestoreExpiryDate"] = key._expiry
    return moto_serialized(response, result)
