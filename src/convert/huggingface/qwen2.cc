// Qwen2ForCausalLM: Qwen2 and Qwen2.5.
#include "convert/huggingface/llama_text.h"

namespace edgevlm {
namespace {

Result<FilePlan> PlanText(ConversionSource& source) {
  return PlanLlamaText(source.model, source.model.config, source.dtype,
                       {.architecture = "qwen2", .pairs_rows = false});
}

}  // namespace

const HuggingfaceFamily kQwen2Family = {
    .name = "Qwen2ForCausalLM", .plan_text = PlanText, .plan_vision = nullptr};

}  // namespace edgevlm
