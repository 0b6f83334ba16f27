#include "measure/experiment/finding.h"

#include "base/check.h"
#include "measure/experiment/judges.h"

namespace edgevlm {
namespace {

constexpr Judge kJudges[] = {
    {"range", "how far a metric reaches over all conditions", JudgeRange},
    {"ratio", "a metric at one value of a variable over that at another", JudgeRatio},
    {"growth", "how a metric grows with a number", JudgeGrowth},
    {"keeps", "which values of a variable keep a metric within a limit", JudgeKeeps},
    {"largest-share", "which part takes the most", JudgeLargestShare},
};

}  // namespace

std::string_view VerdictName(Finding::Verdict verdict) {
  constexpr std::string_view kNames[] = {"holds", "holds in part", "does not hold", "not compared"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::span<const Judge> Judges() { return kJudges; }

MaybeError CheckJudge(std::string_view name) {
  std::string names;
  for (const Judge& judge : kJudges) {
    if (judge.name == name) return {};
    names.append(names.empty() ? "" : ", ").append(judge.name);
  }
  return Error{ErrorCode::kInvalid,
               "expected one of " + names + ", found '" + std::string(name) + "'"};
}

Finding JudgeExperiment(const Spec& spec, const Summary& summary) {
  for (const Judge& judge : kJudges) {
    if (judge.name == spec.finding.judge) return judge.judge(spec.finding, summary);
  }
  CheckFailed(__FILE__, __LINE__, "no such judge");
}

}  // namespace edgevlm
