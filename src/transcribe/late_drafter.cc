#include "transcribe/late_drafter.h"

#include <utility>

namespace edgevlm {
namespace {

// Null for a file that cannot be read.
std::unique_ptr<CrossDecoder> LoadFrom(const MappedParts& mapped) {
  const auto file = GgufFile::Parse(mapped.bytes(), [&](auto part) { mapped.Forget(part); });
  if (!file) return nullptr;
  auto drafter = LoadWhisperDrafter(*file);
  if (!drafter || mapped.CheckUnchanged()) return nullptr;
  return *std::move(drafter);
}

}  // namespace

const CrossDecoder* LateDrafter::ForNextWindow() {
  if (windows_ < kWindowsWithout) {
    ++windows_;
    return nullptr;
  }
  if (mapped_) {
    drafter_ = LoadFrom(*mapped_);
    mapped_.reset();
  }
  return drafter_.get();
}

}  // namespace edgevlm
