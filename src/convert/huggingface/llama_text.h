// The text part of every model whose decoder is of the llama kind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "convert/huggingface/family.h"

namespace edgevlm {

// What such models differ in.
struct LlamaLayout {
  std::string_view architecture = "llama";  // in GGUF
  // What stands before the names of tensors: of the body, ("model."), and of the output matrix
  // ("").
  std::vector<std::string> body_prefixes = {"model."};
  std::vector<std::string> output_prefixes = {""};
  // Rotary halves become neighbors; qwen2's files keep the halves.
  bool pairs_rows = true;
  // Tensors of other parts of the model.
  std::vector<std::string> dropped = {};
};

// config: the entries of the decoder. What they leave out is as in Hugging Face's LlamaConfig.
// Errors: as HuggingfaceFamily.
Result<FilePlan> PlanLlamaText(const ModelFolder& folder, JsonObject config, DType dtype,
                               const LlamaLayout& layout);

}  // namespace edgevlm
