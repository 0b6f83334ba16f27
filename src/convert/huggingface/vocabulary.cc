#include "convert/huggingface/vocabulary.h"

#include <filesystem>
#include <utility>

#include "convert/huggingface/added_tokens.h"
#include "convert/huggingface/limits.h"
#include "convert/huggingface/special_tokens.h"
#include "gguf/names.h"
#include "gguf/reader.h"
#include "gguf/writer.h"
#include "tokenizer/load_tokenizer.h"

namespace edgevlm {
namespace {

using nlohmann::json;

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
  const json* type = tokenizer.Find("model", "type");  // absent in old files
  if (type != nullptr && *type != "BPE") {
    return Error{ErrorCode::kUnsupported, tokenizer.where() + ": model: expected BPE, found " +
                                              Printable(type->dump(), kMaxQuotedValue)};
  }
  const json* falls_back = tokenizer.Find("model", "byte_fallback");
  const bool has_byte_fallback = falls_back != nullptr && *falls_back == true;
  return has_byte_fallback ? PiecesOf(tokenizer, size) : BytePairsOf(tokenizer, size);
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

void AddTables(VocabularyTables tables, FilePlan& plan) {
  plan.Add(keys::kTokenizerModel, std::move(tables.model));
  plan.Add(keys::kTokenizerPre, std::move(tables.pre_tokenizer));
  plan.Add(keys::kTokens, std::move(tables.tokens));
  if (tables.scores.empty()) {
    plan.Add(keys::kMerges, std::move(tables.merges));
  } else {
    plan.Add(keys::kTokenScores, std::move(tables.scores));
  }
  std::vector<std::int32_t> types;
  for (const PieceType type : tables.types) types.push_back(static_cast<std::int32_t>(type));
  plan.Add(keys::kTokenTypes, std::move(types));
}

// Of a list of templates, the one named "default", else the first.
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

// Loads the planned keys as a model file's would be: a file that cannot be loaded is not written.
MaybeError CheckLoads(const std::string& folder, const FilePlan& plan) {
  GgufWriter writer;
  for (const auto& [key, value] : plan.keys) writer.Add(key, value);
  const auto bytes = writer.ToBytes();
  if (!bytes) return bytes.error();
  const auto file = GgufFile::Parse(*bytes);
  if (!file) return file.error();
  const auto tokenizer = LoadTokenizer(*file);
  if (tokenizer) return std::nullopt;
  return tokenizer.error().In(folder);
}

}  // namespace

MaybeError AddVocabulary(const std::string& folder, JsonObject& config, int size, FilePlan& plan,
                         std::optional<VocabularyTables> tables) {
  auto files = ReadFiles(folder);
  if (!files) return files.error();
  if (!tables) {
    auto read = ReadTables(folder, *files, size);
    if (!read) return read.error();
    tables = *std::move(read);
  }
  const SpecialTokens special = FindSpecialTokens(config, *tables, *files);
  // vocab.json does not distinguish them from normal tokens.
  for (const auto id : {special.bos, special.eos}) {
    if (!id) continue;
    PieceType& type = tables->types[static_cast<std::size_t>(*id)];
    if (type == PieceType::kNormal) type = PieceType::kControl;
  }
  JsonObject& tokenizer_config = files->tokenizer_config;
  std::optional<bool> adds_space_prefix = tables->adds_space_prefix;
  if (tokenizer_config.Has("add_prefix_space")) {
    adds_space_prefix = tokenizer_config.Bool("add_prefix_space", true);
  }
  auto chat_template = ReadChatTemplate(folder, tokenizer_config);
  if (!chat_template) return chat_template.error();
  if (!tokenizer_config.ok()) return tokenizer_config.error();

  AddTables(*std::move(tables), plan);
  for (const auto& [key, id] : special.ids) plan.Add(key, static_cast<std::uint32_t>(id));
  if (special.adds_bos) plan.Add(keys::kAddBosToken, *special.adds_bos);
  if (special.adds_eos) plan.Add(keys::kAddEosToken, *special.adds_eos);
  if (adds_space_prefix) plan.Add(keys::kAddSpacePrefix, *adds_space_prefix);
  if (!chat_template->empty()) plan.Add(keys::kChatTemplate, *std::move(chat_template));
  return CheckLoads(folder, plan);
}

}  // namespace edgevlm
