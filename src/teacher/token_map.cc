#include "teacher/token_map.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "tensor/half.h"

namespace edgevlm {
namespace {

// Byte positions of the boundaries before each token and after the last one, not counting a space
// at the start of the reply.
std::vector<std::size_t> Boundaries(std::span<const std::string_view> tokens) {
  std::size_t skipped = !tokens.empty() && tokens.front().starts_with(' ') ? 1 : 0;
  std::vector<std::size_t> boundaries = {0};
  std::size_t end = 0;
  for (const std::string_view token : tokens) {
    end += token.size();
    boundaries.push_back(end - std::min(end, skipped));
  }
  return boundaries;
}

}  // namespace

void MappedShare::Add(const MappedShare& more) {
  same += more.same;
  first += more.first;
  other += more.other;
}

TokenMap::TokenMap(const TeacherTokens& teacher, const Tokenizer& student)
    : student_(student), teacher_(teacher) {
  const Target end = {student.ends().empty() ? -1 : student.ends().front(), true};
  for (const std::string& bytes : teacher.bytes) {
    targets_.push_back(TargetOf(bytes));
    const bool has_space = bytes.starts_with(' ');
    start_targets_.push_back(has_space || bytes.empty() ? targets_.back() : TargetOf(" " + bytes));
  }
  for (const std::int32_t id : teacher.ends) {
    targets_[static_cast<std::size_t>(id)] = end;
    start_targets_[static_cast<std::size_t>(id)] = end;
  }
}

TokenMap::Target TokenMap::TargetOf(const std::string& bytes) const {
  if (bytes.empty()) return {};
  const std::vector<int> ids = student_.Encode(bytes);
  if (ids.empty()) return {};
  return {ids.front(), ids.size() == 1};
}

MappedTokens TokenMap::Map(const TopTokens& next, int row, bool at_start) const {
  const std::vector<Target>& targets = at_start ? start_targets_ : targets_;
  std::map<std::int32_t, double> sums;
  MappedTokens mapped;
  const auto first = static_cast<std::size_t>(row) * static_cast<std::size_t>(next.count);
  for (std::size_t i = first; i < first + static_cast<std::size_t>(next.count); ++i) {
    const double probability = std::exp(HalfToFloat(next.log_probabilities[i]));
    const Target target = targets[static_cast<std::size_t>(next.ids[i])];
    if (target.id < 0) {
      mapped.share.other += probability;
      continue;
    }
    (target.is_same ? mapped.share.same : mapped.share.first) += probability;
    sums[target.id] += probability;
  }
  mapped.share.other += HalfToFloat(next.rest[static_cast<std::size_t>(row)]);
  for (const auto& [id, probability] : sums) {
    mapped.tokens.emplace_back(id, static_cast<float>(probability));
  }
  std::ranges::stable_sort(mapped.tokens, std::greater(), &std::pair<std::int32_t, float>::second);
  return mapped;
}

std::vector<int> TokenMap::Align(std::span<const std::int32_t> teacher,
                                 std::span<const int> student) const {
  std::vector<std::string_view> teacher_bytes, student_bytes;
  for (const std::int32_t id : teacher) {
    teacher_bytes.push_back(teacher_.bytes[static_cast<std::size_t>(id)]);
  }
  for (const int id : student) student_bytes.push_back(student_.Bytes(id));
  const std::vector<std::size_t> theirs = Boundaries(teacher_bytes);
  const std::vector<std::size_t> ours = Boundaries(student_bytes);
  std::vector<int> rows;
  std::size_t row = 0;
  for (const std::size_t boundary : ours) {
    while (row + 1 < theirs.size() && theirs[row + 1] <= boundary) ++row;
    rows.push_back(theirs[row] == boundary ? static_cast<int>(row) : -1);
  }
  // The end of the reply is only the same if both spell the same text.
  if (theirs.back() != ours.back()) rows.back() = -1;
  return rows;
}

}  // namespace edgevlm
