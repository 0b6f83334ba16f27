#!/bin/sh
# Runs clang-tidy over what a build folder compiles, with .clang-tidy's checks, and fails if it finds
# something. Files that are compiled a dozen at a time are looked over so. The trainer's are left
# out: each would read LibTorch's headers, which takes minutes in sum.
# Usage: tools/check_tidy.sh BUILD_DIR
set -eu

if [ $# -ne 1 ]; then
  echo "usage: $0 BUILD_DIR" >&2
  exit 2
fi
# The flags in the folder are g++'s, some of which clang does not know.
files='^(?!.*/train/).*/(src|tests|Unity)/.*\.(cc|cxx)$'
if ! run-clang-tidy-14 -p "$1" -j "$(nproc)" -quiet -extra-arg=-Wno-unknown-warning-option \
    -header-filter='/(src|include|tests)/' "$files" > "$1/tidy.log" 2> /dev/null; then
  grep -E '(warning|error): ' "$1/tidy.log" | sort -u
  echo "check_tidy: found something; all of it is in $1/tidy.log" >&2
  exit 1
fi
echo "check_tidy: nothing found"
