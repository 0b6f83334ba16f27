#include "measure/experiment/workload.h"

#include "base/check.h"
#include "measure/experiment/find_row.h"

namespace edgevlm {
namespace {

constexpr WorkloadKind kWorkloads[] = {
    {"ask", true, "one reply about the item: the time of each part", MakeAskWorkload},
    {"prefill", false, "a prompt of random tokens from an empty cache", MakePrefillWorkload},
    {"second-question", true, "two questions about an image: what the second costs",
     MakeSecondQuestionWorkload},
    {"throughput", true, "requests side by side: images a second", MakeThroughputWorkload},
    {"fidelity", true, "the next token's distribution against float32 with a full cache",
     MakeFidelityWorkload},
    {"needle", true, "a fact hidden in the item's text, asked for at its end", MakeNeedleWorkload},
    {"sound", false, "a Whisper's encoder on sound, in a window of 30 s and alone",
     MakeSoundWorkload},
    {"waste", true, "time spent on padding, and on encoding an image again", MakeWasteWorkload},
};

}  // namespace

std::span<const WorkloadKind> Workloads() { return kWorkloads; }

MaybeError CheckWorkload(std::string_view name) {
  const auto kind = FindRow(Workloads(), name);
  return kind ? std::nullopt : MaybeError(kind.error());
}

const WorkloadKind& FindWorkload(std::string_view name) {
  const auto kind = FindRow(Workloads(), name);
  CHECK(kind);
  return **kind;
}

}  // namespace edgevlm
