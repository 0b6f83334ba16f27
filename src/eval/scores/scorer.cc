#include "eval/scores/scorer.h"

#include <algorithm>
#include <array>

#include "eval/scores/all.h"
#include "eval/scores/text.h"

namespace edgevlm {
namespace {

constexpr std::array kScorerKinds = {&kVqaScorer, &kExactScorer, &kChoiceScorer, &kPopeScorer,
                                     &kCaptionScorer};

// "vqa:official, vqa:lmms-eval, ..."
std::string ScorerNames() {
  std::string names;
  for (const ScorerKind* kind : kScorerKinds) {
    for (const std::string_view rule : kind->rules) {
      names += (names.empty() ? "" : ", ") + std::string(kind->name) + ":" + std::string(rule);
    }
  }
  return names;
}

}  // namespace

std::span<const ScorerKind* const> ScorerKinds() { return kScorerKinds; }

Result<std::unique_ptr<Scorer>> MakeScorer(std::string_view name) {
  const std::size_t colon = name.find(':');
  const auto kind = std::ranges::find(kScorerKinds, name.substr(0, colon), &ScorerKind::name);
  if (kind != kScorerKinds.end()) {
    const auto& rules = (*kind)->rules;
    const std::string_view rule =
        colon == std::string_view::npos ? rules.front() : name.substr(colon + 1);
    if (std::ranges::count(rules, rule) != 0) return (*kind)->make(rule);
  }
  return Error{ErrorCode::kInvalid,
               "score: expected one of " + ScorerNames() + ", found " + QuotedReply(name)};
}

}  // namespace edgevlm
