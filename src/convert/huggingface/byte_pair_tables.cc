// Tables of byte-pair vocabularies.
#include <filesystem>
#include <sstream>
#include <utility>

#include "convert/huggingface/added_tokens.h"
#include "convert/huggingface/limits.h"
#include "convert/huggingface/merges.h"
#include "convert/huggingface/pre_tokenizer_name.h"
#include "convert/huggingface/vocabulary_tables.h"
#include "gguf/value.h"

namespace edgevlm {
namespace {

using nlohmann::json;

constexpr std::string_view kGpt2 = "gpt2";

Error Corrupt(const std::string& where, const std::string& what) {
  return {ErrorCode::kCorrupt, where + ": " + what};
}

// A merge as GGUF stores it: both parts, separated by a space. Spaces inside are written as in
// byte-level vocabularies, U+0120.
std::string Spelled(const std::string& part) {
  std::string spelled;
  for (const char c : part) {
    if (c == ' ') {
      spelled += "\u0120";
    } else {
      spelled += c;
    }
  }
  return spelled;
}

std::vector<std::string> Joined(const std::vector<Merge>& merges) {
  std::vector<std::string> joined;
  joined.reserve(merges.size());
  for (const auto& [left, right] : merges) joined.push_back(Spelled(left) + " " + Spelled(right));
  return joined;
}

Result<Merge> MergeOf(const json& entry, const std::string& where) {
  if (entry.is_string()) {
    const auto& text = entry.get_ref<const std::string&>();
    const std::size_t blank = text.find(' ');
    if (blank != std::string::npos && text.find(' ', blank + 1) == std::string::npos) {
      return Merge{text.substr(0, blank), text.substr(blank + 1)};
    }
  } else if (entry.is_array() && entry.size() == 2 && entry[0].is_string() &&
             entry[1].is_string()) {
    return Merge{entry[0].get<std::string>(), entry[1].get<std::string>()};
  }
  const std::string found = entry.dump(-1, ' ', true, json::error_handler_t::replace);
  return Corrupt(where, "merges: expected pairs, found " + Printable(found, kMaxQuotedValue));
}

// The pre-tokenizer of a tokenizer class that comes without a tokenizer.json.
constexpr struct {
  std::string_view tokenizer_class;
  std::string_view name;
} kClasses[] = {
    {"GPT2Tokenizer", "gpt-2"}, {"Qwen2Tokenizer", "qwen2"}, {"WhisperTokenizer", "gpt-2"}};

Result<std::string> NameOfClass(const std::string& folder) {
  auto config = JsonObject::ReadIfThere(folder + "/tokenizer_config.json");
  if (!config) return config.error();
  // vocab.json and merges.txt alone are what GPT-2 was published with.
  const std::string found = config->String("tokenizer_class", "GPT2Tokenizer");
  if (!config->ok()) return config->error();
  for (const auto& [tokenizer_class, name] : kClasses) {
    if (tokenizer_class == found) return std::string(name);
  }
  return Error{ErrorCode::kUnsupported,
               config->where() +
                   ": 'tokenizer_class': expected GPT2Tokenizer, Qwen2Tokenizer or "
                   "WhisperTokenizer, or a tokenizer.json, found " +
                   Printable(found, kMaxQuotedValue)};
}

}  // namespace

Result<VocabularyTables> TokensOf(const json& map, int size, const std::string& where) {
  VocabularyTables tables;
  if (!map.is_object()) return Corrupt(where, "vocab: expected an object, found something else");
  const auto count = static_cast<std::size_t>(size);
  tables.tokens.resize(count);
  tables.types.resize(count, PieceType::kUnused);
  for (const auto& [text, id] : map.items()) {
    const std::string token = "vocab: token '" + Printable(text, kMaxQuotedValue) + "': ";
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= count) {
      return Corrupt(where, token + "expected an id below " + std::to_string(size) + ", found " +
                                Printable(id.dump(), kMaxQuotedValue));
    }
    const auto index = id.get<std::size_t>();
    if (tables.types[index] != PieceType::kUnused) {
      return Corrupt(where, token + "expected an id of its own, found " + std::to_string(index));
    }
    // Whisper's vocabulary has a token without a text, which no text can produce.
    if (text.empty()) continue;
    tables.tokens[index] = text;
    tables.types[index] = PieceType::kNormal;
  }
  for (std::size_t id = 0; id < count; ++id) {
    if (tables.types[id] == PieceType::kUnused) tables.tokens[id] = VocabularyTables::Filler(id);
  }
  return tables;
}

Result<VocabularyTables> TokensOf(JsonObject& tokenizer, int size) {
  const json* map = tokenizer.Find("model", "vocab");
  auto tables = TokensOf(map == nullptr ? json() : *map, size, tokenizer.where());
  if (!tables) return tables.error();
  const auto added = ReadAddedTokens(tokenizer);
  if (!added) return added.error();
  AddTokens(*added, *tables);
  return tables;
}

Result<std::vector<Merge>> MergesOf(JsonObject& tokenizer) {
  const json* list = tokenizer.Find("model", "merges");
  if (list == nullptr || !list->is_array()) {
    return Corrupt(tokenizer.where(), "merges: expected pairs, found none");
  }
  std::vector<Merge> merges;
  merges.reserve(list->size());
  for (const json& entry : *list) {
    auto merge = MergeOf(entry, tokenizer.where());
    if (!merge) return merge.error();
    merges.push_back(*std::move(merge));
  }
  return merges;
}

Result<VocabularyTables> BytePairsOf(JsonObject& tokenizer, int size) {
  auto tables = TokensOf(tokenizer, size);
  if (!tables) return tables.error();
  const auto merges = MergesOf(tokenizer);
  if (!merges) return merges.error();
  const json* pre_tokenizer = tokenizer.Find("pre_tokenizer");
  auto name =
      PreTokenizerName(pre_tokenizer == nullptr ? json() : *pre_tokenizer, tokenizer.where());
  if (!name) return name.error();
  tables->model = kGpt2;
  tables->pre_tokenizer = *std::move(name);
  tables->merges = Joined(*merges);
  return tables;
}

Result<VocabularyTables> ReadBytePairs(const std::string& folder, int size) {
  const std::string vocabulary_path = folder + "/vocab.json";
  const auto map = ReadJson(vocabulary_path);
  if (!map) return map.error();
  auto tables = TokensOf(*map, size, vocabulary_path);
  if (!tables) return tables.error();
  const std::string merges_path = folder + "/merges.txt";
  const auto text = ReadText(merges_path, JsonLimits::kFileBytes);
  if (!text) return text.error();
  auto name = NameOfClass(folder);
  if (!name) return name.error();
  tables->model = kGpt2;
  tables->pre_tokenizer = *std::move(name);
  std::istringstream lines(*text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || (number == 1 && line.starts_with("#"))) continue;
    auto merge = MergeOf(json(line), merges_path + ":" + std::to_string(number));
    if (!merge) return merge.error();
    tables->merges.push_back(merge->first + " " + merge->second);
  }
  return tables;
}

}  // namespace edgevlm
