#!/bin/sh
# Installs the missing packages of the given lists, which have one name per line.
#
# Usage: tools/install_packages.sh LIST...
# Installs only as root or with a sudo that asks no password; otherwise prints the line to run and
# stops. On a system without dpkg it only prints what is needed, and the build may fail.
set -eu

names=$(cat "$@" | sed 's/#.*//' | tr -s '[:space:]' ' ')

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "edgevlm: no dpkg here; if the build fails, install what your system calls:$names" >&2
  exit 0
fi

missing=
for name in $names; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $name"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
  as_root=
elif sudo -n true 2>/dev/null; then
  as_root=sudo
else
  echo "edgevlm: some packages are missing; install them and run make again:" >&2
  echo "  sudo apt-get install --no-install-recommends$missing" >&2
  exit 1
fi

echo "edgevlm: installing$missing" >&2
# A machine with a package list that is merely old can still install; only the install must succeed.
$as_root apt-get -q update || true
# shellcheck disable=SC2086  # names are to be split
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $missing
