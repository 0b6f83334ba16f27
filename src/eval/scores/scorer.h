// Scorer: scores replies to the rows of a data set one by one, and the set at the end.
//
//   auto scorer = MakeScorer("choice:videomme");
//   auto row = (*scorer)->Add({.answers = answers, .choices = choices, .reply = reply});
//   auto set = (*scorer)->Finish();
//
// A score is named KIND or KIND:RULE, because the tools that define the scores of papers read the
// same reply in different ways. To add one, see ScorerKind.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "eval/scores/statistics.h"

namespace edgevlm {

// Of a data set, with the reply. Nothing is kept after Add, unless a scorer says so.
struct ScoredRow {
  // The accepted answers; the references of a caption.
  std::span<const std::string> answers = {};
  // The texts of the options A, B, ...; empty: no options.
  std::span<const std::string> choices = {};
  std::string_view reply = {};  // any bytes
  // The path of the image or video: rows of one are correlated. Empty: of its own.
  std::string_view cluster = {};
};

struct RowScore {
  double value = 0;     // in [0, 1]
  std::string read_as;  // what the rule made of the reply, such as "B"; empty: nothing
};

// A figure of the whole set.
struct SetScore {
  std::string name;  // "accuracy"
  double value = 0;
  std::optional<Interval> interval;  // of 95 %; none for sums and for figures without one
};

struct ScoredSet {
  std::string kind;  // "choice"
  std::string rule;  // whose rule: "lmms-eval"
  std::int64_t rows = 0;
  std::vector<SetScore> scores;  // the headline first
};

// Threads: one at a time.
class Scorer {
 public:
  virtual ~Scorer() = default;

  // Errors: kInvalid, kTooLarge: the row has no answer that this score can use (a label that is
  // neither yes nor no, too few answers). The message starts with the kind. Such a row is not
  // counted. A reply is never an error.
  virtual Result<RowScore> Add(const ScoredRow& row) = 0;

  // The scores of all rows so far. Errors: kInvalid without rows.
  virtual Result<ScoredSet> Finish() const = 0;
};

// A kind of score. To add one, write a file that defines its ScorerKind (exact_match.cc is the
// shortest), declare it in all.h, and add one line to the table in scorer.cc.
struct ScorerKind {
  std::string_view name;
  std::string_view about;                                  // one line for --help
  std::span<const std::string_view> rules;                 // the first one is the default
  std::unique_ptr<Scorer> (*make)(std::string_view rule);  // rule: one of `rules`
};

std::span<const ScorerKind* const> ScorerKinds();

// name: "vqa" or "vqa:lmms-eval". Errors: kInvalid, lists the names.
Result<std::unique_ptr<Scorer>> MakeScorer(std::string_view name);

}  // namespace edgevlm
