#include "measure/experiment/finding.h"

#include "base/check.h"
#include "measure/experiment/find_row.h"
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
  const auto judge = FindRow(Judges(), name);
  return judge ? std::nullopt : MaybeError(judge.error());
}

Finding JudgeExperiment(const Spec& spec, const Summary& summary) {
  const auto judge = FindRow(Judges(), spec.finding.judge);
  CHECK(judge);
  return (*judge)->judge(spec.finding, summary);
}

}  // namespace edgevlm
