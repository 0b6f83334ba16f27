#include "measure/experiment/variables.h"

#include <charconv>
#include <utility>

#include "engine/precision_names.h"
#include "measure/experiment/find_row.h"
namespace edgevlm {
namespace {

MaybeError Unexpected(std::string_view expected, const std::string& found) {
  return Error{ErrorCode::kInvalid,
               "expected " + std::string(expected) + ", found '" + found + "'"};
}

MaybeError ReadInt(const std::string& value, int low, int high, int& number) {
  int read = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, read);
  if (error != std::errc() || rest != end || read < low || read > high) {
    return Unexpected("a whole number from " + std::to_string(low) + " to " + std::to_string(high),
                      value);
  }
  number = read;
  return {};
}

template <int RequestSetup::*kField, int kLow, int kHigh>
MaybeError ApplyInt(const std::string& value, Setup& setup) {
  return ReadInt(value, kLow, kHigh, setup.request.*kField);
}

template <int EngineOptions::*kField, int kLow, int kHigh>
MaybeError ApplyEngineInt(const std::string& value, Setup& setup) {
  return ReadInt(value, kLow, kHigh, setup.model.options.*kField);
}

MaybeError ApplyPreset(const std::string& value, Setup& setup) {
  setup.model.preset = value;
  return {};
}

MaybeError ApplyType(const std::string& value, Setup& setup) {
  setup.model.type = value;
  return {};
}

MaybeError ApplyPrecision(const std::string& value, Setup& setup) {
  const auto precision = PrecisionNamed(value);
  if (!precision) return Unexpected("auto, int8, bf16 or f32", value);
  setup.model.options.precision = *precision;
  return {};
}

MaybeError ApplyCache(const std::string& value, Setup& setup) {
  Result<CacheOptions> cache = ParseCacheOptions(value);
  if (!cache) return cache.error();
  setup.model.options.cache = *std::move(cache);
  return {};
}

MaybeError ApplyMergedTokens(const std::string& value, Setup& setup) {
  return ReadInt(value, 0, 1 << 10, setup.model.options.vision.merged_tokens);
}

MaybeError ApplyKeptTokens(const std::string& value, Setup& setup) {
  if (value != "all") return ReadKeepTokens(value, setup.model.options.vision);
  setup.model.options.vision.keep_tokens.reset();
  return {};
}

// "off", or the threshold of the exits.
MaybeError ApplyEarlyExit(const std::string& value, Setup& setup) {
  ExitOptions& exits = setup.model.options.early_exit;
  exits.mode = value == "off" ? EarlyExit::kOff : EarlyExit::kExit;
  if (exits.mode == EarlyExit::kOff) return {};
  float threshold = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, threshold);
  if (error != std::errc() || rest != end) return Unexpected("off or a threshold", value);
  exits.threshold = threshold;
  return Validate(exits);
}

// Loops on the threads of one engine wait for one another, so that workers side by side compute
// with one thread each.
MaybeError ApplySchedule(const std::string& value, Setup& setup) {
  constexpr std::pair<std::string_view, Schedule> kNames[] = {
      {"serial", Schedule::kSerial},
      {"side-by-side", Schedule::kSideBySide},
      {"overlapped", Schedule::kOverlapped}};
  for (const auto& [name, schedule] : kNames) {
    if (value != name) continue;
    setup.request.schedule = schedule;
    if (schedule == Schedule::kSideBySide) setup.model.options.threads = 1;
    return {};
  }
  return Unexpected("serial, side-by-side or overlapped", value);
}

MaybeError ApplyQuestion(const std::string& value, Setup& setup) {
  setup.request.question = value;
  return {};
}

// "W:H".
MaybeError ApplyImageShape(const std::string& value, Setup& setup) {
  const std::size_t colon = value.find(':');
  int width = 0, height = 0;
  if (colon == std::string::npos || ReadInt(value.substr(0, colon), 1, 100, width) ||
      ReadInt(value.substr(colon + 1), 1, 100, height)) {
    return Unexpected("WIDTH:HEIGHT", value);
  }
  setup.request.image_shape = static_cast<double>(width) / height;
  return {};
}

