// TokenMap: lets a student learn from a teacher with another tokenizer.
//
// Both tokenizers cut the same reply into tokens. Wherever both have a boundary at the same byte,
// the teacher's distribution of the next token says something about the student's: a teacher's
// token stands for the student's token with the same bytes, or else for the first of those into
// which the student's tokenizer cuts it. What maps to none is the probability of "other".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "teacher/record.h"
#include "teacher/teacher_tokens.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

// How much of the teacher's probability could be mapped, summed over positions.
struct MappedShare {
  double same = 0;   // to tokens with the same bytes
  double first = 0;  // to the first of several
  double other = 0;  // not mapped; what was not among the top K included

  double total() const { return same + first + other; }
  void Add(const MappedShare& more);
};

// The student's next tokens according to the teacher, at one position.
struct MappedTokens {
  std::vector<std::pair<std::int32_t, float>> tokens;  // id, probability: the most likely first
  MappedShare share;
};

// Threads: const methods from any thread.
class TokenMap {
 public:
  // student_ends: the tokens that end the student's replies; the first stands for the teacher's.
  // Cost: tokenizes every token of the teacher, some 100 ms for 10^5.
  // The tokenizer must outlive it.
  TokenMap(const TeacherTokens& teacher, const Tokenizer& student);

  // next: row `row` of TeacherText::next. at_start: the reply begins here; students' replies begin
  // with a space, whether the teacher's do or not.
  MappedTokens Map(const TopTokens& next, int row, bool at_start) const;

  // For each of the student's tokens and the end behind them, the row of the teacher's whose
  // distribution is that of this token: both have a boundary there. -1: none.
  //   teacher, student  tokens of one reply
  std::vector<int> Align(std::span<const std::int32_t> teacher, std::span<const int> student) const;

 private:
  struct Target {
    std::int32_t id = -1;
    bool is_same = false;  // else the first of several
  };

  Target TargetOf(const std::string& bytes) const;

  const Tokenizer& student_;
  TeacherTokens teacher_;
  std::vector<Target> targets_;        // of each of the teacher's tokens
  std::vector<Target> start_targets_;  // where a reply begins
};

}  // namespace edgevlm
