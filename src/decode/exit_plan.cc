#include "decode/exit_plan.h"

#include <algorithm>
#include <string>
#include <utility>

namespace edgevlm {
namespace {

// 8, 12, 16 and 20 of 24 blocks.
constexpr int kUsualExits[] = {8, 12, 16, 20};
constexpr int kUsualBlocks = 24;

std::vector<int> UsualExits(int blocks) {
  std::vector<int> exits;
  for (const int of_usual : kUsualExits) {
    const int exit = (of_usual * blocks + kUsualBlocks / 2) / kUsualBlocks;  // rounded
    if (exit >= 1 && exit < blocks && (exits.empty() || exit > exits.back())) {
      exits.push_back(exit);
    }
  }
  return exits;
}

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
  std::vector<int> exits = options.layers;
  if (exits.empty()) exits = shape.exits;
  if (exits.empty()) exits = UsualExits(shape.blocks);
  const std::string found = exits.empty() ? "none" : Text(exits);
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
