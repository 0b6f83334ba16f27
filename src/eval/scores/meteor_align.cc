#include "eval/scores/meteor_align.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace edgevlm {
namespace {

constexpr std::size_t kBeam = 40;
constexpr int kNone = -1;

struct WordMatch {
  int word = kNone;  // of the candidate; kNone: the reference's word stays unmatched
  bool exact = false;
};

// The possible matches of each word of the reference: exact ones first, each kind from the left.
std::vector<std::vector<WordMatch>> PossibleMatches(const NumberedText& candidate,
                                                    const NumberedText& reference) {
  std::vector<std::vector<WordMatch>> matches(reference.words.size());
  const bool equal = candidate.words == reference.words;
  for (std::size_t j = 0; j < matches.size(); ++j) {
    for (const bool exact : {true, false}) {
      if (!exact && equal) continue;
      for (std::size_t i = 0; i < candidate.words.size(); ++i) {
        const bool same_word = candidate.words[i] == reference.words[j];
        const bool same_stem = candidate.stems[i] == reference.stems[j];
        if (exact ? same_word : same_stem && !same_word) {
          matches[j].push_back({static_cast<int>(i), exact});
        }
      }
    }
  }
  return matches;
}

// What ranks partial alignments.
struct Rank {
  int exact = 0;
  int chunks = 0;
  std::int64_t distance = 0;

  bool IsBefore(const Rank& other) const {
    return std::tuple(-exact, chunks, distance) <
           std::tuple(-other.exact, other.chunks, other.distance);
  }
};

struct Path {
  Rank rank;
  int next = kNone;        // the candidate's word after the last match; kNone: no open chunk
  std::vector<bool> used;  // words of the candidate
};

// How a path goes on at one word of the reference.
struct Successor {
  Rank rank;
  int next = kNone;
  std::size_t parent = 0;
  WordMatch match;
};

class BeamSearch {
 public:
  BeamSearch(std::vector<std::vector<WordMatch>> matches, std::size_t candidate_words)
      : matches_(std::move(matches)), fixed_(matches_.size()) {
    Path start;
    start.used.resize(candidate_words);
    std::vector<int> pairs(candidate_words);  // of each word of the candidate
    for (const auto& options : matches_) {
      for (const WordMatch& match : options) ++pairs[static_cast<std::size_t>(match.word)];
    }
    for (std::size_t j = 0; j < matches_.size(); ++j) {
      if (matches_[j].size() != 1) continue;
      const auto word = static_cast<std::size_t>(matches_[j][0].word);
      fixed_[j] = pairs[word] == 1;
      if (fixed_[j]) start.used[word] = true;
    }
    paths_.push_back(std::move(start));
  }

  // The best match of each word of the reference.
  std::vector<WordMatch> Run() {
    for (std::size_t j = 0; j < matches_.size(); ++j) {
      successors_.clear();
      for (std::size_t parent = 0; parent < paths_.size(); ++parent) Extend(parent, j);
      KeepBest();
    }
    for (Path& path : paths_) path.rank.chunks += path.next != kNone ? 1 : 0;
    const auto best = std::ranges::min_element(
        paths_, [](const Path& a, const Path& b) { return a.rank.IsBefore(b.rank); });
    auto index = static_cast<std::size_t>(best - paths_.begin());
    std::vector<WordMatch> alignment(matches_.size());
    for (std::size_t j = matches_.size(); j-- > 0;) {
      alignment[j] = history_[j][index].second;
      index = history_[j][index].first;
    }
    return alignment;
  }

 private:
  static Successor After(const Path& path, std::size_t parent, const WordMatch& match) {
    Successor next{path.rank, match.word + 1, parent, match};
    next.rank.exact += match.exact ? 1 : 0;
    if (path.next != kNone && match.word != path.next) ++next.rank.chunks;
    return next;
  }

  void Extend(std::size_t parent, std::size_t j) {
    Path& path = paths_[parent];
    if (fixed_[j]) {
      Successor next = After(path, parent, matches_[j][0]);
      next.rank.distance += Distance(matches_[j][0], j);
      successors_.push_back(next);
      return;
    }
    // Of matches of one kind that do not continue a chunk, an earlier one ranks before a later one:
    // more than a beam of them cannot survive.
    std::array<std::size_t, 2> kept = {};
    for (const WordMatch& match : matches_[j]) {
      if (path.used[static_cast<std::size_t>(match.word)]) continue;
      if (match.word == path.next || kept[match.exact ? 0 : 1]++ < kBeam) {
        successors_.push_back(After(path, parent, match));
      }
      path.rank.distance += Distance(match, j);
    }
    Successor skip{path.rank, kNone, parent, {}};
    skip.rank.chunks += path.next != kNone ? 1 : 0;
    successors_.push_back(skip);
  }

  static std::int64_t Distance(const WordMatch& match, std::size_t j) {
    return std::abs(static_cast<std::int64_t>(j) - match.word);
  }

  void KeepBest() {
    std::ranges::stable_sort(successors_, [](const Successor& a, const Successor& b) {
      return a.rank.IsBefore(b.rank);
    });
    if (successors_.size() > kBeam) successors_.resize(kBeam);
    std::vector<Path> kept;
    history_.emplace_back();
    for (const Successor& successor : successors_) {
      Path path{successor.rank, successor.next, paths_[successor.parent].used};
      if (successor.match.word != kNone) {
        path.used[static_cast<std::size_t>(successor.match.word)] = true;
      }
      history_.back().emplace_back(successor.parent, successor.match);
      kept.push_back(std::move(path));
    }
    paths_ = std::move(kept);
  }

  std::vector<std::vector<WordMatch>> matches_;
  std::vector<bool> fixed_;  // by word of the reference: its only match is always taken
  std::vector<Path> paths_;
  std::vector<Successor> successors_;
  std::vector<std::vector<std::pair<std::size_t, WordMatch>>> history_;  // parent, match; per word
};

}  // namespace

WordAlignment AlignWords(const NumberedText& candidate, const NumberedText& reference) {
  BeamSearch search(PossibleMatches(candidate, reference), candidate.words.size());
  WordAlignment result;
  int next = kNone;
  for (const WordMatch& match : search.Run()) {
    if (match.word == kNone) {
      next = kNone;
      continue;
    }
    (match.exact ? result.exact : result.stems) += 1;
    if (match.word != next) ++result.chunks;
    next = match.word + 1;
  }
  return result;
}

}  // namespace edgevlm
