// SoundRequest: which part of a sound track is wanted.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace edgevlm {

struct SoundRequest {
  static constexpr int kRate = 16'000;  // Hz, of the samples that are sent

  double from_seconds = 0;
  double to_seconds = std::numeric_limits<double>::infinity();
  // Limits of the track.
  int most_channels = 32;
  int lowest_rate = 1'000;  // Hz
  int highest_rate = 768'000;
  double most_seconds = 24 * 3600;  // 0: no limit
};

// The request as arguments of the program that decodes, and back. Errors: kInvalid.
inline constexpr const char* kSoundArgument = "sound";  // the first one
std::vector<std::string> ToArguments(const SoundRequest& request);
Result<SoundRequest> ParseSoundArguments(std::span<const char* const> arguments);

}  // namespace edgevlm
