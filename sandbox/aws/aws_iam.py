"""What moto's IAM (5.2.5) leaves out and this project reads back, or meets: a user's boundary, tags, and keys in the way."""

from moto.core.responses import EmptyResult
from moto.iam.exceptions import DeleteConflictException
from moto.iam.models import IAMBackend, User
from moto.iam.responses import IamResponse


def install():
    User.permissions_boundary_arn = None
    User.permissions_boundary = property(boundary)
    IamResponse.create_user = create_user
    IamResponse.put_user_permissions_boundary = put_boundary
    IamResponse.delete_user_permissions_boundary = delete_boundary
    IAMBackend.delete_user = delete_user
    IAMBackend.update_user = update_user


moto_create_user = IamResponse.create_user
moto_delete_user = IAMBackend.delete_user
moto_update_user = IAMBackend.update_user


def create_user(response):
    answer = moto_create_user(response)
    user = response.backend.get_user(response._get_param("UserName"))
    user.permissions_boundary_arn = response._get_param("PermissionsBoundary")
    return answer


def boundary(user):
    arn = user.permissions_boundary_arn
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn} if arn else None


def put_boundary(response):
    user = response.backend.get_user(response._get_param("UserName"))
    user.permissions_boundary_arn = response._get_param("PermissionsBoundary")
    return EmptyResult()


def delete_boundary(response):
    response.backend.get_user(response._get_param("UserName")).permissions_boundary_arn = None
    return EmptyResult()


def delete_user(backend, user_name):
    if backend.get_user(user_name).access_keys:
        raise DeleteConflictException("Cannot delete entity, must delete access keys first.")
    moto_delete_user(backend, user_name)


def update_user(backend, user_name, new_path=None, new_user_name=None):
    """moto keeps tags by a user's ARN, and the ARN holds the path."""
    user = backend.get_user(user_name)
    before, tags = user.arn, backend.tagger.list_tags_for_resource(user.arn)["Tags"]
    moto_update_user(backend, user_name, new_path, new_user_name)
    backend.tagger.delete_all_tags_for_resource(before)
    backend.tagger.tag_resource(user.arn, tags)
