#!/bin/sh
# Installs what the proofs need from Debian's packages, where it is missing: PostgreSQL's programs and a browser.
# Root only; anybody else is told the command. It fails rather than leave a proof out.
set -eu

# A program that is there but does not start (an installation that was cut off) counts as missing.
look() {
  missing=
  chromium --version >/dev/null 2>&1 || google-chrome --version >/dev/null 2>&1 || missing="chromium"
  for initdb in initdb /usr/lib/postgresql/*/bin/initdb none; do "$initdb" --version >/dev/null 2>&1 && break; done
  [ "$initdb" != none ] || missing="$missing postgresql"
}

look
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Error: the proofs need$(printf ' %s' $missing); on Debian or Ubuntu: sudo apt-get install $missing" >&2
  exit 1
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing $missing from Debian's packages"
export DEBIAN_FRONTEND=noninteractive
# Lists that are older than the packages of today, or none, are what most installations fail on.
for step in "update" "install --yes --no-install-recommends $missing"; do
  # shellcheck disable=SC2086 # words, not one argument
  if ! apt-get --quiet --option Acquire::Retries=3 --option DPkg::Lock::Timeout=300 $step >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "Error: 'apt-get $step' failed; the proofs need$(printf ' %s' $missing)" >&2
    exit 1
  fi
done
installed=$missing
look
if [ -n "$missing" ]; then
  echo "Error: $installed is installed, but this does not start: $missing" >&2
  exit 1
fi
