#include "cli/watch/frigate_topic.h"

#include <algorithm>

#include "base/ascii.h"

namespace edgevlm {
namespace {

constexpr std::size_t kNameBytes = 64;
constexpr std::string_view kSnapshot = "/snapshot";

bool IsCameraName(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytes && std::ranges::all_of(text, [](char c) {
    return IsAlphanumericAscii(c) || c == '-' || c == '_';
  });
}

// Labels come from the file of a detector: they have spaces ("traffic light") and other letters.
bool IsLabel(std::string_view text) {
  constexpr unsigned char kDelete = 0x7f;
  return !text.empty() && text.size() <= kNameBytes && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '/' || c == kDelete;
  });
}

}  // namespace

std::string SnapshotTopics(std::string_view prefix) {
  return std::string(prefix) + "/+/+" + std::string(kSnapshot);
}

std::string AvailableTopic(std::string_view prefix) { return std::string(prefix) + "/available"; }

Result<FrigateObject> ParseSnapshotTopic(std::string_view prefix, std::string_view topic) {
  const std::string start = std::string(prefix) + "/";
  std::string_view rest = topic;
  if (rest.starts_with(start) && rest.ends_with(kSnapshot) &&
      rest.size() > start.size() + kSnapshot.size()) {
    rest.remove_prefix(start.size());
    rest.remove_suffix(kSnapshot.size());
    const std::size_t slash = rest.find('/');
    const std::string_view camera = rest.substr(0, slash);
    const std::string_view label =
        slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    if (IsCameraName(camera) && IsLabel(label)) {
      return FrigateObject{.camera = std::string(camera), .label = std::string(label)};
    }
  }
  return Error{ErrorCode::kInvalid,
               "expected the topic of a camera, whose name has up to 64 letters, digits, - and _, "
               "found " +
                   std::string(topic.substr(0, 2 * kNameBytes))};
}

}  // namespace edgevlm
