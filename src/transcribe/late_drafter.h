// LateDrafter: a Whisper's drafter, loaded when it pays off.
#pragma once

#include <memory>
#include <optional>

#include "gguf/mapped_parts.h"
#include "model/decoder/whisper.h"

namespace edgevlm {

// Rounding a decoder's matrices takes as long as drafting saves in a window or two, so short
// recordings alone do without. Threads: one at a time.
class LateDrafter {
 public:
  // mapped: of the model; none: it has no drafter.
  explicit LateDrafter(std::optional<MappedParts> mapped) : mapped_(std::move(mapped)) {}

  // For the next window of any recording: null for the first one, and if the file is not what it
  // was any more.
  const CrossDecoder* ForNextWindow();

 private:
  std::optional<MappedParts> mapped_;  // until it is loaded
  bool is_first_ = true;
  std::unique_ptr<CrossDecoder> drafter_;
};

}  // namespace edgevlm
