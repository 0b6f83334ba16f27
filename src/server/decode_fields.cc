#include "server/decode_fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "edgevlm/count_tokens.h"

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
constexpr std::size_t kMaxBiases = 1024;
constexpr double kMaxBias = 100;
constexpr std::int64_t kMaxAlternatives = 20;
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

// The tokens of a text, or the one whose id it is.
std::vector<int> TokensOf(const Json& key, const Engine& engine) {
  if (key.is_number_integer()) {
    const auto id = key.get<std::int64_t>();
    const bool is_known = 0 <= id && id < engine.info().vocabulary_tokens;
    return is_known ? std::vector<int>{static_cast<int>(id)} : std::vector<int>();
  }
  if (!key.is_string()) return {};
  const auto& text = key.get_ref<const std::string&>();
  int id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool is_id = error == std::errc() && end == text.data() + text.size();
  return is_id ? TokensOf(Json(id), engine) : TokenizeText(engine, text);
}

std::optional<float> BiasOf(const Json& value) {
  if (value == false) return -std::numeric_limits<float>::infinity();
  if (!value.is_number()) return std::nullopt;
  const auto bias = value.get<double>();
  return std::abs(bias) <= kMaxBias ? std::optional(static_cast<float>(bias)) : std::nullopt;
}

// One entry of logit_bias. False if there are no such tokens, or no such bias.
bool AddBias(const Json& key, const Json& value, const Engine& engine, DecodeOptions& decode) {
  const std::vector<int> tokens = TokensOf(key, engine);
  const std::optional<float> bias = BiasOf(value);
  if (tokens.empty() || !bias) return false;
  for (const int token : tokens) decode.logit_bias.push_back({.token = token, .bias = *bias});
  return true;
}

void ReadBias(Fields& fields, const Engine& engine, DecodeOptions& decode) {
  const Json* list = fields.Any("logit_bias");
  if (list == nullptr) return;
  bool is_right = list->is_object() || (list->is_array() && list->size() <= kMaxBiases);
  if (is_right && list->is_object()) {
    for (const auto& [key, value] : list->items()) {
      is_right = is_right && AddBias(key, value, engine, decode);
    }
  } else if (is_right) {
    is_right = std::ranges::all_of(*list, [&](const Json& pair) {
      return pair.is_array() && pair.size() == 2 && AddBias(pair[0], pair[1], engine, decode);
    });
  }
  if (is_right && decode.logit_bias.size() <= kMaxBiases) return;
  fields.Reject("logit_bias", "expected at most " + std::to_string(kMaxBiases) +
                                  " tokens of the model (ids below " +
                                  std::to_string(engine.info().vocabulary_tokens) +
                                  ", or texts), each with a number from -100 to 100, or false");
}

// What the APIs have in common.
DecodeOptions ReadOptions(Fields& fields, const char* max_tokens, const ServerRules& rules,
                          const Engine& engine) {
  DecodeOptions decode = rules.decode;
  decode.max_tokens = TokenLimit(fields, max_tokens, rules);
  decode.min_tokens =
      static_cast<int>(fields.Whole("min_tokens", {0, rules.limits.reply_tokens}, 0));
  decode.ignore_end = fields.Bool("ignore_eos", false);
  decode.seed = Seed(fields, decode.seed);
  ReadBias(fields, engine, decode);
  ReadPenalties(fields, decode);
  ReadSampling(fields, decode);
  return decode;
}

}  // namespace

DecodeOptions ReadDecodeFields(Fields& fields, const ServerRules& rules, const Engine& engine) {
  const char* name = fields.has("max_completion_tokens") ? "max_completion_tokens"
                     : fields.has("max_output_tokens")   ? "max_output_tokens"
                                                         : "max_tokens";
  return ReadOptions(fields, name, rules, engine);
}

DecodeOptions ReadOllamaOptions(Fields& fields, const ServerRules& rules, const Engine& engine) {
  return ReadOptions(fields, "num_predict", rules, engine);
}

std::optional<int> ReadAlternatives(Fields& fields) {
  const bool is_wanted = fields.Bool("logprobs", false);
  const auto count = static_cast<int>(fields.Whole("top_logprobs", {0, kMaxAlternatives}, 0));
  if (is_wanted) return count;
  if (count > 0) fields.Reject("top_logprobs", "expected logprobs: true beside it, found none");
  return std::nullopt;
}

int ReadReplies(Fields& fields) { return static_cast<int>(fields.Whole("n", {1, kMaxReplies}, 1)); }

bool IncludesUsage(Fields& fields, Problem& problem) {
  const Json* options = fields.Object("stream_options");
  if (options == nullptr) return false;
  Fields inner(*options, fields.PathOf("stream_options"), problem);
  return inner.Bool("include_usage", false);
}

}  // namespace edgevlm
