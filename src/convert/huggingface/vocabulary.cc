#include "convert/huggingface/vocabulary.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "gguf/names.h"

namespace edgevlm {
namespace {

using nlohmann::json;

constexpr int kMaxTokens = 1 << 24;
constexpr float kFillerScore = -10000.0f;
constexpr float kAddedScore = -1000.0f;
constexpr std::string_view kBlank = "\u2581";  // as SentencePiece writes it

// A token for a purpose, and where it is told of.
struct SpecialToken {
  std::string_view entry;     // in tokenizer_config.json and special_tokens_map.json: its text
  std::string_view id_entry;  // in config.json and generation_config.json
  std::string_view key;
  std::optional<int> VocabularyTables::*own;  // by the tokenizer itself
};

constexpr SpecialToken kSpecialTokens[] = {
    {"bos_token", "bos_token_id", keys::kBosTokenId, &VocabularyTables::bos},
    {"eos_token", "eos_token_id", keys::kEosTokenId, &VocabularyTables::eos},
    {"unk_token", "unk_token_id", keys::kUnknownTokenId, &VocabularyTables::unknown},
    {"pad_token", "pad_token_id", keys::kPaddingTokenId, nullptr},
};

// The JSON files of a folder that speak about its vocabulary.
struct VocabularyFiles {
  JsonObject tokenizer;
  JsonObject tokenizer_config;
  JsonObject special_tokens;
  JsonObject generation;
};

bool Exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Result<VocabularyFiles> ReadFiles(const std::string& folder) {
  auto tokenizer = JsonObject::ReadIfThere(folder + "/tokenizer.json");
  if (!tokenizer) return tokenizer.error();
  auto tokenizer_config = JsonObject::ReadIfThere(folder + "/tokenizer_config.json");
  if (!tokenizer_config) return tokenizer_config.error();
  auto special_tokens = JsonObject::ReadIfThere(folder + "/special_tokens_map.json");
  if (!special_tokens) return special_tokens.error();
  auto generation = JsonObject::ReadIfThere(folder + "/generation_config.json");
  if (!generation) return generation.error();
  return VocabularyFiles{*std::move(tokenizer), *std::move(tokenizer_config),
                         *std::move(special_tokens), *std::move(generation)};
}

Result<VocabularyTables> TablesOf(JsonObject& tokenizer, int size) {
  JsonObject model = tokenizer.Object("model");
  const std::string type = model.String("type", "BPE");
  const bool has_byte_fallback = model.Bool("byte_fallback", false);
  if (!model.ok()) return model.error();
  if (type != "BPE") {
    return Error{ErrorCode::kUnsupported,
                 tokenizer.where() + ": model: expected BPE, found " + Printable(type, 40)};
  }
  return has_byte_fallback ? PiecesOf(tokenizer, size) : BytePairsOf(tokenizer, size);
}

// The tokens that a file of the form {"<pad>": 32000} adds.
Result<std::vector<AddedToken>> ReadAddedTokensMap(const std::string& path) {
  std::vector<AddedToken> added;
  if (!Exists(path)) return added;
  auto map = ReadJson(path);
  if (!map) return map.error();
  JsonObject object(*map, path);
  for (const auto& [text, id] : map->items()) {
    added.push_back({.id = object.Int(text, 0, kMaxTokens), .text = text});
  }
  if (!object.ok()) return object.error();
  return added;
}

Result<VocabularyTables> ReadTables(const std::string& folder, VocabularyFiles& files, int size) {
  const std::string pieces_path = folder + "/tokenizer.model";
  Result<VocabularyTables> tables =
      Error{ErrorCode::kNotFound, folder +
                                      ": vocabulary: expected tokenizer.model, "
                                      "tokenizer.json, or vocab.json and merges.txt, found "
                                      "none"};
  if (Exists(pieces_path)) {
    tables = ReadPieces(pieces_path, size);
  } else if (Exists(files.tokenizer.where())) {
    tables = TablesOf(files.tokenizer, size);
  } else if (Exists(folder + "/vocab.json")) {
    tables = ReadBytePairs(folder, size);
  }
  if (!tables) return tables.error();
  const auto map = ReadAddedTokensMap(folder + "/added_tokens.json");
  if (!map) return map.error();
  const auto decoder = ReadAddedTokensDecoder(files.tokenizer_config);
  if (!decoder) return decoder.error();
  AddTokens(*map, *tables);
  AddTokens(*decoder, *tables);
  return tables;
}

// The text of a token that is given as "text" or as {"content": "text"}.
std::optional<std::string> TokenText(const JsonObject& object, std::string_view entry) {
  const json* value = object.Find(entry);
  if (value != nullptr && value->is_object()) {
    const auto content = value->find("content");
    value = content == value->end() ? nullptr : &*content;
  }
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

// The id of a token for a purpose; control tokens first, since texts may occur twice.
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
    if (id != nullptr && id->is_number_unsigned() &&
        id->get<std::uint64_t>() < static_cast<std::uint64_t>(size)) {
      return id->get<int>();
    }
  }
  if (special.own == nullptr) return std::nullopt;
  const std::optional<int> own = tables.*special.own;
  return own && 0 <= *own && *own < size ? own : std::nullopt;
}

// What a post_processor of the type "TemplateProcessing" puts around a text.
struct TextTemplate {
  std::string first;
  std::string last;
};

TextTemplate ReadTemplate(const JsonObject& tokenizer) {
  const json* post = tokenizer.Find("post_processor");
  if (post == nullptr || !post->is_object()) return {};
  const json processors = post->value("processors", json::array({*post}));
  TextTemplate text;
  for (const json& processor : processors) {
    if (!processor.is_object() || !processor.contains("single")) continue;
    const json& single = processor["single"];
    if (!single.is_array() || single.size() < 2) continue;
    const auto special = [](const json& step) -> std::string {
      const JsonObject object(step.is_object() ? step : json::object(), "");
      const json* token = object.Find("SpecialToken");
      const bool has_id = token != nullptr && token->is_object() && token->contains("id");
      return has_id && (*token)["id"].is_string() ? (*token)["id"].get<std::string>() : "";
    };
    text = {.first = special(single.front()), .last = special(single.back())};
  }
  return text;
}

// Whether texts begin or end with a token: as tokenizer_config.json says, or the template. Where
// neither speaks, byte pairs have none; SentencePiece's usual ones need no key.
std::optional<bool> AddsToken(JsonObject& tokenizer_config, std::string_view entry,
                              const std::string& in_template, std::optional<int> id,
                              const VocabularyTables& tables) {
  if (tokenizer_config.Has(entry)) return tokenizer_config.Bool(entry, false);
  if (id && !in_template.empty()) {
    return tables.tokens[static_cast<std::size_t>(*id)] == in_template;
  }
  if (tables.scores.empty()) return false;
  return std::nullopt;
}

void AddTables(VocabularyTables tables, FilePlan& plan) {
  plan.Add(keys::kTokenizerModel, std::move(tables.model));
  plan.Add(keys::kTokenizerPre, std::move(tables.pre_tokenizer));
  plan.Add(keys::kTokens, std::move(tables.tokens));
  if (!tables.scores.empty()) plan.Add(keys::kTokenScores, std::move(tables.scores));
  std::vector<std::int32_t> types;
  for (const PieceType type : tables.types) types.push_back(static_cast<std::int32_t>(type));
  plan.Add(keys::kTokenTypes, std::move(types));
  if (!tables.merges.empty()) plan.Add(keys::kMerges, std::move(tables.merges));
}

// Of a list of templates, the one named "default", or else the first.
std::string DefaultTemplate(const json& list) {
  std::string first;
  for (const json& entry : list) {
    const JsonObject object(entry.is_object() ? entry : json::object(), "");
    const json* name = object.Find("name");
    const json* text = object.Find("template");
    if (text == nullptr || !text->is_string()) continue;
    if (first.empty() || (name != nullptr && *name == "default")) first = text->get<std::string>();
    if (name != nullptr && *name == "default") break;
  }
  return first;
}

Result<std::string> ReadChatTemplate(const std::string& folder, const JsonObject& config) {
  const json* entry = config.Find("chat_template");
  if (entry != nullptr && entry->is_string()) return entry->get<std::string>();
  if (entry != nullptr && entry->is_array()) return DefaultTemplate(*entry);
  const std::string text_path = folder + "/chat_template.jinja";
  if (Exists(text_path)) return ReadText(text_path, JsonLimits::kFileBytes);
  auto object = JsonObject::ReadIfThere(folder + "/chat_template.json");
  if (!object) return object.error();
  std::string text = object->String("chat_template", "");
  if (!object->ok()) return object->error();
  return text;
}

}  // namespace

