"""Who may do what: moto's evaluation of policies, made to follow AWS's in what this project depends on.

moto (5.2.5) ignores every condition operator but one, takes an unmet condition for a refusal, and asks a bucket's
policy about objects only. Here a statement applies when its principal, action, resource and conditions match; where
this file does not know an operator or a condition key, a Deny applies and an Allow does not. A policy is therefore
never read as more generous than it is.

The account's root may do everything but what a bucket's policy denies. Whoever has a key made through IAM may do what
its policies allow. An unsigned request may do what the bucket's policy allows to everybody, unless the bucket is
closed to the public.
"""

import json
import re

import flask
from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.iam.access_control import (
    CreateAccessKeyFailure,
    IAMPolicyStatement,
    PermissionResult,
    create_access_key,
)
from moto.s3.exceptions import BucketAccessDeniedError, S3AccessDeniedError
from moto.s3.models import FakeBucket, s3_backends
from moto.utilities.utils import get_partition

import aws_rights
import aws_s3

ROOT_KEY = "AKIAROOTOFTHESANDBOX"
"""The access key of the account's root; its secret is not looked at."""

EVERYBODY = "*"


def install():
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0  # moto asks IAM about every request
    ActionAuthenticatorMixin._authenticate_and_authorize_normal_action = authorize
    ActionAuthenticatorMixin._authenticate_and_authorize_s3_action = authorize_s3
    IAMPolicyStatement.is_action_permitted = statement_result
    FakeBucket.get_permission = bucket_permission


ask_iam = ActionAuthenticatorMixin._authenticate_and_authorize_normal_action
ask_iam_for_s3 = ActionAuthenticatorMixin._authenticate_and_authorize_s3_action
trust_result = IAMPolicyStatement.is_action_permitted


def authorize(response, resource="*"):
    if response.access_key != ROOT_KEY:
        ask_iam(response, resource)


def authorize_s3(response, bucket_name=None, key_name=None):
    """Every permission that the request needs, one after the other; moto itself knows one."""
    known = response._get_action()
    try:
        for action, name in aws_rights.needed(flask.request, known, bucket_name, key_name):
            owner, _, key = name.partition("/")
            response.data["Action"] = action
            authorize_one(response, f"s3:{action}", None if owner == "*" else owner, key or None)
    finally:
        response.data["Action"] = known


def authorize_one(response, action, bucket_name, key_name):
    name = f"{bucket_name or '*'}/{key_name}" if key_name else bucket_name or "*"
    of_bucket = policy_result(bucket_name, action, f"arn:{get_partition(response.region)}:s3:::{name}")
    if of_bucket == PermissionResult.DENIED:
        raise refusal(bucket_name)
    if response.access_key == ROOT_KEY:
        return
    if "Authorization" in response.headers:
        ask_iam_for_s3(response, bucket_name, key_name)
    elif of_bucket != PermissionResult.PERMITTED or aws_s3.blocks(find_bucket(bucket_name), "restrict_public_buckets"):
        raise refusal(bucket_name)


def refusal(bucket_name):
    return BucketAccessDeniedError(bucket=bucket_name) if bucket_name else S3AccessDeniedError()


def policy_result(bucket_name, action, resource):
    bucket = find_bucket(bucket_name)
    if bucket is None or bucket.policy is None:
        return PermissionResult.NEUTRAL
    statements = json.loads(bucket.policy)["Statement"]
    if isinstance(statements, dict):
        statements = [statements]
    results = {statement_result(IAMPolicyStatement(one), action, resource) for one in statements}
    for result in (PermissionResult.DENIED, PermissionResult.PERMITTED):
        if result in results:
            return result
    return PermissionResult.NEUTRAL


def bucket_permission(bucket, action, resource):
    """What moto itself asks before it looks at an object. Refusals are `authorize_s3`'s, but for single keys of a
    request that deletes many."""
    many = "delete" in flask.request.args
    name = action if many else f"s3:{aws_rights.object_action(flask.request.method, flask.request.args)}"
    result = policy_result(bucket.name, name, resource)
    return result if many or result != PermissionResult.DENIED else PermissionResult.NEUTRAL


def find_bucket(name):
    partition, account = s3_backends.bucket_accounts.get(name, (None, None))
    return s3_backends[account][partition].buckets.get(name) if account else None


