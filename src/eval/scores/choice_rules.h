// Which option a reply to a multiple-choice question chooses, by the rules of the tools that
// publish scores. They disagree on many replies that are not just a letter, so results name the
// rule.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace edgevlm {

inline constexpr std::size_t kMostChoices = 26;

struct ChoiceRule {
  std::string_view name;
  // 'A' for the first option, ...; '\0' if the reply has no letter. choices: the options' texts, 1
  // to kMostChoices. Cost: O(reply bytes * choices).
  char (*letter)(std::string_view reply, std::span<const std::string> choices);
};

// videomme            the script of Video-MME (Fu et al. 2024): phrases such as "The answer is" are
//                     removed, then the first capital that is an option counts, inside words too;
//                     with its two missing commas "Best answer: A" gives B
// videomme-2024-06    the script as it was in June 2024, with fewer phrases
// lmms-eval           candidates ranked by form (at the start, at the end, after a phrase, "(A)",
//                     "A.", "A:", "A)", "A "); within a form the last one counts (mcq_extract.py of
//                     2026-08)
// vlmevalkit          VLMEvalKit's can_infer: the only letter that is a word, near the end of the
//                     reply; else after "answer is"; else the only option whose text the reply has
// scienceqa           LLaVA's rule for ScienceQA: the letter, "A. ...", or "The answer is A."
// scienceqa-lmms-eval the whole reply is the letter, or it starts with the capital and a stop
// The first one is the default.
std::span<const ChoiceRule> ChoiceRules();

// REQUIRES: name is one of them.
const ChoiceRule& FindChoiceRule(std::string_view name);

// A choice without the label that some data sets put before it: "B. a cat" is "a cat" as the
// second.
std::string_view ChoiceText(std::string_view choice, char letter);

}  // namespace edgevlm
