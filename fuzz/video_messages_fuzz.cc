// Any bytes as the messages of the program that decodes a video, or its sound.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <variant>

#include "base/check.h"
#include "video/messages.h"

namespace {

// The whole input, once.
edgevlm::ReadBytes ReadFrom(std::span<const std::byte> rest) {
  return [rest](std::span<std::byte> bytes) mutable -> edgevlm::Result<std::size_t> {
    const std::size_t count = std::min(bytes.size(), rest.size());
    std::ranges::copy(rest.first(count), bytes.begin());
    rest = rest.subspan(count);
    return count;
  };
}

void ReadFrames(std::span<const std::byte> input) {
  constexpr int kSide = 64;
  edgevlm::MessageReader reader(ReadFrom(input), kSide);
  double last = 0;
  while (true) {
    const auto message = reader.Next();
    if (!message || std::holds_alternative<edgevlm::VideoEnd>(*message)) return;
    const auto* const frame = std::get_if<edgevlm::VideoFrame>(&*message);
    if (frame == nullptr) continue;
    CHECK(frame->seconds >= last);
    CHECK(frame->image.width <= kSide && frame->image.height <= kSide);
    last = frame->seconds;
  }
}

void ReadSound(std::span<const std::byte> input) {
  edgevlm::MessageReader reader(ReadFrom(input), 1);
  while (true) {
    const auto message = reader.NextSound();
    if (!message || std::holds_alternative<edgevlm::VideoEnd>(*message)) return;
    const auto* const samples = std::get_if<std::vector<float>>(&*message);
    if (samples == nullptr) continue;
    CHECK(samples->size() <= edgevlm::kMostSamples);
    for (const float value : *samples) CHECK(std::isfinite(value));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  ReadFrames(input);
  ReadSound(input);
  return 0;
}
