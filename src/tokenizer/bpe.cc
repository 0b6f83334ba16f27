#include "tokenizer/bpe.h"

#include <queue>

#include "tokenizer/byte_spelling.h"
#include "tokenizer/words.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMaxEntries = std::size_t{1} << 22;

std::uint64_t PairKey(int left, int right) {
  return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint32_t>(right);
}

Error Corrupt(const std::string& where, const std::string& found) {
  return {ErrorCode::kCorrupt, "tokenizer: " + where + ": " + found};
}

// One piece of a word: a token, linked to its neighbours. A merged-away piece has the id -1.
struct Piece {
  int id;
  std::ptrdiff_t before;
  std::ptrdiff_t after;
};

// A pair that may be merged. Out of date once either piece has changed.
struct Candidate {
  int rank;
  int merged;
  int left_id;
  int right_id;
  std::ptrdiff_t left;

  // For a queue that gives the lowest rank first, and the leftmost pair of equal ones.
  friend bool operator<(const Candidate& a, const Candidate& b) {
    return a.rank != b.rank ? a.rank > b.rank : a.left > b.left;
  }
};

}  // namespace

Result<Tokenizer> Tokenizer::Create(const Vocabulary& vocabulary) {
  if (vocabulary.tokens.size() > kMaxEntries || vocabulary.merges.size() > kMaxEntries) {
    return Error{ErrorCode::kTooLarge, "tokenizer: vocabulary: expected at most " +
                                           std::to_string(kMaxEntries) + " tokens and merges"};
  }
  std::unordered_map<std::string_view, int> id_of;
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    if (!id_of.emplace(vocabulary.tokens[id], static_cast<int>(id)).second) {
      return Corrupt("token " + std::to_string(id),
                     "expected a new token, found '" + vocabulary.tokens[id] + "' again");
    }
  }
  Tokenizer tokenizer;
  for (const std::string& name : vocabulary.specials) {
    const auto found = id_of.find(name);
    if (found == id_of.end()) return Corrupt("special '" + name + "'", "expected a token");
    tokenizer.specials_[name] = found->second;
  }
  if (auto error = tokenizer.ReadTokens(vocabulary)) return *error;
  if (auto error = tokenizer.ReadMerges(vocabulary, id_of)) return *error;
  return tokenizer;
}

MaybeError Tokenizer::ReadTokens(const Vocabulary& vocabulary) {
  byte_ids_.fill(-1);
  bytes_.resize(vocabulary.tokens.size());
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const std::string& token = vocabulary.tokens[id];
    if (specials_.contains(token)) continue;
    std::optional<std::string> bytes = UnspellBytes(token);
    if (!bytes || bytes->empty()) {
      return Corrupt("token " + std::to_string(id),
                     "expected bytes in GPT-2's spelling, found '" + token + "'");
    }
    if (bytes->size() == 1) {
      byte_ids_[static_cast<unsigned char>((*bytes)[0])] = static_cast<int>(id);
    }
    bytes_[id] = std::move(*bytes);
  }
  for (std::size_t byte = 0; byte < byte_ids_.size(); ++byte) {
    if (byte_ids_[byte] < 0) {
      return Corrupt("vocabulary",
                     "expected a token for every byte, found none for " + std::to_string(byte));
    }
  }
  return std::nullopt;
}

MaybeError Tokenizer::ReadMerges(const Vocabulary& vocabulary,
                                 const std::unordered_map<std::string_view, int>& id_of) {
  merges_.reserve(vocabulary.merges.size());
  for (std::size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
    const std::string_view merge = vocabulary.merges[rank];
    const std::size_t blank = merge.find(' ');
    const std::string_view left = merge.substr(0, blank);
    const std::string_view right =
        blank == std::string_view::npos ? std::string_view() : merge.substr(blank + 1);
    const std::string joined = std::string(left) + std::string(right);
    const auto left_id = id_of.find(left);
    const auto right_id = id_of.find(right);
    const auto joined_id = id_of.find(joined);
    if (left_id == id_of.end() || right_id == id_of.end() || joined_id == id_of.end()) {
      return Corrupt(
          "merge " + std::to_string(rank),
          "expected two tokens that join to a third, found '" + std::string(merge) + "'");
    }
    merges_.emplace(PairKey(left_id->second, right_id->second),
                    Merge{static_cast<int>(rank), joined_id->second});
  }
  return std::nullopt;
}

const Tokenizer::Merge* Tokenizer::FindMerge(int left, int right) const {
  const auto found = merges_.find(PairKey(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

void Tokenizer::EncodeWord(std::string_view word, std::vector<int>& ids) const {
  std::vector<Piece> pieces;
  pieces.reserve(word.size());
  for (const char byte : word) {
    const auto at = static_cast<std::ptrdiff_t>(pieces.size());
    pieces.push_back({byte_ids_[static_cast<unsigned char>(byte)], at - 1, at + 1});
  }
  const auto end = static_cast<std::ptrdiff_t>(pieces.size());
  const auto piece = [&](std::ptrdiff_t at) -> Piece& {
    return pieces[static_cast<std::size_t>(at)];
  };
  std::priority_queue<Candidate> candidates;
  const auto consider = [&](std::ptrdiff_t left) {
    if (left < 0 || piece(left).after == end) return;
    const int left_id = piece(left).id;
    const int right_id = piece(piece(left).after).id;
    const Merge* merge = FindMerge(left_id, right_id);
    if (merge) candidates.push({merge->rank, merge->merged, left_id, right_id, left});
  };
  for (std::ptrdiff_t at = 0; at < end; ++at) consider(at);
  while (!candidates.empty()) {
    const Candidate best = candidates.top();
    candidates.pop();
    Piece& left = piece(best.left);
    if (left.id != best.left_id || left.after == end) continue;
    Piece& right = piece(left.after);
    if (right.id != best.right_id) continue;
    left.id = best.merged;
    right.id = -1;
    left.after = right.after;
    if (left.after != end) piece(left.after).before = best.left;
    consider(left.before);
    consider(best.left);
  }
  for (const Piece& left : pieces) {
    if (left.id >= 0) ids.push_back(left.id);
  }
}

std::vector<int> Tokenizer::Encode(std::string_view text) const {
  std::vector<int> ids;
  for (const std::string_view word : SplitWords(text)) EncodeWord(word, ids);
  return ids;
}

std::string_view Tokenizer::Bytes(int id) const {
  if (id < 0 || id >= size()) return {};
  return bytes_[static_cast<std::size_t>(id)];
}

std::string Tokenizer::Decode(std::span<const int> ids) const {
  std::string text;
  for (const int id : ids) text += Bytes(id);
  return text;
}

std::optional<int> Tokenizer::Special(std::string_view name) const {
  const auto found = specials_.find(name);
  if (found == specials_.end()) return std::nullopt;
  return found->second;
}

}  // namespace edgevlm
