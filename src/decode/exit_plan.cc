#include "decode/exit_plan.h"

#include <algorithm>
#include <string>
#include <utility>

namespace edgevlm {
namespace {

std::string Text(const std::vector<int>& numbers) {
  std::string text;
  for (const int number : numbers) {
    if (!text.empty()) text += ',';
    text.append(std::to_string(number));
  }
  return text;
}

}  // namespace

Result<std::optional<ExitPlan>> PlanExits(const ExitOptions& options, const DecoderShape& shape) {
  if (auto error = Validate(options)) return *error;
  if (!AreExits(options.layers, shape.blocks)) {
    return Error{ErrorCode::kInvalid,
                 "options: exit_layers: expected increasing numbers from 1 to " +
                     std::to_string(shape.blocks - 1) + ", found " + Text(options.layers)};
  }
  if (options.mode == EarlyExit::kOff) return std::optional<ExitPlan>();
  std::vector<int> exits = options.layers.empty() ? shape.exits : options.layers;
  if (exits.empty()) {
    return Error{ErrorCode::kUnsupported,
                 "options: early_exit: expected a model with trained exits, or exit_layers, found "
                 "none"};
  }
  const std::string found = Text(exits);
  std::erase_if(exits, [&](int exit) { return exit < options.min_layer; });
  if (exits.empty()) {
    return Error{ErrorCode::kInvalid, "options: exit_min_layer: expected an exit after at least " +
                                          std::to_string(std::max(options.min_layer, 1)) + " of " +
                                          std::to_string(shape.blocks) + " blocks, found " + found};
  }
  std::optional<ExitPlan> plan(std::in_place);
  plan->exits = std::move(exits);
  plan->rule = std::make_unique<const ConfidentExit>(options.threshold);
  return plan;
}

}  // namespace edgevlm
