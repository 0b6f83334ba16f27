// The merge loop that BytePairs and SentencePieces share: joins adjacent pieces of a text, the best
// pair first.
#pragma once

#include <cstddef>
#include <optional>
#include <queue>
#include <vector>

namespace edgevlm {

// A piece of a text, in a doubly linked list.
struct Piece {
  int id = -1;             // the token; -1 if the piece is not a token
  std::size_t begin = 0;   // bytes into the text
  std::size_t length = 0;  // in bytes; 0 once merged into the piece before it
  std::ptrdiff_t before = -1;
  std::ptrdiff_t after = -1;  // index of the next piece; -1 at the end
};

// A possible merge of two adjacent pieces.
struct PairMerge {
  double priority = 0;  // the highest first; ties go to the leftmost
  int id = -1;
};

// Appends a piece to the list.
inline void AppendPiece(std::vector<Piece>& pieces, int id, std::size_t length) {
  const auto at = static_cast<std::ptrdiff_t>(pieces.size());
  const std::size_t begin = pieces.empty() ? 0 : pieces.back().begin + pieces.back().length;
  if (!pieces.empty()) pieces.back().after = at;
  pieces.push_back({.id = id, .begin = begin, .length = length, .before = at - 1});
}

// Merges until no two adjacent pieces can be merged. find(const Piece& left, const Piece& right)
// returns std::optional<PairMerge>. Pieces that were merged into another stay in the list with
// length 0. O(n log n) time and O(n) calls of find for n pieces.
template <class Find>
void MergePairs(std::vector<Piece>& pieces, const Find& find) {
  struct Candidate {
    PairMerge merge;
    std::ptrdiff_t left;
    std::ptrdiff_t right;
    std::size_t length;  // of both together; if it changed, the candidate is stale

    bool operator<(const Candidate& other) const {
      return merge.priority != other.merge.priority ? merge.priority < other.merge.priority
                                                    : left > other.left;
    }
  };
  const auto piece = [&](std::ptrdiff_t at) -> Piece& {
    return pieces[static_cast<std::size_t>(at)];
  };
  std::priority_queue<Candidate> candidates;
  const auto consider = [&](std::ptrdiff_t left) {
    if (left < 0 || piece(left).after < 0) return;
    const std::ptrdiff_t right = piece(left).after;
    const std::optional<PairMerge> merge = find(piece(left), piece(right));
    if (!merge) return;
    candidates.push({*merge, left, right, piece(left).length + piece(right).length});
  };
  for (std::size_t at = 0; at < pieces.size(); ++at) consider(static_cast<std::ptrdiff_t>(at));
  while (!candidates.empty()) {
    const Candidate best = candidates.top();
    candidates.pop();
    Piece& left = piece(best.left);
    Piece& right = piece(best.right);
    if (left.length == 0 || right.length == 0) continue;
    if (left.length + right.length != best.length) continue;
    left.id = best.merge.id;
    left.length = best.length;
    left.after = right.after;
    right.length = 0;
    if (left.after >= 0) piece(left.after).before = best.left;
    consider(left.before);
    consider(best.left);
  }
}

}  // namespace edgevlm
