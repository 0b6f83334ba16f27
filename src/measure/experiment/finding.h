// Finding: what an experiment found, in one sentence with its numbers, next to what was claimed.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "measure/experiment/spec.h"
#include "measure/experiment/summary.h"

namespace edgevlm {

struct Finding {
  enum class Verdict {
    kHolds,
    kPartly,  // in some conditions
    kFails,
    kNone,  // nothing to compare with, or not measured
  };
  std::string text;
  Verdict verdict = Verdict::kNone;
};

// "holds", "holds in part", "does not hold", "not compared".
std::string_view VerdictName(Finding::Verdict verdict);

// Adding a judge means one function and one line in the table of finding.cc.
struct Judge {
  std::string_view name;
  std::string_view help;
  Finding (*judge)(const FindingRule& rule, const Summary& summary);
};
std::span<const Judge> Judges();

// Errors: kInvalid, lists the names.
MaybeError CheckJudge(std::string_view name);

// REQUIRES: CheckJudge succeeds for the spec's.
Finding JudgeExperiment(const Spec& spec, const Summary& summary);

}  // namespace edgevlm
