// The form of sound that models read: mono at 16 kHz.
#pragma once

#include <string>

namespace edgevlm {

inline constexpr int kSampleRate = 16'000;  // Hz; samples are in [-1, 1]

// Limits of a sound file, checked against its header before memory is allocated, and while it is
// decoded.
struct SoundLimits {
  int channels = 32;
  int lowest_rate = 1'000;  // Hz
  int highest_rate = 768'000;
  double seconds = 24 * 3600;
};

struct SoundInfo {
  std::string format = {};  // "wav", "flac", "ogg" or "mp3"; or a codec, as FFmpeg names it
  int rate = 0;             // Hz, as stored
  int channels = 0;
  double seconds = 0;  // as the header says: an estimate for MP3 and for a stream; 0 if unknown
};

}  // namespace edgevlm
