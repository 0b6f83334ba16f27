#include "server/decode_fields.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace edgevlm {
namespace {

// The ranges of Validate(DecodeOptions).
constexpr Range<double> kTemperature = {0, 100};
constexpr Range<double> kTopP = {0, 1};
constexpr Range<double> kMinP = {0, 1};
constexpr Range<double> kRepetitionPenalty = {0.01, 10};
constexpr Range<double> kPenalty = {-2, 2};
// Clients write -1 for "all".
constexpr Range<std::int64_t> kTopK = {-1, std::numeric_limits<int>::max()};
constexpr Range<std::int64_t> kPenaltyWindow = {-1, std::numeric_limits<int>::max()};
// -1 means no limit; -2, "as much as the context holds", is the same here.
constexpr Range<std::int64_t> kTokens = {-2, std::numeric_limits<std::int64_t>::max()};
constexpr std::size_t kMaxStops = 16;
constexpr std::size_t kMaxStopBytes = 256;

float Number(Fields& fields, const char* name, Range<double> range, float fallback) {
  return static_cast<float>(fields.Number(name, range, fallback));
}

void ReadSampling(Fields& fields, DecodeOptions& decode) {
  decode.temperature = Number(fields, "temperature", kTemperature, decode.temperature);
  decode.top_p = Number(fields, "top_p", kTopP, decode.top_p);
  decode.top_k = std::max(0, static_cast<int>(fields.Whole("top_k", kTopK, decode.top_k)));
  decode.min_p = Number(fields, "min_p", kMinP, decode.min_p);
  // The names of OpenAI and Anthropic.
  const char* name = fields.has("stop") ? "stop" : "stop_sequences";
  for (std::string& stop : fields.Texts(name, kMaxStops)) {
    if (stop.empty()) continue;  // an empty field of a form
    if (stop.size() > kMaxStopBytes) {
      fields.Reject(name, "expected texts of at most " + std::to_string(kMaxStopBytes) + " bytes");
    }
    decode.stop.push_back(std::move(stop));
  }
}

// By the names of OpenAI, vLLM and llama.cpp.
void ReadPenalties(Fields& fields, DecodeOptions& decode) {
  for (const char* name : {"repetition_penalty", "repeat_penalty"}) {
    decode.repetition_penalty = Number(fields, name, kRepetitionPenalty, decode.repetition_penalty);
  }
  decode.presence_penalty = Number(fields, "presence_penalty", kPenalty, decode.presence_penalty);
  decode.frequency_penalty =
      Number(fields, "frequency_penalty", kPenalty, decode.frequency_penalty);
  if (!fields.has("repeat_last_n")) return;
  const auto window = static_cast<int>(fields.Whole("repeat_last_n", kPenaltyWindow, -1));
  decode.penalty_window = std::max(0, window);
  if (window != 0) return;
  decode.repetition_penalty = 1;
  decode.presence_penalty = decode.frequency_penalty = 0;
}

// Values above the server's own limit are clamped, since clients often request far more than their
// users need.
int TokenLimit(Fields& fields, const char* name, const ServerRules& rules) {
  const std::int64_t max_tokens = rules.limits.reply_tokens;
  const std::int64_t tokens = fields.Whole(name, kTokens, rules.decode.max_tokens);
  if (tokens == 0) fields.Reject(name, "expected 1 or more, or -1 for no limit, found 0");
  return static_cast<int>(tokens < 0 ? max_tokens : std::min(tokens, max_tokens));
}

std::optional<std::uint64_t> Seed(Fields& fields, std::optional<std::uint64_t> fallback) {
  if (!fields.has("seed")) return fallback;
  const std::int64_t seed = fields.Whole(
      "seed", {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()},
      0);
  if (seed == -1) return std::nullopt;
  return static_cast<std::uint64_t>(seed);
}

}  // namespace

DecodeOptions ReadDecodeFields(Fields& fields, const ServerRules& rules) {
  DecodeOptions decode = rules.decode;
  const char* name = fields.has("max_completion_tokens") ? "max_completion_tokens"
                     : fields.has("max_output_tokens")   ? "max_output_tokens"
                                                         : "max_tokens";
  decode.max_tokens = TokenLimit(fields, name, rules);
  decode.seed = Seed(fields, decode.seed);
  ReadPenalties(fields, decode);
  ReadSampling(fields, decode);
  return decode;
}

bool IncludesUsage(Fields& fields, Problem& problem) {
  const Json* options = fields.Object("stream_options");
  if (options == nullptr) return false;
  Fields inner(*options, fields.PathOf("stream_options"), problem);
  return inner.Bool("include_usage", false);
}

DecodeOptions ReadOllamaOptions(Fields& fields, const ServerRules& rules) {
  DecodeOptions decode = rules.decode;
  decode.max_tokens = TokenLimit(fields, "num_predict", rules);
  decode.seed = Seed(fields, decode.seed);
  ReadPenalties(fields, decode);
  ReadSampling(fields, decode);
  return decode;
}

}  // namespace edgevlm
