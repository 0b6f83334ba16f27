#!/bin/sh
# Runs clang-tidy with .clang-tidy's checks over what a build folder compiles, and fails on findings.
# Checks unity files as they are compiled. Skips the trainer, since each of its files includes
# LibTorch's headers, which would take minutes in total.
# Usage: tools/check_tidy.sh BUILD_DIR
set -eu

if [ $# -ne 1 ]; then
  echo "usage: $0 BUILD_DIR" >&2
  exit 2
fi
build=$1
# The flags in the folder are g++'s, some of which clang does not know. Nor can it read g++'s
# precompiled headers; every file includes what it uses itself.
mkdir -p "$build/tidy"
sed -E 's/ -Winvalid-pch -include [^ ]+cmake_pch\.hxx//' "$build/compile_commands.json" \
  > "$build/tidy/compile_commands.json"
look_over() {
  run-clang-tidy-14 -p "$build/tidy" -j "$(nproc)" -quiet -extra-arg=-Wno-unknown-warning-option \
    -header-filter='/(src|include|tests)/' "$@" 2> /dev/null
}
tests='(_test\.cc$|_test\.dir/|/tests/)'
found=0
look_over "^(?!.*/train/)(?!.*cmake_pch)(?!.*$tests).*/(src|Unity)/.*\.(cc|cxx)$" > "$1/tidy.log" || found=1
# Tests that iterate over variants, sizes and offsets have nested loops and are simple all the same.
look_over -checks=-readability-function-cognitive-complexity \
  "^(?!.*/train/)(?!.*/parity_test\.cc).*$tests.*(cc|cxx)?$" >> "$1/tidy.log" || found=1
if [ $found = 1 ]; then
  grep -E '(warning|error): ' "$1/tidy.log" | sort -u
  echo "check_tidy: found something; all of it is in $1/tidy.log" >&2
  exit 1
fi
echo "check_tidy: nothing found"
