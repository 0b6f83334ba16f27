#include "recordings.h"

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "transcribe/testing/tiny_whisper.h"

namespace edgevlm {

std::string WavFile(Wave wave, int seconds, int rate) {
  const auto size = static_cast<std::uint32_t>(seconds * rate);
  std::string file = "RIFF" + std::string(4, 0) + "WAVEfmt " +
                     std::string("\x10\0\0\0\1\0\1\0", 8) + std::string(8, 0) +
                     std::string("\1\0\x8\0", 4) + "data" + std::string(4, 0);
  const auto put = [&](std::size_t at, std::uint32_t value) {
    std::memcpy(&file[at], &value, sizeof(value));
  };
  put(4, size + 36);
  put(24, static_cast<std::uint32_t>(rate));
  put(28, static_cast<std::uint32_t>(rate));
  put(40, size);
  std::mt19937 random(5);
  for (std::uint32_t i = 0; i < size; ++i) {
    file += wave == Wave::kSilence ? '\x80' : static_cast<char>(random() >> 24);
  }
  return file;
}

std::string WriteTinyWhisper(const TestFolder& folder) {
  const std::vector<std::byte> model = TinyWhisper();
  return folder.Write("tiny-whisper.gguf",
                      {reinterpret_cast<const char*>(model.data()), model.size()});
}

}  // namespace edgevlm
