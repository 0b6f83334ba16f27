#include "model/decoder/llama_keys.h"

#include <algorithm>

#include "gguf/names.h"
#include "kernels/attention/attention.h"
#include "kernels/rope/rope.h"
#include "model/decoder/sizes.h"

namespace edgevlm {
namespace {

constexpr int kShownBytes = 64;  // of an untrusted text

}  // namespace

void FailKey(WeightReader& reader, const std::string& key, const std::string& expected,
             const std::string& found) {
  reader.Fail({ErrorCode::kUnsupported,
               "model: key '" + key + "': expected " + expected + ", found " + found});
}

int IntOr(WeightReader& reader, const std::string& key, int min, int max, int fallback) {
  return reader.file().HasKey(key) ? reader.Int(key, min, max) : fallback;
}

float FloatOr(WeightReader& reader, const std::string& key, float min, float max, float fallback) {
  return reader.file().HasKey(key) ? reader.Float(key, min, max) : fallback;
}

void ReadHeads(WeightReader& reader, std::string_view name, DecoderShape& shape) {
  const std::string kv_key = keys::HeadCountKv(name);
  shape.kv_heads = IntOr(reader, kv_key, 1, shape.heads, shape.heads);
  if (shape.heads % shape.kv_heads != 0) {
    FailKey(reader, kv_key, "a divisor of the " + std::to_string(shape.heads) + " heads",
            std::to_string(shape.kv_heads));
  }
  const std::string width_key = keys::KeyLength(name);
  shape.head_width = reader.file().HasKey(width_key) ? reader.Int(width_key, 1, kMaxHeadWidth)
                                                     : DividedHeadWidth(reader, name, shape);
  const std::string value_key = keys::ValueLength(name);
  const int value_width = IntOr(reader, value_key, 1, kMaxHeadWidth, shape.head_width);
  if (value_width != shape.head_width) {
    FailKey(reader, value_key, std::to_string(shape.head_width) + " as the keys have",
            std::to_string(value_width));
  }
  if (shape.heads * shape.head_width > ModelLimits::kWidth) {
    reader.Fail({ErrorCode::kTooLarge, "model: width of all heads: expected at most " +
                                           std::to_string(ModelLimits::kWidth) + ", found " +
                                           std::to_string(shape.heads * shape.head_width)});
  }
}

void RefuseExperts(WeightReader& reader, std::string_view name) {
  const std::string key = keys::ExpertCount(name);
  const int experts = IntOr(reader, key, 0, 1 << 16, 0);
  if (experts > 0) FailKey(reader, key, "0 (no mixture of experts)", std::to_string(experts));
}

namespace {

// The factor of positions. A factor without a type is linear; 0 means 1.
double ReadRopeScale(WeightReader& reader, std::string_view name) {
  const std::string type_key = keys::RopeScalingType(name);
  const Result<std::string_view> type = reader.file().String(type_key, "linear");
  if (!type) {
    reader.Fail(type.error());
    return 1;
  }
  if (*type == "none") return 1;
  if (*type != "linear") {
    FailKey(reader, type_key, "none or linear", "'" + Printable(*type, kShownBytes) + "'");
    return 1;
  }
  constexpr float kMaxFactor = 1e6f;
  const float older = FloatOr(reader, keys::RopeScaleLinear(name), 0, kMaxFactor, 1);
  const float factor = FloatOr(reader, keys::RopeScalingFactor(name), 0, kMaxFactor, older);
  return factor > 0 ? 1 / static_cast<double>(factor) : 1;
}

}  // namespace

std::vector<double> ReadFrequencies(WeightReader& reader, std::string_view name, int head_width,
                                    std::string_view factors_module) {
  const std::string rotated_key = keys::RopeDimensionCount(name);
  const int rotated = IntOr(reader, rotated_key, 2, head_width, head_width);
  if (rotated % 2 != 0) {
    FailKey(reader, rotated_key, "an even number", std::to_string(rotated));
    return {};
  }
  const float base = FloatOr(reader, keys::RopeFreqBase(name), 1, 1e12f, 1e4f);
  const double scale = ReadRopeScale(reader, name);
  std::vector<float> factors;
  const std::string factors_name = modules::Weight(factors_module);
  if (reader.file().HasTensor(factors_name)) factors = reader.Values(factors_name, {rotated / 2});
  if (std::ranges::any_of(factors, [](float factor) { return factor < 1e-6f; })) {
    reader.Fail({ErrorCode::kCorrupt, "model: tensor '" + factors_name +
                                          "': expected factors of at least 1e-6, found less"});
  }
  if (!reader.ok()) return {};
  return RopeFrequencies(
      {.rotated = rotated, .base = static_cast<double>(base), .scale = scale, .factors = factors});
}

}  // namespace edgevlm