def statement_result(self, action, resource="*", principal=None, incoming_condition_values=None):
    statement = self._statement
    if "Resource" not in statement and "NotResource" not in statement:  # who may assume a role: moto's own
        return trust_result(self, action, resource, principal, incoming_condition_values)
    allows = statement["Effect"] == "Allow"
    answers = [
        element(statement, "Action", action, ignore_case=True),
        element(statement, "Resource", resource),
        principal_matches(statement),
        conditions_met(statement.get("Condition", {}), context()),
    ]
    if False in answers or (None in answers and allows):
        return PermissionResult.NEUTRAL
    return PermissionResult.PERMITTED if allows else PermissionResult.DENIED


def element(statement, name, value, ignore_case=False):
    patterns = statement.get(name, statement.get(f"Not{name}"))
    found = any(like(pattern, value, ignore_case) for pattern in as_list(patterns))
    return found if name in statement else not found


def principal_matches(statement):
    """True, False, or None where it cannot be told. A policy of IAM's names no principal."""
    if "NotPrincipal" in statement:
        return None
    principal = statement.get("Principal", EVERYBODY)
    if principal == EVERYBODY:
        return True
    names = as_list(principal.get("AWS", []))
    if EVERYBODY in names:
        return True
    caller = caller_arn()
    if caller is None:
        return False
    account = caller.split(":")[4]
    return caller in names or account in names or f"arn:aws:iam::{account}:root" in names


def caller_arn():
    found = re.search(r"Credential=([A-Z0-9]+)/", flask.request.headers.get("Authorization", ""))
    if not found:
        return None
    if found.group(1) == ROOT_KEY:
        return "arn:aws:iam::123456789012:root"
    try:
        return create_access_key("123456789012", "aws", found.group(1), dict(flask.request.headers)).arn
    except CreateAccessKeyFailure:
        return None


def context():
    """The condition keys this file knows, each with the request's value, or None where the request has none."""
    request = flask.request
    return {
        "aws:securetransport": "true" if request.scheme == "https" else "false",
        "s3:x-amz-storage-class": request.headers.get("x-amz-storage-class") or upload_class(),
        "s3:prefix": request.args.get("prefix"),
        "s3:x-amz-acl": request.headers.get("x-amz-acl"),
        "s3:x-amz-server-side-encryption": request.headers.get("x-amz-server-side-encryption"),
    }


def upload_class():
    """A part of a multipart upload says no class: it has the one its upload began with (assumed to be so on AWS)."""
    identity = flask.request.args.get("uploadId")
    bucket = find_bucket(flask.request.path.split("/")[1]) if identity else None
    upload = bucket.multiparts.get(identity) if bucket else None
    return upload.requested_class if upload else None


def conditions_met(conditions, values):
    """True when all are, False when one is not, None when one is not known here."""
    answers = []
    for operator, wanted_by_key in conditions.items():
        for key, wanted in wanted_by_key.items():
            known = key.lower() in values
            answers.append(condition(operator, as_list(wanted), values[key.lower()]) if known else None)
    return False if False in answers else None if None in answers else True


def condition(operator, wanted, value):
    wanted = [str(one).lower() if isinstance(one, bool) else str(one) for one in wanted]
    if operator == "Null":
        return (value is None) == (wanted == ["true"])
    lenient = operator.endswith("IfExists")
    test = OPERATORS.get(operator.removesuffix("IfExists"))
    if test is None:
        return None
    if value is None:
        return lenient or operator in NEGATED
    return test(wanted, value)


OPERATORS = {
    "Bool": lambda wanted, value: value in wanted,
    "StringEquals": lambda wanted, value: value in wanted,
    "StringNotEquals": lambda wanted, value: value not in wanted,
    "StringLike": lambda wanted, value: any(like(one, value) for one in wanted),
    "StringNotLike": lambda wanted, value: not any(like(one, value) for one in wanted),
}
NEGATED = ("StringNotEquals", "StringNotLike")


def like(pattern, value, ignore_case=False):
    expression = "".join(".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in pattern)
    return re.fullmatch(expression, value, re.IGNORECASE | re.DOTALL if ignore_case else re.DOTALL) is not None


def as_list(value):
    return value if isinstance(value, list) else [value]
