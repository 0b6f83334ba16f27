#!/bin/sh
# Checks the objects that are compiled for one instruction set: they may export plain functions only.
# A weak symbol (an inline function, a template) could be picked by the linker for the whole program
# and crash it on a CPU without those instructions.
#
# Usage: tools/check_isa.sh BUILD_FOLDER. Exits 1 if such an object exports anything else.
set -eu
build=$1
objects=$(find "$build/src" -name '*_avx*.cc.o' -o -name '*_vnni*.cc.o' -o -name '*_neon*.cc.o')
wrong=0
for object in $objects; do
  symbols=$(nm -C --defined-only "$object" | grep -E ' [WVui] |_GLOBAL__sub_I' || true)
  if [ -n "$symbols" ]; then
    echo "$object exports more than plain functions:"
    echo "$symbols"
    wrong=1
  fi
done
echo "check_isa: $(echo "$objects" | grep -c . || true) objects"
exit $wrong
