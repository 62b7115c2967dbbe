#!/bin/sh
# Makes the passphrase that the secrets of all sites are encrypted with, once for the team. Whoever has lost it has lost the
# routers' passwords: keep a copy where the team keeps its passwords, and give it to the others by that way alone.
#
#     sh make-passphrase.sh ~/.config/routeros-s3/passphrase
set -eu
file=${1:?"into which file? sh make-passphrase.sh FILE"}
if [ -e "$file" ]; then
    echo "$file stands already, and is left as it is" >&2
    exit 1
fi
mkdir -p "$(dirname "$file")"
umask 077
head -c 32 /dev/urandom | base64 >"$file"
echo "$file is made, for you alone to read"
