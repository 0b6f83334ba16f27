#include "cli/serve/optimizations.h"

#include "engine/precision_names.h"

namespace edgevlm {
namespace {

std::string KeepText(const VisionOptions& vision) {
  if (!vision.keep_tokens) return "all";
  return std::to_string(*vision.keep_tokens) + ":" + std::string(KeepByName(vision.keep_by));
}

std::string Mebibytes(std::size_t bytes) { return std::to_string(bytes >> 20); }

}  // namespace

std::map<std::string, std::string> Optimizations(const ModelOptions& model,
                                                 const SchedulerOptions& scheduler) {
  return {{"precision", std::string(PrecisionName(model.precision))},
          {"tome", std::to_string(model.vision.merged_tokens)},
          {"keep_tokens", KeepText(model.vision)},
          {"cache", CacheText(model.cache)},
          {"early_exit", model.early_exit.mode == EarlyExit::kOff ? "off" : "exit"},
          {"image_cache_mib", Mebibytes(model.image_cache_bytes)},
          {"prompt_cache_mib", Mebibytes(model.prefix_cache_bytes)},
          {"running", std::to_string(scheduler.running)},
          {"prefill_tokens", std::to_string(scheduler.prefill_tokens)}};
}

}  // namespace edgevlm
