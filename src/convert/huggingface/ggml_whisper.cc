#include "convert/huggingface/ggml_whisper.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/byte_reader.h"
#include "convert/huggingface/limits.h"
#include "convert/huggingface/openai_whisper.h"
#include "gguf/value.h"

namespace edgevlm {
namespace {

constexpr std::uint32_t kMagic = 0x67676d6c;

Error CorruptGgml(const std::string& what) { return {ErrorCode::kCorrupt, "ggml: " + what}; }

Error OverLimit(const std::string& what, int limit, std::int64_t found) {
  return {ErrorCode::kTooLarge, "ggml: " + what + ": expected at most " + std::to_string(limit) +
                                    ", found " + std::to_string(found)};
}

WhisperSide ReadSide(ByteReader& in) {
  WhisperSide side;
  for (int* const size : {&side.positions, &side.width, &side.heads, &side.blocks}) {
    *size = in.Get<std::int32_t>();
  }
  return side;
}

nlohmann::json ReadConfig(ByteReader& in) {
  WhisperSizes sizes;
  sizes.vocabulary = in.Get<std::int32_t>();
  sizes.encoder = ReadSide(in);
  sizes.decoder = ReadSide(in);
  sizes.mel_bands = in.Get<std::int32_t>();
  in.Get<std::int32_t>();  // the type of the matrices: each tensor has its own
  return WhisperConfig(sizes);
}

MaybeError SkipFilters(ByteReader& in) {
  const std::int64_t bands = in.Get<std::int32_t>(), bins = in.Get<std::int32_t>();
  if (bands < 0 || bins < 0 || bands * bins > GgmlLimits::kFilterValues) {
    return OverLimit("mel filters", GgmlLimits::kFilterValues, bands * bins);
  }
  in.ReadBytes(static_cast<std::uint64_t>(bands * bins) * sizeof(float));
  return std::nullopt;
}

Result<std::vector<std::string>> ReadTexts(ByteReader& in) {
  const int count = in.Get<std::int32_t>();
  if (count < 0 || count > GgmlLimits::kTexts) return OverLimit("texts", GgmlLimits::kTexts, count);
  std::vector<std::string> texts;
  for (int i = 0; i < count && in.ok(); ++i) {
    const auto length = in.Get<std::uint32_t>();
    if (length > GgmlLimits::kTextBytes) {
      return OverLimit("bytes of text " + std::to_string(i), GgmlLimits::kTextBytes, length);
    }
    texts.emplace_back(in.Text(length));
  }
  if (!in.ok()) return CorruptGgml("expected " + std::to_string(count) + " texts, found the end");
  return texts;
}

Result<SafetensorsTensor> ReadTensor(ByteReader& in) {
  const int rank = in.Get<std::int32_t>(), name_bytes = in.Get<std::int32_t>();
  const int type = in.Get<std::int32_t>();
  if (in.ok() && (rank < 1 || rank > GgmlLimits::kRank)) {
    return CorruptGgml("tensor: expected 1 to " + std::to_string(GgmlLimits::kRank) +
                       " extents, found " + std::to_string(rank));
  }
  if (in.ok() && (name_bytes < 1 || name_bytes > GgmlLimits::kNameBytes)) {
    return OverLimit("bytes of a name", GgmlLimits::kNameBytes, name_bytes);
  }
  SafetensorsTensor tensor = {.name = {}, .dtype = {}, .extents = {}, .bytes = {}};
  std::uint64_t values = 1;
  bool fits = true;
  for (int i = 0; i < rank && in.ok(); ++i) {
    const int extent = in.Get<std::int32_t>();
    fits = fits && extent >= 1 &&
           !__builtin_mul_overflow(values, static_cast<std::uint64_t>(extent), &values);
    tensor.extents.insert(tensor.extents.begin(), extent);
  }
  const std::string name(in.Text(static_cast<std::uint64_t>(std::max(name_bytes, 0))));
  if (!in.ok()) return CorruptGgml("tensor: expected its shape and name, found the end");
  const std::string where = "tensor '" + Printable(name, kMaxQuotedName) + "': ";
  if (type != 0 && type != 1) {
    return Error{ErrorCode::kUnsupported,
                 "ggml: " + where + "expected float32 or float16 (type 0 or 1), found type " +
                     std::to_string(type) + "; use a model that is not quantized"};
  }
  const std::uint64_t value_bytes = type == 0 ? 4 : 2;
  if (!fits || values > in.remaining() / value_bytes) {
    return CorruptGgml(where + "expected as many bytes as its shape needs, found fewer");
  }
  const auto huggingface = HuggingfaceName(name);
  if (!huggingface) {
    return Error{ErrorCode::kUnsupported,
                 "ggml: " + where + "expected one of Whisper's, found another"};
  }
  tensor.name = *huggingface;
  tensor.dtype = type == 0 ? "F32" : "F16";
  tensor.bytes = in.ReadBytes(values * value_bytes);
  // whisper.cpp's biases of convolutions are columns.
  if (tensor.extents.size() == 2 && tensor.extents[1] == 1) tensor.extents.pop_back();
  return tensor;
}

}  // namespace

bool IsGgml(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  return in.Get<std::uint32_t>() == kMagic && in.ok();
}

Result<GgmlModel> ParseGgmlWhisper(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  if (in.Get<std::uint32_t>() != kMagic) {
    return Error{ErrorCode::kUnsupported, "ggml: expected its mark 'lmgg', found another"};
  }
  GgmlModel model;
  model.config = ReadConfig(in);
  if (auto error = SkipFilters(in)) return *error;
  if (!in.ok()) return CorruptGgml("expected sizes and mel filters, found the end");
  auto texts = ReadTexts(in);
  if (!texts) return texts.error();
  model.texts = *std::move(texts);
  while (in.remaining() > 0) {
    if (std::ssize(model.tensors) == GgmlLimits::kTensors) {
      return OverLimit("tensors", GgmlLimits::kTensors, GgmlLimits::kTensors + 1);
    }
    auto tensor = ReadTensor(in);
    if (!tensor) return tensor.error();
    model.tensors.push_back(*std::move(tensor));
  }
  return model;
}

}  // namespace edgevlm
