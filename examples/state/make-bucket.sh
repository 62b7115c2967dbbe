#!/bin/sh
# Makes a bucket for the states of a team's sites: nobody outside reads it, every version is kept, TLS alone is taken.
#
#     sh make-bucket.sh my-pulumi-states eu-central-1
#
# Safe to run again. What it prints at the end is what each of the team types.
set -eu
bucket=${1:?"which bucket? sh make-bucket.sh BUCKET REGION"}
region=${2:?"in which region? sh make-bucket.sh BUCKET REGION"}

if ! aws s3api head-bucket --bucket "$bucket" 2>/dev/null; then
    if [ "$region" = us-east-1 ]; then
        aws s3api create-bucket --bucket "$bucket" --region "$region" >/dev/null
    else
        aws s3api create-bucket --bucket "$bucket" --region "$region" \
            --create-bucket-configuration "LocationConstraint=$region" >/dev/null
    fi
fi
aws s3api put-public-access-block --bucket "$bucket" --public-access-block-configuration \
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
# A state that was overwritten by mistake can be had back.
aws s3api put-bucket-versioning --bucket "$bucket" --versioning-configuration Status=Enabled
aws s3api put-bucket-policy --bucket "$bucket" --policy '{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "TlsAlone", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::'"$bucket"'", "arn:aws:s3:::'"$bucket"'/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    }]
}'
echo "export PULUMI_BACKEND_URL='s3://$bucket?region=$region'"
echo "export PULUMI_CONFIG_PASSPHRASE_FILE=\$HOME/.config/routeros-s3/passphrase"
