#include "server/decode_fields.h"

#include <cstdint>
#include <limits>

namespace edgevlm {
namespace {

// As Validate(DecodeOptions) has them.
constexpr Range<double> kTemperature = {0, 100};
constexpr Range<double> kTopP = {std::numeric_limits<float>::min(), 1};
constexpr Range<double> kMinP = {0, 1};
constexpr Range<double> kPenalty = {0.01, 10};
constexpr Range<std::int64_t> kTopK = {0, 1 << 22};
constexpr std::size_t kMaxStops = 16;
constexpr std::size_t kMaxStopBytes = 256;

float Number(Fields& fields, const char* name, Range<double> range, float fallback) {
  return static_cast<float>(fields.Number(name, range, fallback));
}

void ReadChoice(Fields& fields, DecodeOptions& decode) {
  decode.temperature = Number(fields, "temperature", kTemperature, decode.temperature);
  decode.top_p = Number(fields, "top_p", kTopP, decode.top_p);
  decode.top_k = static_cast<int>(fields.Whole("top_k", kTopK, decode.top_k));
  decode.min_p = Number(fields, "min_p", kMinP, decode.min_p);
  for (std::string& stop : fields.Texts("stop", kMaxStops)) {
    if (stop.empty() || stop.size() > kMaxStopBytes) {
      fields.Refuse("stop", "expected texts of 1 to " + std::to_string(kMaxStopBytes) + " bytes");
    }
    decode.stop.push_back(std::move(stop));
  }
}

std::uint64_t Seed(Fields& fields, std::uint64_t fallback) {
  if (!fields.has("seed")) return fallback;
  return static_cast<std::uint64_t>(fields.Whole(
      "seed", {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()},
      0));
}

}  // namespace

DecodeOptions ReadDecodeFields(Fields& fields, const ServerRules& rules) {
  DecodeOptions decode = rules.decode;
  const Range<std::int64_t> tokens = {1, rules.limits.reply_tokens};
  const char* name = fields.has("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
  decode.max_tokens = static_cast<int>(fields.Whole(name, tokens, decode.max_tokens));
  decode.repetition_penalty =
      Number(fields, "repetition_penalty", kPenalty, decode.repetition_penalty);
  decode.seed = Seed(fields, decode.seed);
  ReadChoice(fields, decode);
  return decode;
}

DecodeOptions ReadOllamaOptions(Fields& fields, const ServerRules& rules) {
  DecodeOptions decode = rules.decode;
  const std::int64_t most = rules.limits.reply_tokens;
  const std::int64_t tokens = fields.Whole("num_predict", {-2, most}, decode.max_tokens);
  if (tokens == 0) fields.Refuse("num_predict", "expected 1 or more, or -1");
  decode.max_tokens = static_cast<int>(tokens < 0 ? most : tokens);
  decode.repetition_penalty = Number(fields, "repeat_penalty", kPenalty, decode.repetition_penalty);
  decode.seed = Seed(fields, decode.seed);
  ReadChoice(fields, decode);
  return decode;
}

}  // namespace edgevlm
