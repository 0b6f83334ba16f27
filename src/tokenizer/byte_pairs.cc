#include "tokenizer/byte_pairs.h"

#include <algorithm>
#include <optional>

#include "tokenizer/byte_spelling.h"
#include "tokenizer/pair_merge.h"

namespace edgevlm {
namespace {

std::uint64_t PairKey(int left, int right) {
  return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint32_t>(right);
}

bool IsText(TokenType type) {
  return type == TokenType::kNormal || type == TokenType::kUndefined ||
         type == TokenType::kUserDefined;
}

}  // namespace

Result<std::unique_ptr<const TextEncoder>> BytePairs::Create(
    const Vocabulary& vocabulary, std::span<const TokenType> types,
    const std::unordered_map<std::string_view, int>& id_of) {
  auto pairs = std::unique_ptr<BytePairs>(new BytePairs);
  pairs->pre_tokenizer_ = FindPreTokenizer(vocabulary.pre_tokenizer);
  if (pairs->pre_tokenizer_ == nullptr) {
    return Error{ErrorCode::kUnsupported, "tokenizer: pre-tokenizer: expected " +
                                              PreTokenizerNames() + ", found " +
                                              Quoted(vocabulary.pre_tokenizer)};
  }
  pairs->unknown_ = vocabulary.unknown.value_or(-1);
  if (auto error = pairs->ReadBytes(vocabulary, types)) return *error;
  if (auto error = pairs->ReadMerges(vocabulary, types, id_of)) return *error;
  return std::unique_ptr<const TextEncoder>(std::move(pairs));
}

MaybeError BytePairs::ReadBytes(const Vocabulary& vocabulary, std::span<const TokenType> types) {
  byte_ids_.fill(-1);
  if (pre_tokenizer_->ignores_merges) words_.reserve(types.size());
  for (std::size_t id = 0; id < types.size(); ++id) {
    if (types[id] != TokenType::kNormal && types[id] != TokenType::kUndefined) continue;
    std::optional<std::string> bytes = UnspellBytes(vocabulary.tokens[id]);
    if (!bytes || bytes->empty()) {
      return CorruptVocabulary(
          "token " + std::to_string(id),
          "expected bytes in GPT-2's spelling, found " + Quoted(vocabulary.tokens[id]));
    }
    if (bytes->size() == 1) {
      byte_ids_[static_cast<unsigned char>((*bytes)[0])] = static_cast<int>(id);
    }
    if (pre_tokenizer_->ignores_merges) words_.emplace(*std::move(bytes), static_cast<int>(id));
  }
  if (std::all_of(byte_ids_.begin(), byte_ids_.end(), [](int id) { return id < 0; })) {
    return CorruptVocabulary("vocabulary", "expected tokens for bytes, found none");
  }
  return std::nullopt;
}

MaybeError BytePairs::ReadMerges(const Vocabulary& vocabulary, std::span<const TokenType> types,
                                 const std::unordered_map<std::string_view, int>& id_of) {
  merges_.reserve(vocabulary.merges.size());
  std::string joined;
  for (std::size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
    const std::string_view merge = vocabulary.merges[rank];
    const std::size_t space = merge.find(' ');
    const std::string_view left = merge.substr(0, space);
    const std::string_view right =
        space == std::string_view::npos ? std::string_view() : merge.substr(space + 1);
    joined.assign(left).append(right);
    const auto left_id = id_of.find(left);
    const auto right_id = id_of.find(right);
    const auto joined_id = id_of.find(joined);
    if (left_id == id_of.end() || right_id == id_of.end() || joined_id == id_of.end()) {
      return CorruptVocabulary("merge " + std::to_string(rank),
                               "expected two tokens that join to a third, found " + Quoted(merge));
    }
    if (!IsText(types[static_cast<std::size_t>(joined_id->second)])) {
      return CorruptVocabulary("merge " + std::to_string(rank),
                               "expected a token of text, found control token " + Quoted(joined));
    }
    merges_.emplace(PairKey(left_id->second, right_id->second),
                    Merge{static_cast<int>(rank), joined_id->second});
  }
  return std::nullopt;
}

void BytePairs::EncodeWord(std::string_view word, std::vector<int>& ids) const {
  if (pre_tokenizer_->ignores_merges) {
    const auto found = words_.find(word);
    if (found != words_.end()) {
      ids.push_back(found->second);
      return;
    }
  }
  std::vector<Piece> pieces;
  pieces.reserve(word.size());
  for (const char byte : word) AppendPiece(pieces, byte_ids_[static_cast<unsigned char>(byte)], 1);
  MergePairs(pieces, [this](const Piece& left, const Piece& right) -> std::optional<PairMerge> {
    if (left.id < 0 || right.id < 0) return std::nullopt;
    const auto found = merges_.find(PairKey(left.id, right.id));
    if (found == merges_.end()) return std::nullopt;
    return PairMerge{-static_cast<double>(found->second.rank), found->second.merged};
  });
  for (const Piece& piece : pieces) {
    if (piece.length == 0) continue;
    const int id = piece.id < 0 ? unknown_ : piece.id;
    if (id >= 0) ids.push_back(id);
  }
}

void BytePairs::Encode(std::string_view text, bool /*at_start*/, std::vector<int>& ids) const {
  for (const std::string_view word : pre_tokenizer_->split(text)) EncodeWord(word, ids);
}

}  // namespace edgevlm
