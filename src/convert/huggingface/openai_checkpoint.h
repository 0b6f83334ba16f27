// OpenAI's own checkpoints of Whisper, "base.pt": {"dims": {"n_mels": ..., ...},
// "model_state_dict": {name: tensor}}, as torch.save writes it (torch_file.h). The vocabulary is a
// file of its own in the package openai-whisper, multilingual.tiktoken or gpt2.tiktoken: lines of a
// text as base64, and its rank.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "convert/huggingface/safetensors.h"

namespace edgevlm {

// NOLINTNEXTLINE(bugprone-exception-escape): moving a nlohmann::json does not throw
struct OpenAiModel {
  std::vector<SafetensorsTensor> tensors;  // under Hugging Face's names
  nlohmann::json config;                   // what config.json would say
  std::string vocabulary_file;             // the name of the file that has it
};

// `bytes` must outlive the result. Errors: those of TorchFile; kUnsupported (another model).
Result<OpenAiModel> ParseOpenAiWhisper(std::span<const std::byte> bytes);

// The texts of a vocabulary file by rank, as bytes. Errors: kCorrupt, kTooLarge.
Result<std::vector<std::string>> ParseTiktoken(std::string_view file);

}  // namespace edgevlm
