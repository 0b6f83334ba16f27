// Plans the text model of every family whose decoder has the Llama architecture.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "convert/huggingface/family.h"

namespace edgevlm {

// How such checkpoints differ.
struct LlamaLayout {
  std::string_view architecture = "llama";  // in GGUF
  // Prefixes of tensor names: of the body ("model.") and of the output matrix ("").
  std::vector<std::string> body_prefixes = {"model."};
  std::vector<std::string> output_prefixes = {""};
  // Whether Q and K rows are permuted for RoPE on adjacent pairs (planned_tensor.h). GGUF files of
  // qwen2 keep the rotate-half order.
  bool permutes_rope = true;
  // Phi-3: Q, K and V are one matrix, gate and up another, long sequences may have rotary angles of
  // their own, and there may be a sliding window.
  bool is_phi3 = false;
  bool has_head_norms = false;  // norms of each head of Q and K
  // The axes of image positions (M-RoPE): none, or how the rotated pairs are divided among them.
  enum class Axes { kNone, kRuns, kInterleaved };
  Axes axes = Axes::kNone;
  // The output matrix is the token embedding, even if the decoder's own configuration denies it.
  bool is_tied = false;
  // Name patterns of tensors that belong to other parts of the model.
  std::vector<std::string> dropped = {};
};

// config: the decoder's configuration. Absent entries have the defaults of Hugging Face's
// LlamaConfig. Errors: as HuggingfaceFamily.
Result<FilePlan> PlanLlamaText(const ModelFolder& folder, JsonObject config, DType dtype,
                               const LlamaLayout& layout);

// The same for a model whose decoder is configured by the entry "text_config" of config.json.
Result<FilePlan> PlanLlamaTextConfig(ConversionSource& source, const LlamaLayout& layout);

}  // namespace edgevlm
