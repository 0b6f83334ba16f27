// The format of whisper.cpp's models, "ggml-base.bin": a Whisper with its vocabulary in one file.
//
//   uint32 0x67676d6c; little-endian, like all numbers
//   11 int32: vocabulary; encoder's positions, width, heads, blocks; decoder's the same; mel bands;
//     type of the matrices
//   int32 bands, int32 bins, and as many float32: the mel filters, which all Whispers share
//   int32 N, then N texts: their length as uint32, and their bytes
//   tensors until the end: int32 rank, length of the name, type (0 float32, 1 float16); int32
//   extents,
//     the innermost first; the name; the values
// Source: github.com/ggml-org/whisper.cpp, models/convert-pt-to-ggml.py (2023).
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "convert/huggingface/safetensors.h"

namespace edgevlm {

struct GgmlLimits {
  static constexpr int kTexts = 1 << 20;
  static constexpr int kFilterValues = 1 << 20;
  static constexpr int kTextBytes = 1 << 8;
  static constexpr int kTensors = 1 << 14;
  static constexpr int kNameBytes = 256;
  static constexpr int kRank = 4;
};

// NOLINTNEXTLINE(bugprone-exception-escape): moving a nlohmann::json does not throw
struct GgmlModel {
  std::vector<SafetensorsTensor> tensors;  // under Hugging Face's names
  nlohmann::json config;                   // what config.json would say
  std::vector<std::string> texts;          // of the first tokens, as bytes
};

bool IsGgml(std::span<const std::byte> bytes);

// Validates the whole file: every tensor lies inside it. `bytes` must outlive the result. Errors:
// kCorrupt, kTooLarge (names the limit), kUnsupported (quantized tensors, another model). Messages
// start with "ggml".
Result<GgmlModel> ParseGgmlWhisper(std::span<const std::byte> bytes);

}  // namespace edgevlm