void VocabularyTables::PadTo(std::size_t size) {
  for (std::size_t id = tokens.size(); id < size; ++id) {
    tokens.push_back(Filler(id));
    types.push_back(PieceType::kUnused);
    scores.push_back(kFillerScore);
  }
}

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
      object.Fail({ErrorCode::kCorrupt,
                   object.where() + ": expected an id, found '" + Printable(key, 40) + "'"});
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
    // The tokenizer's own file knows best what its pieces are for.
    const bool is_known = tables.tokens[id] == token.text &&
                          (stored == PieceType::kUnknown || stored == PieceType::kByte);
    tables.tokens[id] = token.text;
    if (is_known) continue;
    tables.types[id] = TypeOf(token);
    if (tables.types[id] == PieceType::kUserDefined) {
      std::string& text = tables.tokens[id];
      for (std::size_t at = text.find(kBlank); at != std::string::npos; at = text.find(kBlank)) {
        text.replace(at, kBlank.size(), " ");
      }
    }
    if (!tables.scores.empty()) tables.scores[id] = kAddedScore;
  }
}

MaybeError AddVocabulary(const std::string& folder, JsonObject& config, int size, FilePlan& plan) {
  auto files = ReadFiles(folder);
  if (!files) return files.error();
  auto tables = ReadTables(folder, *files, size);
  if (!tables) return tables.error();
  std::vector<std::pair<std::string_view, int>> ids;
  std::optional<int> bos, eos;
  for (const SpecialToken& special : kSpecialTokens) {
    const auto id = FindSpecial(special, *files, config, *tables);
    if (!id) continue;
    ids.emplace_back(special.key, *id);
    if (special.key == keys::kBosTokenId) bos = id;
    if (special.key == keys::kEosTokenId) eos = id;
  }
  // vocab.json does not tell them from pieces of text.
  for (const auto id : {bos, eos}) {
    if (!id) continue;
    PieceType& type = tables->types[static_cast<std::size_t>(*id)];
    if (type == PieceType::kNormal) type = PieceType::kControl;
  }
  const TextTemplate text = ReadTemplate(files->tokenizer);
  JsonObject& tokenizer_config = files->tokenizer_config;
  const auto adds_bos = AddsToken(tokenizer_config, "add_bos_token", text.first, bos, *tables);
  const auto adds_eos = AddsToken(tokenizer_config, "add_eos_token", text.last, eos, *tables);
  std::optional<bool> adds_blank = tables->adds_blank_first;
  if (tokenizer_config.Has("add_prefix_space")) {
    adds_blank = tokenizer_config.Bool("add_prefix_space", true);
  }
  auto chat_template = ReadChatTemplate(folder, tokenizer_config);
  if (!chat_template) return chat_template.error();
  if (!tokenizer_config.ok()) return tokenizer_config.error();

  AddTables(*std::move(tables), plan);
  for (const auto& [key, id] : ids) plan.Add(key, static_cast<std::uint32_t>(id));
  if (adds_bos) plan.Add(keys::kAddBosToken, *adds_bos);
  if (adds_eos) plan.Add(keys::kAddEosToken, *adds_eos);
  if (adds_blank) plan.Add(keys::kAddSpacePrefix, *adds_blank);
  if (!chat_template->empty()) plan.Add(keys::kChatTemplate, *std::move(chat_template));
  return std::nullopt;
}

}  // namespace edgevlm
