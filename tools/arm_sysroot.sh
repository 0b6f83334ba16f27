#!/bin/sh
# Creates a folder with the libraries of Debian for Arm (arm64), to build against and to run with.
#
# Usage: tools/arm_sysroot.sh FOLDER
# Downloads the packages *-dev of packages.txt and packages-test.txt with their dependencies, using a
# package list inside FOLDER: needs no privileges and does not change this system, whose sources and
# keys it uses. About 40 MB, once.
set -eu

folder=$1
lists="$(dirname "$0")/packages.txt $(dirname "$0")/packages-test.txt"
# shellcheck disable=SC2086  # two files
names=$(grep -h -o '^[^ ]*-dev' $lists | tr '\n' ' ')

# Keeps what exists for the same packages.
if [ "$(cat "$folder/.packages" 2>/dev/null || true)" = "$names" ]; then exit 0; fi
rm -rf "$folder"
mkdir -p "$folder/.apt/lists/partial" "$folder/.apt/archives/partial"
folder=$(cd "$folder" && pwd)
: >"$folder/.apt/status"

arm_apt() {
  apt-get -q -y -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
    -o Dir::State::lists="$folder/.apt/lists" -o Dir::State::status="$folder/.apt/status" \
    -o Dir::Cache="$folder/.apt" -o APT::Sandbox::User=root "$@"
}
arm_apt update
# shellcheck disable=SC2086  # names are to be split
arm_apt install --no-install-recommends --download-only libc6-dev libstdc++6 $names
for package in "$folder"/.apt/archives/*.deb; do
  dpkg-deb -x "$package" "$folder"
done
# Absolute links between packages must point into this folder.
find "$folder" -type l -lname '/*' | while read -r link; do
  ln -sfr "$folder$(readlink "$link")" "$link"
done
rm -rf "$folder/.apt"
printf '%s' "$names" >"$folder/.packages"
