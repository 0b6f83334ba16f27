// The judges of finding.h.
#pragma once

#include "measure/experiment/finding.h"

namespace edgevlm {

// How far the metric reaches over all conditions; claimed: from low to high in each.
Finding JudgeRange(const FindingRule& rule, const Summary& summary);

// The metric with `over` at `to`, over that at `from`, everything else equal; claimed: from low to
// high.
Finding JudgeRatio(const FindingRule& rule, const Summary& summary);

// How the metric grows with the number `over`: the part of a fit a n + b n^2 that is quadratic, and
// where it is a tenth. claimed: at the largest n the quadratic part is at least low.
Finding JudgeGrowth(const FindingRule& rule, const Summary& summary);

// For which values of `over` the metric stays at or below high (or, if low is set, at or above it).
Finding JudgeKeeps(const FindingRule& rule, const Summary& summary);

// Which of the metrics that end with "_share" is the largest, condition by condition; `metric` is
// the one that is claimed to be.
Finding JudgeLargestShare(const FindingRule& rule, const Summary& summary);

}  // namespace edgevlm
