#!/bin/sh
# Runs every fuzz target of a build folder, two at a time, and fails on findings.
# Usage: tools/run_fuzzers.sh BUILD_DIR SECONDS
# Copies the seeds (fuzz/corpus/NAME); new inputs and findings stay in BUILD_DIR/fuzz-runs.
set -eu

if [ $# -ne 2 ]; then
  echo "usage: $0 BUILD_DIR SECONDS" >&2
  exit 2
fi
build=$(cd "$1" && pwd)
seconds=$2
seeds=$(cd "$(dirname "$0")/.." && pwd)/fuzz/corpus
work=$build/fuzz-runs
rm -rf "$work/failed"
mkdir -p "$work/failed"

fuzz_one() {
  name=$(basename "$1" _fuzz)
  mkdir -p "$work/$name/corpus" "$work/$name/findings"
  if [ -d "$seeds/$name" ]; then cp "$seeds/$name"/* "$work/$name/corpus/"; fi
  if "$1" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
      -artifact_prefix="$work/$name/findings/" "$work/$name/corpus" \
      > "$work/$name/log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name/log")
    echo "$name: nothing found in $runs runs"
  else
    touch "$work/failed/$name"
    echo "$name: FAILED, see $work/$name/log"
    tail -n 30 "$work/$name/log"
  fi
}

found=0
waiting=0
for target in "$build"/*_fuzz; do
  [ -x "$target" ] || continue
  found=$((found + 1))
  fuzz_one "$target" &
  waiting=$((waiting + 1))
  if [ "$waiting" -eq 2 ]; then
    wait
    waiting=0
  fi
done
wait
if [ "$found" -eq 0 ]; then
  echo "$build: no fuzz target; configure with -DEDGEVLM_FUZZ=ON" >&2
  exit 2
fi
[ -z "$(ls "$work/failed")" ]
