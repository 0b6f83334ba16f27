#include "real/whisper_file.h"

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/byte_reader.h"
#include "base/check.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

constexpr std::uint32_t kVersion = 6;
constexpr std::uint8_t kFloat16 = 4;
constexpr std::string_view kPrefix = "encoder/";

std::string_view ReadName(ByteReader& in) {
  const std::string_view text = in.Text(in.Get<std::uint16_t>());
  return text.substr(0, text.find('\0'));
}

std::vector<float> ReadHalves(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  std::vector<float> values(bytes.size() / 2);
  for (float& value : values) value = HalfToFloat(in.Get<std::uint16_t>());
  return values;
}

}  // namespace

Result<WhisperFile> WhisperFile::Read(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  const auto version = in.Get<std::uint32_t>();
  if (version != kVersion) {
    return Error{ErrorCode::kUnsupported, "whisper: expected version " + std::to_string(kVersion) +
                                              ", found " + std::to_string(version)};
  }
  ReadName(in);
  in.Get<std::uint32_t>();  // revision
  WhisperFile file;
  for (auto left = in.Get<std::uint32_t>(); left > 0 && in.ok(); --left) {
    const std::string_view name = ReadName(in);
    in.ReadBytes(4ULL * in.Get<std::uint8_t>());  // extents
    const auto type = in.Get<std::uint8_t>();
    const std::span<const std::byte> values = in.ReadBytes(in.Get<std::uint32_t>());
    if (type == kFloat16 && name.starts_with(kPrefix)) {
      file.tensors_[std::string(name.substr(kPrefix.size()))] = ReadHalves(values);
    }
  }
  if (!in.ok()) return Error{ErrorCode::kCorrupt, "whisper: file ends inside its variables"};
  return file;
}

const std::vector<float>& WhisperFile::Values(const std::string& name, int count) const {
  const auto found = tensors_.find(name);
  CHECK(found != tensors_.end() && found->second.size() == static_cast<std::size_t>(count));
  return found->second;
}

}  // namespace edgevlm
