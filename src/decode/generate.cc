#include "decode/generate.h"

namespace edgevlm {

Generation Generate(Stepper& stepper, Stream& stream, const Teams& teams) {
  Stream* const streams[] = {&stream};
  while (!stream.finished()) stepper.Step(streams, Batch::kChunkRows, teams);
  return stream.Finish();
}

}  // namespace edgevlm
