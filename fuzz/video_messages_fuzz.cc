// Any bytes as the messages of the program that decodes a video.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <variant>

#include "base/check.h"
#include "video/messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kSide = 64;
  std::span<const std::byte> rest = std::as_bytes(std::span(data, size));
  edgevlm::MessageReader reader(
      [&rest](std::span<std::byte> bytes) -> edgevlm::Result<std::size_t> {
        const std::size_t count = std::min(bytes.size(), rest.size());
        std::ranges::copy(rest.first(count), bytes.begin());
        rest = rest.subspan(count);
        return count;
      },
      kSide);
  double last = 0;
  while (true) {
    const auto message = reader.Next();
    if (!message || std::holds_alternative<edgevlm::VideoEnd>(*message)) return 0;
    const auto* const frame = std::get_if<edgevlm::VideoFrame>(&*message);
    if (frame == nullptr) continue;
    CHECK(frame->seconds >= last);
    CHECK(frame->image.width <= kSide && frame->image.height <= kSide);
    last = frame->seconds;
  }
}
