#include "recordings.h"

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "gguf/mapped_parts.h"
#include "gguf/names.h"
#include "gguf/reader.h"
#include "gguf/writer.h"
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

std::string WriteTwoEncoders(const TestFolder& folder) {
  GgufWriter writer;
  for (const char* name : {"internvl-mmproj.gguf", "ultravox-mmproj.gguf"}) {
    const bool is_vision = *name == 'i';
    const auto mapped = MappedParts::Open(DataPath("families/" + std::string(name)));
    const auto file = GgufFile::Parse(mapped->bytes());
    for (const GgufKey& key : file->keys()) {
      if (key.name.starts_with("general.") && !is_vision) continue;
      const std::string_view type =
          is_vision ? keys::kVisionProjectorType : keys::kAudioProjectorType;
      writer.Add(key.name == keys::kProjectorType ? type : key.name, file->Value(key));
    }
    for (const GgufTensor& tensor : file->tensors()) {
      writer.AddTensor(tensor.name, tensor.view.dtype, tensor.view.shape,
                       std::vector<std::byte>(tensor.view.bytes.begin(), tensor.view.bytes.end()));
    }
  }
  const auto bytes = *writer.ToBytes();
  return folder.Write("two-mmproj.gguf",
                      {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace edgevlm
