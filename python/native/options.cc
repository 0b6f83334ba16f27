#include "native/options.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "native/option_value.h"

namespace edgevlm::python {
namespace {

constexpr std::int64_t kMaxMebibytes = std::int64_t{1} << 30;

template <class Options>
struct Entry {
  std::string_view name;
  void (*read)(const OptionValue& value, Options& options);
};

Precision ReadPrecision(const OptionValue& value) {
  const std::string name = value.Text();
  if (name == "auto") return Precision::kAuto;
  if (name == "bf16") return Precision::kBFloat16;
  if (name == "f32") return Precision::kFloat32;
  Raise("InvalidError", "precision: expected auto, bf16 or f32, found " + name);
}

EarlyExit ReadEarlyExit(const OptionValue& value) {
  const std::string mode = value.Text();
  if (mode == "off") return EarlyExit::kOff;
  if (mode == "exit") return EarlyExit::kExit;
  Raise("InvalidError", "early_exit: expected off or exit, found " + mode);
}

std::int64_t ReadMemoryLimit(const OptionValue& value) {
  if (!value.is_text()) return value.Integer(1, kMaxMebibytes) << 20;
  const std::string text = value.Text();
  if (text == "off") return -1;
  if (text == "auto") return 0;
  Raise("InvalidError", "memory_limit: expected a number of MiB, auto or off, found " + text);
}

int ReadDraftTokens(const OptionValue& value) {
  if (!value.is_text()) return value.Int();
  const std::string text = value.Text();
  if (text == "auto") return 0;
  Raise("InvalidError", "draft_tokens: expected a number or auto, found " + text);
}

void ReadKeep(const OptionValue& value, VisionOptions& vision) {
  RaiseIf(ReadKeepTokens(value.is_text() ? value.Text() : std::to_string(value.Int()), vision));
}

std::size_t ReadMebibytes(const OptionValue& value) {
  return static_cast<std::size_t>(value.Integer(0, kMaxMebibytes)) << 20;
}

using EngineEntry = Entry<EngineOptions>;
constexpr std::array kEngineEntries = {
    EngineEntry{"threads", [](auto& value, auto& to) { to.threads = value.Int(); }},
    EngineEntry{"decode_threads", [](auto& value, auto& to) { to.decode_threads = value.Int(); }},
    EngineEntry{"pin", [](auto& value, auto& to) { to.pin = value.Flag(); }},
    EngineEntry{"precision", [](auto& value, auto& to) { to.precision = ReadPrecision(value); }},
    EngineEntry{"mmproj", [](auto& value, auto& to) { to.mmproj = value.Path(); }},
    EngineEntry{"chat_template", [](auto& value, auto& to) { to.chat_template = value.Text(); }},
    EngineEntry{"context_tokens", [](auto& value, auto& to) { to.context_tokens = value.Int(); }},
    EngineEntry{"image_max_tokens",
                [](auto& value, auto& to) { to.image_max_tokens = value.Int(); }},
    EngineEntry{"image_min_tokens",
                [](auto& value, auto& to) { to.image_min_tokens = value.Int(); }},
    EngineEntry{"tome", [](auto& value, auto& to) { to.vision.merged_tokens = value.Int(); }},
    EngineEntry{"keep_tokens", [](auto& value, auto& to) { ReadKeep(value, to.vision); }},
    EngineEntry{"keep_seed", [](auto& value, auto& to) { to.vision.keep_seed = value.Unsigned(); }},
    EngineEntry{"image_cache_mib",
                [](auto& value, auto& to) { to.image_cache_bytes = ReadMebibytes(value); }},
    EngineEntry{"prompt_cache_mib",
                [](auto& value, auto& to) { to.prefix_cache_bytes = ReadMebibytes(value); }},
    EngineEntry{
        "cache",
        [](auto& value, auto& to) { to.cache = ValueOrRaise(ParseCacheOptions(value.Text())); }},
    EngineEntry{
        "memory_limit",
        [](auto& value, auto& to) { to.pressure.memory_limit_bytes = ReadMemoryLimit(value); }},
    EngineEntry{
        "temperature_limit",
        [](auto& value, auto& to) { to.pressure.temperature_limit_celsius = value.Real(); }},
    EngineEntry{"early_exit",
                [](auto& value, auto& to) { to.early_exit.mode = ReadEarlyExit(value); }},
    EngineEntry{"exit_layers", [](auto& value, auto& to) { to.early_exit.layers = value.Ints(); }},
    EngineEntry{
        "exit_threshold",
        [](auto& value, auto& to) { to.early_exit.threshold = static_cast<float>(value.Real()); }},
    EngineEntry{"exit_min_layer",
                [](auto& value, auto& to) { to.early_exit.min_layer = value.Int(); }},
    EngineEntry{"speculate", [](auto& value, auto& to) { to.speculation.drafter = value.Path(); }},
    EngineEntry{
        "draft_tokens",
        [](auto& value, auto& to) { to.speculation.draft_tokens = ReadDraftTokens(value); }},
};

using DecodeEntry = Entry<DecodeOptions>;
constexpr std::array kDecodeEntries = {
    DecodeEntry{"max_tokens", [](auto& value, auto& to) { to.max_tokens = value.Int(); }},
    DecodeEntry{"temperature",
                [](auto& value, auto& to) { to.temperature = static_cast<float>(value.Real()); }},
    DecodeEntry{"top_k", [](auto& value, auto& to) { to.top_k = value.Int(); }},
    DecodeEntry{"top_p",
                [](auto& value, auto& to) { to.top_p = static_cast<float>(value.Real()); }},
    DecodeEntry{"min_p",
                [](auto& value, auto& to) { to.min_p = static_cast<float>(value.Real()); }},
    DecodeEntry{
        "repetition_penalty",
        [](auto& value, auto& to) { to.repetition_penalty = static_cast<float>(value.Real()); }},
    DecodeEntry{
        "presence_penalty",
        [](auto& value, auto& to) { to.presence_penalty = static_cast<float>(value.Real()); }},
    DecodeEntry{
        "frequency_penalty",
        [](auto& value, auto& to) { to.frequency_penalty = static_cast<float>(value.Real()); }},
    DecodeEntry{"penalty_window", [](auto& value, auto& to) { to.penalty_window = value.Int(); }},
    DecodeEntry{"seed", [](auto& value, auto& to) { to.seed = value.Unsigned(); }},
    DecodeEntry{"stop", [](auto& value, auto& to) { to.stop = value.Texts(); }},
    DecodeEntry{"with_probability",
                [](auto& value, auto& to) { to.with_probability = value.Flag(); }},
};

template <class Options>
Options Read(const py::dict& values, std::span<const Entry<Options>> entries) {
  Options options;
  for (const auto& [key, given] : values) {
    const OptionValue value(std::string(py::str(key)), py::reinterpret_borrow<py::object>(given));
    const auto entry = std::ranges::find(entries, value.name(), &Entry<Options>::name);
    if (entry == entries.end()) throw py::type_error(value.name() + ": there is no such option");
    if (!given.is_none()) entry->read(value, options);
  }
  return options;
}

}  // namespace

EngineOptions ReadEngineOptions(const py::dict& values) {
  return Read<EngineOptions>(values, kEngineEntries);
}

DecodeOptions ReadDecodeOptions(const py::dict& values) {
  return Read<DecodeOptions>(values, kDecodeEntries);
}

}  // namespace edgevlm::python
