// The kinds of scores, for the table in scorer.cc.
#pragma once

#include "eval/scores/scorer.h"

namespace edgevlm {

extern const ScorerKind kVqaScorer;      // vqa_accuracy.cc
extern const ScorerKind kExactScorer;    // exact_match.cc
extern const ScorerKind kChoiceScorer;   // multiple_choice.cc
extern const ScorerKind kPopeScorer;     // pope.cc
extern const ScorerKind kCaptionScorer;  // caption_scorer.cc

}  // namespace edgevlm
