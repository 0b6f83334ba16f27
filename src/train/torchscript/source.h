// Source: the methods of a module in TorchScript, written for a shape.
#pragma once

#include <string>

#include "train/model/vlm.h"

namespace edgevlm::train {

// The name of a tensor of the GGUF file as an attribute: "blk_0_attn_qkv_weight".
std::string AttributeName(std::string tensor);

// Defines encode, forward and generate (module.h). Weights are attributes of the module.
std::string TorchScriptSource(const VlmShape& shape);

}  // namespace edgevlm::train
