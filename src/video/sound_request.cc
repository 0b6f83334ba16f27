#include "video/sound_request.h"

#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

namespace edgevlm {
namespace {

constexpr std::size_t kNumbers = 6;

}  // namespace

std::vector<std::string> ToArguments(const SoundRequest& request) {
  std::vector<std::string> arguments = {kSoundArgument};
  for (const double number :
       {request.from_seconds, request.to_seconds, static_cast<double>(request.most_channels),
        static_cast<double>(request.lowest_rate), static_cast<double>(request.highest_rate),
        request.most_seconds}) {
    char text[64];
    arguments.emplace_back(text, std::to_chars(text, text + sizeof(text), number).ptr);
  }
  return arguments;
}

Result<SoundRequest> ParseSoundArguments(std::span<const char* const> arguments) {
  double numbers[kNumbers];
  bool is_right = arguments.size() == kNumbers + 1 && arguments[0] == std::string_view("sound");
  for (std::size_t i = 0; is_right && i < kNumbers; ++i) {
    const std::string_view text = arguments[i + 1];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), numbers[i]);
    is_right = error == std::errc() && end == text.data() + text.size() && numbers[i] >= 0;
  }
  if (!is_right) {
    return Error{ErrorCode::kInvalid,
                 "request: expected sound and " + std::to_string(kNumbers) + " numbers"};
  }
  return SoundRequest{.from_seconds = numbers[0],
                      .to_seconds = numbers[1],
                      .most_channels = static_cast<int>(numbers[2]),
                      .lowest_rate = static_cast<int>(numbers[3]),
                      .highest_rate = static_cast<int>(numbers[4]),
                      .most_seconds = numbers[5]};
}

}  // namespace edgevlm
