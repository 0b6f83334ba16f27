#include "measure/experiment/work.h"

#include "base/check.h"

namespace edgevlm {
namespace {

constexpr WorkKind kWorkKinds[] = {
    {"ask", true, "one reply about the item: the time of each part", MakeAskWork},
    {"prefill", false, "a prompt of random tokens from an empty cache", MakePrefillWork},
    {"second-question", true, "two questions about an image: what the second costs",
     MakeSecondQuestionWork},
    {"throughput", true, "requests side by side: images a second", MakeThroughputWork},
    {"fidelity", true, "the next token's distribution against float32 with a full cache",
     MakeFidelityWork},
    {"needle", true, "a fact hidden in the item's text, asked for at its end", MakeNeedleWork},
    {"waste", true, "time spent on padding, and on encoding an image again", MakeWasteWork},
};

}  // namespace

std::span<const WorkKind> WorkKinds() { return kWorkKinds; }

MaybeError CheckWork(std::string_view name) {
  std::string names;
  for (const WorkKind& kind : kWorkKinds) {
    if (kind.name == name) return {};
    names.append(names.empty() ? "" : ", ").append(kind.name);
  }
  return Error{ErrorCode::kInvalid,
               "expected one of " + names + ", found '" + std::string(name) + "'"};
}

const WorkKind& FindWork(std::string_view name) {
  for (const WorkKind& kind : kWorkKinds) {
    if (kind.name == name) return kind;
  }
  CheckFailed(__FILE__, __LINE__, "no such work");
}

}  // namespace edgevlm
