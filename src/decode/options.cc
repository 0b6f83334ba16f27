#include <cmath>
#include <limits>
#include <string>

#include "edgevlm/decode_options.h"
#include "edgevlm/exit_options.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMaxStopStrings = 16;
constexpr std::size_t kMaxStopBytes = 1024;
constexpr std::size_t kMaxBiases = 1024;
constexpr float kMaxBias = 100;
constexpr int kMaxAlternatives = 20;

Error OutOfRange(const std::string& field, const std::string& range, const std::string& found) {
  return {ErrorCode::kInvalid, "options: " + field + ": expected " + range + ", found " + found};
}

// Six digits, without trailing zeros.
std::string Text(float value) {
  std::string text = std::to_string(value);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

MaybeError ValidateStop(const std::vector<std::string>& stop) {
  if (stop.size() > kMaxStopStrings) {
    return OutOfRange("stop", "at most 16 strings", std::to_string(stop.size()));
  }
  for (const std::string& text : stop) {
    if (text.empty() || text.size() > kMaxStopBytes) {
      return OutOfRange("stop", "1 to 1024 bytes each", std::to_string(text.size()));
    }
    if (!IsUtf8(text)) return OutOfRange("stop", "UTF-8", "other bytes");
  }
  return std::nullopt;
}

MaybeError ValidateBias(const std::vector<TokenBias>& list) {
  if (list.size() > kMaxBiases) {
    return OutOfRange("logit_bias", "at most 1024 tokens", std::to_string(list.size()));
  }
  for (const TokenBias& bias : list) {
    if (std::fabs(bias.bias) <= kMaxBias || bias.bias == -std::numeric_limits<float>::infinity()) {
      continue;
    }
    return OutOfRange("logit_bias", "-100 to 100", Text(bias.bias));
  }
  return std::nullopt;
}

MaybeError ValidatePenalties(const DecodeOptions& options) {
  if (!(options.repetition_penalty > 0 && options.repetition_penalty <= 10)) {
    return OutOfRange("repetition_penalty", "above 0, at most 10",
                      Text(options.repetition_penalty));
  }
  if (!(std::fabs(options.presence_penalty) <= 2)) {
    return OutOfRange("presence_penalty", "-2 to 2", Text(options.presence_penalty));
  }
  if (!(std::fabs(options.frequency_penalty) <= 2)) {
    return OutOfRange("frequency_penalty", "-2 to 2", Text(options.frequency_penalty));
  }
  if (options.penalty_window < 0) {
    return OutOfRange("penalty_window", "0 or more", std::to_string(options.penalty_window));
  }
  return std::nullopt;
}

}  // namespace

// The conditions are written so that NaN fails them.
MaybeError Validate(const DecodeOptions& options) {
  if (options.max_tokens < 1) {
    return OutOfRange("max_tokens", "at least 1", std::to_string(options.max_tokens));
  }
  if (options.min_tokens < 0) {
    return OutOfRange("min_tokens", "0 or more", std::to_string(options.min_tokens));
  }
  if (auto error = ValidateBias(options.logit_bias)) return error;
  if (auto error = ValidatePenalties(options)) return error;
  if (!(options.temperature >= 0 && options.temperature <= 100)) {
    return OutOfRange("temperature", "0 to 100", Text(options.temperature));
  }
  if (options.top_k < 0) return OutOfRange("top_k", "0 or more", std::to_string(options.top_k));
  if (!(options.top_p >= 0 && options.top_p <= 1)) {
    return OutOfRange("top_p", "0 to 1", Text(options.top_p));
  }
  if (!(options.min_p >= 0 && options.min_p <= 1)) {
    return OutOfRange("min_p", "0 to 1", Text(options.min_p));
  }
  if (const int count = options.alternatives.value_or(0); count < 0 || count > kMaxAlternatives) {
    return OutOfRange("alternatives", "0 to 20", std::to_string(count));
  }
  return ValidateStop(options.stop);
}

MaybeError Validate(const ExitOptions& options) {
  if (!(options.threshold > 0 && options.threshold <= 1)) {
    return OutOfRange("exit_threshold", "above 0, at most 1", Text(options.threshold));
  }
  if (options.min_layer < 0) {
    return OutOfRange("exit_min_layer", "at least 0", std::to_string(options.min_layer));
  }
  return std::nullopt;
}

std::string_view FinishReasonName(FinishReason reason) {
  switch (reason) {
    case FinishReason::kEndOfText:
      return "end";
    case FinishReason::kMaxTokens:
      return "length";
    case FinishReason::kStopString:
      return "stop";
    case FinishReason::kContextFull:
      return "context";
    case FinishReason::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

}  // namespace edgevlm
