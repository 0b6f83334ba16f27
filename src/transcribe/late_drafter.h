// LateDrafter: a Whisper's drafter, loaded when it pays off.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "gguf/mapped_parts.h"
#include "model/decoder/whisper.h"

namespace edgevlm {

// Rounding a decoder's matrices takes as long as drafting saves in two windows, so the first ones
// of a process do without. Threads: one at a time.
class LateDrafter {
 public:
  // mapped: of the model; none: it has no drafter.
  explicit LateDrafter(std::optional<MappedParts> mapped) : mapped_(std::move(mapped)) {}

  // For the next window of any recording: null for the first kWindowsWithout, and if the file is
  // not what it was any more.
  const CrossDecoder* ForNextWindow();
  static constexpr int kWindowsWithout = 2;

 private:
  std::optional<MappedParts> mapped_;  // until it is loaded
  int windows_ = 0;                    // so far
  std::unique_ptr<CrossDecoder> drafter_;
};

}  // namespace edgevlm
