// Sound files for tests, made in memory.
#pragma once

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <numbers>
#include <span>
#include <vector>

#include "base/check.h"

namespace edgevlm {

// Mono samples of a sine.
inline std::vector<float> Sine(double hertz, int rate, double seconds, double amplitude = 0.5) {
  std::vector<float> samples(static_cast<std::size_t>(rate * seconds));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<float>(
        amplitude * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / rate));
  }
  return samples;
}

struct SoundFormat {
  int format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  int rate = 16'000;
  int channels = 1;
};

// The file of these frames, channels side by side.
inline std::vector<std::byte> MakeSoundFile(std::span<const float> values, const SoundFormat& as) {
  struct Memory {
    std::vector<std::byte> bytes;
    std::size_t position = 0;
  } memory;
  SF_VIRTUAL_IO calls = {
      [](void* user) { return static_cast<sf_count_t>(static_cast<Memory*>(user)->bytes.size()); },
      [](sf_count_t offset, int whence, void* user) {
        auto& m = *static_cast<Memory*>(user);
        const auto base = whence == SEEK_CUR   ? m.position
                          : whence == SEEK_END ? m.bytes.size()
                                               : std::size_t{0};
        m.position = static_cast<std::size_t>(static_cast<sf_count_t>(base) + offset);
        return static_cast<sf_count_t>(m.position);
      },
      [](void* to, sf_count_t count, void* user) {
        auto& m = *static_cast<Memory*>(user);
        const auto bytes = std::min(static_cast<std::size_t>(count), m.bytes.size() - m.position);
        std::memcpy(to, m.bytes.data() + m.position, bytes);
        m.position += bytes;
        return static_cast<sf_count_t>(bytes);
      },
      [](const void* from, sf_count_t count, void* user) {
        auto& m = *static_cast<Memory*>(user);
        const auto bytes = static_cast<std::size_t>(count);
        m.bytes.resize(std::max(m.bytes.size(), m.position + bytes));
        std::memcpy(m.bytes.data() + m.position, from, bytes);
        m.position += bytes;
        return count;
      },
      [](void* user) { return static_cast<sf_count_t>(static_cast<Memory*>(user)->position); }};
  SF_INFO info = {};
  info.format = as.format;
  info.samplerate = as.rate;
  info.channels = as.channels;
  SNDFILE* const file = sf_open_virtual(&calls, SFM_WRITE, &info, &memory);
  CHECK(file != nullptr);
  const auto frames = static_cast<sf_count_t>(values.size()) / as.channels;
  CHECK(sf_writef_float(file, values.data(), frames) == frames);
  CHECK(sf_close(file) == 0);
  return memory.bytes;
}

}  // namespace edgevlm
