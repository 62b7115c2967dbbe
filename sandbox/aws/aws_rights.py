"""Which permissions a request to S3 needs, after S3's user guide ("Required permissions for Amazon S3 API operations").

moto (5.2.5) has one permission a request, and some under the operation's name, which no policy of AWS's knows.
"""

import urllib.parse

from moto.s3.responses import ACTION_MAP

# By the part of the query that tells the request. moto has no entry for these, or another name.
BUCKET = {
    "encryption": "EncryptionConfiguration",
    "ownershipControls": "BucketOwnershipControls",
    "publicAccessBlock": "BucketPublicAccessBlock",
    "object-lock": "BucketObjectLockConfiguration",
}
OBJECT = {"legal-hold": "ObjectLegalHold", "retention": "ObjectRetention"}
OF_A_VERSION = {
    "GetObject": "GetObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "GetObjectTagging": "GetObjectVersionTagging",
    "GetObjectAttributes": "GetObjectVersionAttributes",
    "PutObjectAcl": "PutObjectVersionAcl",
    "PutObjectTagging": "PutObjectVersionTagging",
    "DeleteObject": "DeleteObjectVersion",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
}
# What the headers of a request that makes an object, or a bucket, ask for beside.
WITH_OBJECT = {
    "x-amz-tagging": "PutObjectTagging",
    "x-amz-acl": "PutObjectAcl",
    "x-amz-grant-": "PutObjectAcl",
    "x-amz-object-lock-mode": "PutObjectRetention",
    "x-amz-object-lock-retain-until-date": "PutObjectRetention",
    "x-amz-object-lock-legal-hold": "PutObjectLegalHold",
}
WITH_BUCKET = {
    "x-amz-acl": "PutBucketAcl",
    "x-amz-grant-": "PutBucketAcl",
    "x-amz-bucket-object-lock-enabled": "PutBucketObjectLockConfiguration",
    "x-amz-object-ownership": "PutBucketOwnershipControls",
}


def install():
    """moto itself asks for what its table says; what it asks for is then asked again, right."""
    for query, name in BUCKET.items():
        ACTION_MAP["BUCKET"]["GET"][query] = f"Get{name}"
        ACTION_MAP["BUCKET"]["PUT"][query] = f"Put{name}"
        ACTION_MAP["BUCKET"]["DELETE"][query] = f"Put{name}"
    for query, name in OBJECT.items():
        ACTION_MAP["KEY"]["GET"][query] = f"Get{name}"
        ACTION_MAP["KEY"]["PUT"][query] = f"Put{name}"
    ACTION_MAP["BUCKET"]["HEAD"]["DEFAULT"] = "ListBucket"
    ACTION_MAP["KEY"]["GET"]["attributes"] = "GetObjectAttributes"
    ACTION_MAP["KEY"]["DELETE"]["tagging"] = "DeleteObjectTagging"
    for actions in ACTION_MAP["KEY"].values():
        actions.pop("versionId", None)


def object_action(method, query):
    """The permission that a request for an object needs first, without its service."""
    actions = ACTION_MAP["KEY"].get(method, {})
    action = next((actions[name] for name in actions if name in query), actions.get("DEFAULT", method.title()))
    return OF_A_VERSION.get(action, action) if "versionId" in query else action


def needed(request, action, bucket, key):
    """Every permission with the bucket or object it is about. `action` is what moto takes the request for."""
    name = f"{bucket or '*'}/{key}" if key else bucket or "*"
    first = OF_A_VERSION.get(action, action) if key and "versionId" in request.args else action
    found = [(first, name)]
    if first.startswith("GetObject") and first.endswith("Attributes"):
        found.append(("GetObjectVersion" if "versionId" in request.args else "GetObject", name))
    making = {"PutObject": WITH_OBJECT, "CreateBucket": WITH_BUCKET}.get(action, {})
    headers = [header.lower() for header, _ in request.headers]
    for start, further in making.items():
        if any(header.startswith(start) for header in headers) and (further, name) not in found:
            found.append((further, name))
    source = request.headers.get("x-amz-copy-source")
    if action == "PutObject" and source:
        path, _, version = source.lstrip("/").partition("?versionId=")
        found.append(("GetObjectVersion" if version else "GetObject", urllib.parse.unquote(path)))
    return found
