#include "convert/huggingface/added_tokens.h"

#include <charconv>
#include <filesystem>
#include <utility>

#include "convert/huggingface/limits.h"
#include "gguf/value.h"

namespace edgevlm {
namespace {

using nlohmann::json;

constexpr int kMaxTokens = 1 << 24;
constexpr float kAddedScore = -1000.0f;
constexpr std::string_view kSpaceMark = "\u2581";  // as SentencePiece writes it

}  // namespace

PieceType TypeOf(const AddedToken& token) {
  const std::string_view text = token.text;
  const bool looks_special = (text.starts_with("<|") && text.ends_with("|>")) || text == "<pad>";
  return token.is_special || looks_special ? PieceType::kControl : PieceType::kUserDefined;
}

Result<std::vector<AddedToken>> ReadAddedTokens(JsonObject& tokenizer) {
  std::vector<AddedToken> added;
  const json* list = tokenizer.Find("added_tokens");
  if (list == nullptr) return added;
  if (!list->is_array()) tokenizer.Expect("added_tokens", "a list");
  for (const json& entry : *list) {
    JsonObject object(entry, tokenizer.where() + ": added_tokens");
    added.push_back({.id = object.Int("id", 0, kMaxTokens),
                     .text = object.String("content"),
                     .is_special = object.Bool("special", false)});
    if (!object.ok()) return object.error();
  }
  if (!tokenizer.ok()) return tokenizer.error();
  return added;
}

Result<std::vector<AddedToken>> ReadAddedTokensDecoder(JsonObject& tokenizer_config) {
  std::vector<AddedToken> added;
  const json* map = tokenizer_config.Find("added_tokens_decoder");
  if (map == nullptr) return added;
  if (!map->is_object()) tokenizer_config.Expect("added_tokens_decoder", "an object");
  for (const auto& [key, entry] : map->items()) {
    JsonObject object(entry, tokenizer_config.where() + ": added_tokens_decoder");
    int id = -1;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (error != std::errc() || end != key.data() + key.size() || id < 0) {
      object.Fail({ErrorCode::kCorrupt, object.where() + ": expected an id, found '" +
                                            Printable(key, kMaxQuotedValue) + "'"});
    }
    added.push_back(
        {.id = id, .text = object.String("content"), .is_special = object.Bool("special", false)});
    if (!object.ok()) return object.error();
  }
  if (!tokenizer_config.ok()) return tokenizer_config.error();
  return added;
}

void AddTokens(const std::vector<AddedToken>& added, VocabularyTables& tables) {
  for (const AddedToken& token : added) {
    const auto id = static_cast<std::size_t>(token.id);
    if (id >= tables.tokens.size()) continue;
    const PieceType stored = tables.types[id];
    // The tokenizer's own file is the authority on the types of its pieces.
    const bool is_known = tables.tokens[id] == token.text &&
                          (stored == PieceType::kUnknown || stored == PieceType::kByte);
    tables.tokens[id] = token.text;
    if (is_known) continue;
    tables.types[id] = TypeOf(token);
    if (tables.types[id] == PieceType::kUserDefined) {
      std::string& text = tables.tokens[id];
      for (std::size_t at = text.find(kSpaceMark); at != std::string::npos;
           at = text.find(kSpaceMark)) {
        text.replace(at, kSpaceMark.size(), " ");
      }
    }
    if (!tables.scores.empty()) tables.scores[id] = kAddedScore;
  }
}

// The tokens of a map such as {"<pad>": 32000}.
Result<std::vector<AddedToken>> ReadAddedTokensMap(const std::string& path) {
  std::vector<AddedToken> added;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return added;
  auto map = ReadJson(path);
  if (!map) return map.error();
  JsonObject object(*map, path);
  for (const auto& [text, id] : map->items()) {
    added.push_back({.id = object.Int(text, 0, kMaxTokens), .text = text});
  }
  if (!object.ok()) return object.error();
  return added;
}

}  // namespace edgevlm