MaybeError ApplyReuse(const std::string& value, Setup& setup) {
  constexpr std::pair<std::string_view, Reuse> kNames[] = {
      {"nothing", Reuse::kNothing}, {"image", Reuse::kImage}, {"prefix", Reuse::kPrefix}};
  for (const auto& [name, reuse] : kNames) {
    if (value != name) continue;
    setup.request.reuse = reuse;
    return {};
  }
  return Unexpected("nothing, image or prefix", value);
}

MaybeError ApplySoundModel(const std::string& value, Setup& setup) {
  if (value != "tiny" && value != "base" && value != "small") {
    return Unexpected("tiny, base or small", value);
  }
  setup.request.sound_model = value;
  return {};
}

constexpr int kMaxTokens = 1 << 20;
constexpr int kMaxSoundSeconds = 30;  // a Whisper's window

constexpr Variable kVariables[] = {
    {"preset", true, "a published model's shape with random weights", ApplyPreset},
    {"type", true, "type of the preset's decoder", ApplyType},
    {"precision", true, "auto, int8, bf16, f32", ApplyPrecision},
    {"cache", true, "policy of the KV cache, as --cache spells it", ApplyCache},
    {"merged_tokens", true, "tokens that each block of the vision encoder merges",
     ApplyMergedTokens},
    {"kept_tokens", true, "image tokens for the decoder: N, N:HOW or all", ApplyKeptTokens},
    {"threads", true, "threads of the engine", ApplyEngineInt<&EngineOptions::threads, 0, 256>},
    {"context_tokens", true, "length of the context",
     ApplyEngineInt<&EngineOptions::context_tokens, 0, kMaxTokens>},
    {"image_max_tokens", true, "tokens of an image at most",
     ApplyEngineInt<&EngineOptions::image_max_tokens, 0, kMaxTokens>},
    {"early_exit", true, "off, or the confidence at which tokens leave early", ApplyEarlyExit},
    {"schedule", true, "of several requests: serial, side-by-side, overlapped", ApplySchedule},
    {"workers", false, "requests at once, unless they are serial",
     ApplyInt<&RequestSetup::workers, 1, 64>},
    {"question", false, "asked in place of the item's", ApplyQuestion},
    {"max_tokens", false, "of the reply", ApplyInt<&RequestSetup::max_tokens, 1, kMaxTokens>},
    {"prompt_tokens", false, "of a text", ApplyInt<&RequestSetup::prompt_tokens, 1, kMaxTokens>},
    {"image_side", false, "pixels; images are scaled to a square of it; 0: as they are",
     ApplyInt<&RequestSetup::image_side, 0, 8192>},
    {"image_shape", false, "W:H that images are stretched to", ApplyImageShape},
    {"frames", false, "images of a video in one request", ApplyInt<&RequestSetup::frames, 1, 1024>},
    {"sound_seconds", false, "length of a sound, at most 30",
     ApplyInt<&RequestSetup::sound_seconds, 1, kMaxSoundSeconds>},
    {"sound_model", false, "a Whisper's shape with random weights: tiny, base, small",
     ApplySoundModel},
    {"reuse", false, "what a further question finds computed: nothing, image, prefix", ApplyReuse},
};

}  // namespace

std::span<const Variable> Variables() { return kVariables; }

Result<const Variable*> FindVariable(std::string_view name) { return FindRow(Variables(), name); }

MaybeError Apply(const Condition& condition, Setup& setup) {
  for (const auto& [name, value] : condition) {
    const Result<const Variable*> variable = FindVariable(name);
    if (!variable) return variable.error();
    if (auto error = (*variable)->apply(value, setup)) {
      return error->In(name);
    }
  }
  return {};
}

Condition EngineCondition(const Condition& condition) {
  Condition engine;
  for (const auto& entry : condition) {
    const Result<const Variable*> variable = FindVariable(entry.first);
    if (variable && (*variable)->changes_engine) engine.push_back(entry);
  }
  return engine;
}

}  // namespace edgevlm
