// LlamaForCausalLM: TinyLlama, Vicuna, SmolLM2, MobileLLaMA, Llama 3.
#include "convert/huggingface/llama_text.h"

namespace edgevlm {
namespace {

Result<FilePlan> PlanLlama(ConversionSource& source) {
  return PlanLlamaText(source.model, source.model.config, source.dtype, {});
}

}  // namespace

const HuggingfaceFamily kLlamaFamily = {
    .name = "LlamaForCausalLM", .plan_text = PlanLlama, .plan_vision = nullptr};

}  // namespace edgevlm
