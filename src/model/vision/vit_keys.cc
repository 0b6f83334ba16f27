#include "model/vision/vit_keys.h"

#include "gguf/names.h"
#include "kernels/attention/attention.h"

namespace edgevlm {

Error InvalidVisionKey(std::string_view key, const std::string& expected,
                       const std::string& found) {
  return {ErrorCode::kInvalid,
          "model: key '" + std::string(key) + "': expected " + expected + ", found " + found};
}

bool ReadVisionFlag(WeightReader& reader, std::string_view key) {
  const Result<bool> value = reader.file().Bool(key, false);
  if (!value) reader.Fail(value.error());
  return value && *value;
}

Activation ReadVisionActivation(WeightReader& reader) {
  const bool is_gelu = ReadVisionFlag(reader, keys::kUseGelu);
  const bool is_silu = ReadVisionFlag(reader, keys::kUseSilu);
  if (is_gelu && is_silu) {
    reader.Fail(InvalidVisionKey(keys::kUseSilu, "false beside clip.use_gelu", "true"));
  }
  if (is_gelu) return Activation::kGelu;
  return is_silu ? Activation::kSilu : Activation::kQuickGelu;
}

int ReadVisionHeads(WeightReader& reader, int width) {
  const int heads = reader.Int(keys::kVisionHeadCount, 1, ModelLimits::kWidth);
  if (width % heads != 0 || width / heads > kMaxHeadWidth) {
    reader.Fail(InvalidVisionKey(keys::kVisionHeadCount,
                                 "a divisor of the width " + std::to_string(width) +
                                     " that leaves at most " + std::to_string(kMaxHeadWidth) +
                                     " per head",
                                 std::to_string(heads)));
  }
  return heads;
}

}  // namespace edgevlm
