// PackedScheme: how a folder's matrices were quantized by AWQ or GPTQ.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "convert/huggingface/json.h"

namespace edgevlm {

// AWQ: Lin et al. (2023), as AutoAWQ's "gemm" kernel stores it. GPTQ: Frantar et al. (2022), as
// AutoGPTQ and GPTQModel store it.
struct PackedScheme {
  enum class Method { kAwq, kGptq };

  Method method = Method::kAwq;
  int bits = 4;     // 4, or with GPTQ 8
  int group = 128;  // inputs that share a scale and a zero; 0: all of them
  // Whether zeros are stored less one: the first version of GPTQ's format.
  bool zeros_less_one = false;
};

// From config.json's entry quantization_config, or the files quantize_config.json (GPTQ) and
// quant_config.json (AWQ). Nothing if there is none of them. Errors: kUnsupported (another method,
// number of bits or storage; names the entry), those of JsonObject.
Result<std::optional<PackedScheme>> ReadPackedScheme(const std::string& folder, JsonObject& config);

}  // namespace edgevlm
