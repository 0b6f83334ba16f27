// Any bytes as a sound file. A crash, a sanitizer's report, or samples beyond the limits are the
// bug.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "audio/sound_reader.h"
#include "base/check.h"

// libvorbis 1.3.7 leaks its tables where libsndfile finds the headers of an Ogg file broken.
extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() { return "leak:vorbis_info_init"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Short, so that the fuzzer tries many files rather than long ones.
  constexpr edgevlm::SoundLimits kLimits = {.channels = 4, .seconds = 2};
  auto reader = edgevlm::SoundReader::Open(std::as_bytes(std::span(data, size)), kLimits);
  if (!reader) return 0;
  CHECK(reader->info().channels >= 1 && reader->info().channels <= kLimits.channels);
  std::vector<float> samples;
  for (;;) {
    const auto read = reader->Read(1000, samples);
    if (!read) return 0;
    CHECK(std::ranges::all_of(samples, [](float v) { return std::isfinite(v); }));
    CHECK(static_cast<double>(samples.size()) <= kLimits.seconds * edgevlm::kSampleRate + 1);
    if (*read < 1000) return 0;
  }
}
