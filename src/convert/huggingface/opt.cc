// OPTForCausalLM: OPT of all sizes but 350M.
#include "convert/huggingface/opt_text.h"

namespace edgevlm {
namespace {

Result<FilePlan> PlanOpt(ConversionSource& source) {
  return PlanOptText(
      source, source.model.config,
      {.body_prefixes = {"model.decoder.", "decoder."}, .output_prefixes = {"", "model."}});
}

}  // namespace

const HuggingfaceFamily kOptFamily = {
    .name = "OPTForCausalLM", .plan_text = PlanOpt, .plan_vision = nullptr};

}  // namespace edgevlm
