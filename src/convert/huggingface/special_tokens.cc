#include "convert/huggingface/special_tokens.h"

#include <string>

#include "gguf/names.h"

namespace edgevlm {
namespace {

using nlohmann::json;

// A special token, and the entries that may define it.
struct SpecialToken {
  std::string_view entry;     // in tokenizer_config.json and special_tokens_map.json: its text
  std::string_view id_entry;  // in config.json and generation_config.json
  std::string_view key;
  std::optional<int> VocabularyTables::*own;  // from the tokenizer's own file
};

constexpr SpecialToken kSpecialTokens[] = {
    {"bos_token", "bos_token_id", keys::kBosTokenId, &VocabularyTables::bos},
    {"eos_token", "eos_token_id", keys::kEosTokenId, &VocabularyTables::eos},
    {"unk_token", "unk_token_id", keys::kUnknownTokenId, &VocabularyTables::unknown},
    {"pad_token", "pad_token_id", keys::kPaddingTokenId, nullptr},
};

// The text of a token, given as "text" or as {"content": "text"}.
std::optional<std::string> TokenText(const JsonObject& object, std::string_view entry) {
  const json* value = object.Find(entry);
  if (value != nullptr && value->is_object()) {
    const auto content = value->find("content");
    value = content == value->end() ? nullptr : &*content;
  }
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

// The id of a token by its text; control tokens first, because a text may occur twice.
std::optional<int> IdOf(const VocabularyTables& tables, const std::string& text) {
  std::optional<int> found;
  for (std::size_t id = 0; id < tables.tokens.size(); ++id) {
    if (tables.tokens[id] != text) continue;
    if (tables.types[id] != PieceType::kNormal) return static_cast<int>(id);
    if (!found) found = static_cast<int>(id);
  }
  return found;
}

std::optional<int> FindSpecial(const SpecialToken& special, const VocabularyFiles& files,
                               const JsonObject& config, const VocabularyTables& tables) {
  const int size = static_cast<int>(tables.tokens.size());
  for (const JsonObject* file : {&files.tokenizer_config, &files.special_tokens}) {
    const auto text = TokenText(*file, special.entry);
    const auto id = text ? IdOf(tables, *text) : std::nullopt;
    if (id) return id;
  }
  for (const JsonObject* file : {&config, &files.generation}) {
    const json* id = file->Find(special.id_entry);
    if (id == nullptr || !id->is_number_integer()) continue;
    const auto number = id->get<std::int64_t>();
    if (0 <= number && number < size) return static_cast<int>(number);
  }
  if (special.own == nullptr) return std::nullopt;
  const std::optional<int> own = tables.*special.own;
  return own && 0 <= *own && *own < size ? own : std::nullopt;
}

// The tokens that a post_processor "TemplateProcessing" adds around a text.
struct TextTemplate {
  std::string first;
  std::string last;
};

// None if the file has no such post_processor.
std::optional<TextTemplate> ReadTemplate(const JsonObject& tokenizer) {
  const json* post = tokenizer.Find("post_processor");
  if (post == nullptr || !post->is_object()) return std::nullopt;
  const json processors = post->value("processors", json::array({*post}));
  std::optional<TextTemplate> text;
  for (const json& processor : processors) {
    if (!processor.is_object() || !processor.contains("single")) continue;
    const json& single = processor["single"];
    if (!single.is_array() || single.empty()) continue;
    const auto special = [](const json& step) -> std::string {
      const JsonObject object(step.is_object() ? step : json::object(), "");
      const json* id = object.Find("SpecialToken", "id");
      return id != nullptr && id->is_string() ? id->get<std::string>() : "";
    };
    text = TextTemplate{.first = special(single.front()), .last = special(single.back())};
  }
  return text;
}

// Whether the tokenizer adds this token: from tokenizer_config.json, else from the template. If
// neither has it, byte pairs add none, and SentencePiece's defaults need no key.
std::optional<bool> AddsToken(JsonObject& tokenizer_config, std::string_view entry,
                              const std::optional<std::string>& in_template, std::optional<int> id,
                              const VocabularyTables& tables) {
  if (tokenizer_config.Has(entry)) return tokenizer_config.Bool(entry, false);
  if (in_template) return id && tables.tokens[static_cast<std::size_t>(*id)] == *in_template;
  if (tables.scores.empty()) return false;
  return std::nullopt;
}

}  // namespace

SpecialTokens FindSpecialTokens(const JsonObject& config, const VocabularyTables& tables,
                                VocabularyFiles& files) {
  SpecialTokens found;
  for (const SpecialToken& special : kSpecialTokens) {
    const auto id = FindSpecial(special, files, config, tables);
    if (!id) continue;
    found.ids.emplace_back(special.key, *id);
    if (special.key == keys::kBosTokenId) found.bos = id;
    if (special.key == keys::kEosTokenId) found.eos = id;
  }
  const std::optional<TextTemplate> text = ReadTemplate(files.tokenizer);
  JsonObject& tokenizer_config = files.tokenizer_config;
  found.adds_bos = AddsToken(tokenizer_config, "add_bos_token",
                             text ? std::optional(text->first) : std::nullopt, found.bos, tables);
  found.adds_eos = AddsToken(tokenizer_config, "add_eos_token",
                             text ? std::optional(text->last) : std::nullopt, found.eos, tables);
  return found;
}

}  // namespace edgevlm
