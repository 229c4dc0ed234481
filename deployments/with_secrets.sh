#!/bin/sh
# Runs a command with secrets from files: NAME_FILE=/run/secrets/x becomes NAME with what that file holds, so that no
# secret stands in a compose file, an image or a command line.
set -eu
for pair in $(env | sed -n 's/^\([A-Z][A-Z0-9_]*\)_FILE=\(\/.*\)$/\1=\2/p'); do
  name=${pair%%=*} file=${pair#*=}
  [ -r "$file" ] || { echo "with_secrets.sh: ${name}_FILE names $file, which cannot be read" >&2; exit 2; }
  export "$name=$(cat "$file")"
  unset "${name}_FILE" # some programs refuse to be told both
done
exec "$@"
