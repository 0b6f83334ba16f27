// Tables of SentencePiece vocabularies.
#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "base/mapped_file.h"
#include "convert/huggingface/merges.h"
#include "convert/huggingface/sentence_piece_model.h"
#include "convert/huggingface/vocabulary_tables.h"

namespace edgevlm {
namespace {

constexpr std::string_view kLlamaPieces = "llama";
constexpr std::string_view kPreTokenizer = "default";
constexpr float kFillerScore = -10000.0f;

bool IsByteName(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEFabcdef";
  return text.size() == 6 && text.starts_with("<0x") && text.ends_with(">") &&
         kHex.find(text[3]) != std::string_view::npos &&
         kHex.find(text[4]) != std::string_view::npos;
}

// Whether a step of tokenizer.json, or one of a sequence, prepends a space to the text.
bool PrependsBlank(const nlohmann::json* value) {
  if (value == nullptr || !value->is_object()) return false;
  JsonObject step(*value, "");
  for (const char* list : {"normalizers", "pretokenizers"}) {
    const nlohmann::json* steps = step.Find(list);
    if (steps != nullptr && steps->is_array()) {
      return std::ranges::any_of(*steps, [](const auto& each) { return PrependsBlank(&each); });
    }
  }
  const std::string type = step.String("type", "");
  return type == "Prepend" ||
         (type == "Metaspace" && step.String("prepend_scheme", "always") != "never");
}

}  // namespace

void VocabularyTables::PadTo(std::size_t size) {
  for (std::size_t id = tokens.size(); id < size; ++id) {
    tokens.push_back(Filler(id));
    types.push_back(PieceType::kUnused);
    scores.push_back(kFillerScore);
  }
}

Result<VocabularyTables> ReadPieces(const std::string& path, int size) {
  const auto file = MappedFile::Open(path);
  if (!file) return file.error();
  auto model = ParseSentencePieceModel(file->bytes());
  if (!model) return model.error().In(path);
  VocabularyTables tables = {.model = std::string(kLlamaPieces),
                             .pre_tokenizer = std::string(kPreTokenizer)};
  const std::size_t count = std::min(model->pieces.size(), static_cast<std::size_t>(size));
  for (std::size_t id = 0; id < count; ++id) {
    SentencePiece& piece = model->pieces[id];
    tables.tokens.push_back(std::move(piece.text));
    tables.types.push_back(static_cast<PieceType>(piece.type));
    tables.scores.push_back(piece.score);
  }
  tables.unknown = model->unknown;
  tables.bos = model->bos;
  tables.eos = model->eos;
  if (!model->adds_space_prefix) tables.adds_space_prefix = false;
  tables.PadTo(static_cast<std::size_t>(size));
  return tables;
}

Result<VocabularyTables> PiecesOf(JsonObject& tokenizer, int size) {
  auto tables = TokensOf(tokenizer, size);
  if (!tables) return tables.error();
  auto merges = MergesOf(tokenizer);
  if (!merges) return merges.error();
  tables->model = kLlamaPieces;
  tables->pre_tokenizer = kPreTokenizer;
  tables->adds_space_prefix =
      PrependsBlank(tokenizer.Find("normalizer")) || PrependsBlank(tokenizer.Find("pre_tokenizer"));
  std::unordered_map<std::string, float> scores;
  for (std::size_t rank = 0; rank < merges->size(); ++rank) {
    const auto& [left, right] = (*merges)[rank];
    scores.emplace(left + right, -static_cast<float>(rank));
  }
  // Single characters come last: no merge produces them, so their order does not matter.
  const auto last = -static_cast<float>(merges->size());
  for (std::size_t id = 0; id < tables->tokens.size(); ++id) {
    const std::string& text = tables->tokens[id];
    if (tables->types[id] == PieceType::kNormal && IsByteName(text)) {
      tables->types[id] = PieceType::kByte;
    }
    const auto found = scores.find(text);
    const bool is_piece = tables->types[id] == PieceType::kNormal;
    tables->scores.push_back(!is_piece ? 0.0f : found == scores.end() ? last : found->second);
  }
  return tables;
}

}  // namespace edgevlm
