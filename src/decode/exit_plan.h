// ExitPlan: where rows may exit a decoder early, and by which rule.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "decode/exit_rule.h"
#include "edgevlm/exit_options.h"
#include "model/decoder.h"

namespace edgevlm {

// Immutable: any number of threads may use it.
struct ExitPlan {
  std::vector<int> exits;  // numbers of blocks, increasing, at least one
  std::unique_ptr<const ExitRule> rule;
};

// Resolves the options for a decoder of this shape; none when they are off, though given layers are
// still checked. Errors, which name what was expected: kInvalid (Validate; layers that the decoder
// does not have, or none left), kUnsupported (no layers given, and none were trained).
Result<std::optional<ExitPlan>> PlanExits(const ExitOptions& options, const DecoderShape& shape);

}  // namespace edgevlm
