#include "convert/huggingface/openai_checkpoint.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "base/base64.h"
#include "convert/huggingface/limits.h"
#include "convert/huggingface/openai_whisper.h"
#include "convert/huggingface/torch_file.h"
#include "gguf/value.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMostTexts = 1 << 20;
constexpr int kMultilingualTokens = 51'865;  // and more, of large-v3

Error OtherModel(const std::string& expected) {
  return {ErrorCode::kUnsupported, "torch: expected a Whisper of OpenAI: " + expected};
}

// A size of "dims"; 0 if it is none.
int SizeOf(const Pickle& pickle, const PickleValue& dims, std::string_view name) {
  const PickleValue* const value = pickle.Find(dims, name);
  const bool is_size = value != nullptr && value->kind == PickleValue::Kind::kInt &&
                       value->number > 0 && value->number <= std::numeric_limits<int>::max();
  return is_size ? static_cast<int>(value->number) : 0;
}

WhisperSide SideOf(const Pickle& pickle, const PickleValue& dims, const std::string& side) {
  const auto size = [&](const char* name) { return SizeOf(pickle, dims, "n_" + side + name); };
  return {.positions = size("_ctx"),
          .width = size("_state"),
          .heads = size("_head"),
          .blocks = size("_layer")};
}

}  // namespace

Result<OpenAiModel> ParseOpenAiWhisper(std::span<const std::byte> bytes) {
  const auto file = TorchFile::Parse(bytes);
  if (!file) return file.error();
  const Pickle& pickle = file->pickle();
  const PickleValue* const dims = pickle.Find(pickle.root(), "dims");
  const PickleValue* const state = pickle.Find(pickle.root(), "model_state_dict");
  if (dims == nullptr || state == nullptr || state->kind != PickleValue::Kind::kDict) {
    return OtherModel("dims and model_state_dict, found other keys");
  }
  OpenAiModel model;
  const int vocabulary = SizeOf(pickle, *dims, "n_vocab");
  model.config = WhisperConfig({.vocabulary = vocabulary,
                                .mel_bands = SizeOf(pickle, *dims, "n_mels"),
                                .encoder = SideOf(pickle, *dims, "audio"),
                                .decoder = SideOf(pickle, *dims, "text")});
  model.vocabulary_file =
      vocabulary >= kMultilingualTokens ? "multilingual.tiktoken" : "gpt2.tiktoken";
  for (std::size_t i = 0; i + 1 < state->items.size(); i += 2) {
    const std::string name(pickle.at(state->items[i]).text);
    auto huggingface = HuggingfaceName(name);
    if (!huggingface) {
      return OtherModel("its tensors, found '" + Printable(name, kMaxQuotedName) + "'");
    }
    auto tensor = file->TensorOf(pickle.at(state->items[i + 1]), *std::move(huggingface));
    if (!tensor) return tensor.error();
    model.tensors.push_back(*std::move(tensor));
  }
  return model;
}

Result<std::vector<std::string>> ParseTiktoken(std::string_view file) {
  std::vector<std::string> texts;
  while (!file.empty()) {
    const std::string_view line = file.substr(0, file.find('\n'));
    file.remove_prefix(std::min(file.size(), line.size() + 1));
    const std::string where = "line " + std::to_string(texts.size() + 1) + ": ";
    if (texts.size() == kMostTexts) {
      return Error{ErrorCode::kTooLarge,
                   "expected at most " + std::to_string(kMostTexts) + " texts, found more"};
    }
    const std::size_t blank = line.find(' ');
    std::size_t rank = 0;
    const auto number = blank == std::string_view::npos ? "" : line.substr(blank + 1);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), rank);
    const std::string_view base64 = line.substr(0, blank);
    // Of the alphabets, these files use the standard one alone.
    const bool is_standard = base64.find_first_of("-_\t\r") == std::string_view::npos;
    auto text = is_standard ? DecodeBase64(base64) : std::nullopt;
    if (error != std::errc() || end != number.data() + number.size() || rank != texts.size() ||
        !text) {
      return Error{ErrorCode::kCorrupt,
                   where + "expected a text as base64 and its rank, found another line"};
    }
    texts.push_back(*std::move(text));
  }
  return texts;
}

}  // namespace edgevlm
