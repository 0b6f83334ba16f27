#include "video/frame_request.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

namespace edgevlm {
namespace {

std::string Text(double value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return {text, end};
}

Error Invalid(std::string_view argument) {
  return {ErrorCode::kInvalid, "request: expected NAME=VALUE, found " + std::string(argument)};
}

bool ReadNumber(std::string_view text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !std::isnan(value);
}

bool ReadTimes(std::string_view text, std::vector<double>& times) {
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    double seconds = 0;
    if (times.size() == VideoLimits::kTimes || !ReadNumber(one, seconds)) return false;
    if (!times.empty() && seconds < times.back()) return false;
    times.push_back(seconds);
    text.remove_prefix(std::min(text.size(), one.size() + 1));
  }
  return true;
}

bool ReadWhole(std::string_view text, int least, int most, int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && least <= value &&
         value <= most;
}

bool ReadArgument(std::string_view name, std::string_view value, FrameRequest& request) {
  constexpr int kMaxThreads = 64;
  int flag = 0;
  if (name == "from") return ReadNumber(value, request.from_seconds);
  if (name == "to") return ReadNumber(value, request.to_seconds);
  if (name == "every") return ReadNumber(value, request.every_seconds);
  if (name == "slack") return ReadNumber(value, request.slack_seconds);
  if (name == "keys") return ReadWhole(value, 0, VideoLimits::kTimes, request.enough_key_frames);
  if (name == "times") return ReadTimes(value, request.times);
  if (name == "side") return ReadWhole(value, 1, VideoLimits::kWantedSide, request.max_side);
  if (name == "threads") return ReadWhole(value, 1, kMaxThreads, request.threads);
  if (!ReadWhole(value, 0, 1, flag)) return false;
  if (name == "rough") request.is_rough = flag == 1;
  if (name == "frames") request.wants_frames = flag == 1;
  if (name == "otherwise") request.all_otherwise = flag == 1;
  return name == "rough" || name == "otherwise" || name == "frames";
}

}  // namespace

ImageSize SizeToSend(double width, double height, int max_side) {
  const double scale = std::min(1.0, max_side / std::max(width, height));
  const auto side = [&](double pixels) {
    return std::clamp(static_cast<int>(std::lround(pixels * scale)), 1, max_side);
  };
  return {.width = side(width), .height = side(height)};
}

std::vector<std::string> ToArguments(const FrameRequest& request) {
  std::vector<std::string> arguments = {
      "from=" + Text(request.from_seconds),
      "to=" + Text(request.to_seconds),
      "every=" + Text(request.every_seconds),
      "slack=" + Text(request.slack_seconds),
      "keys=" + std::to_string(request.enough_key_frames),
      std::string("otherwise=") + (request.all_otherwise ? "1" : "0"),
      "side=" + std::to_string(request.max_side),
      "threads=" + std::to_string(request.threads),
      std::string("rough=") + (request.is_rough ? "1" : "0"),
      std::string("frames=") + (request.wants_frames ? "1" : "0")};
  std::string times;
  for (const double seconds : request.times) times += (times.empty() ? "" : ",") + Text(seconds);
  if (!times.empty()) arguments.push_back("times=" + times);
  return arguments;
}

Result<FrameRequest> ParseArguments(std::span<const char* const> arguments) {
  FrameRequest request;
  for (const std::string_view argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string_view::npos ||
        !ReadArgument(argument.substr(0, equals), argument.substr(equals + 1), request)) {
      return Invalid(argument);
    }
  }
  return request;
}

}  // namespace edgevlm
