// Qwen2ForCausalLM: Qwen2 and Qwen2.5.
#include "convert/huggingface/llama_text.h"

namespace edgevlm {
namespace {

Result<FilePlan> PlanQwen2(ConversionSource& source) {
  return PlanLlamaText(source.model, source.model.config, source.dtype,
                       {.architecture = "qwen2", .permutes_rope = false});
}

}  // namespace

const HuggingfaceFamily kQwen2Family = {
    .name = "Qwen2ForCausalLM", .plan_text = PlanQwen2, .plan_vision = nullptr};

}  // namespace edgevlm
