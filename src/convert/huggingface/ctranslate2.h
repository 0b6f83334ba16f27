// The format of CTranslate2, model.bin, for Whisper: what faster-whisper's users have.
//
//   uint32 6, the version; little-endian, like all numbers
//   name   the class of the model: "WhisperSpec"
//   uint32 its revision
//   uint32 N, then N variables: a name; uint8 rank and as many uint32 extents; uint8 type (0 F32,
//     1 I8, 2 I16, 3 I32, 4 F16, 5 BF16); uint32 bytes, and the values, row-major
//   uint32 M, then M pairs of names: the first variable is the second one
// A name is its length as uint16 and that many bytes, the last of them zero.
// Source: github.com/OpenNMT/CTranslate2, python/ctranslate2/specs/model_spec.py (2024).
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "convert/huggingface/safetensors.h"

namespace edgevlm {

struct Ctranslate2Limits {
  static constexpr std::uint32_t kVariables = 1 << 16;
  static constexpr int kRank = 4;
};

// A Whisper as a folder of Hugging Face would hold it.
struct Ctranslate2Model {
  // Under Hugging Face's names; queries, keys and values, which lie in one variable, are parts of
  // it.
  std::vector<SafetensorsTensor> tensors;
  nlohmann::json config;  // what config.json would say; the sizes are those of the tensors
};

// Validates the whole file: every tensor lies inside it and has as many bytes as its shape needs.
// `bytes` must outlive the result. Errors: kCorrupt, kTooLarge (names the limit), kUnsupported
// (version, another model, a quantized one). Messages start with "ctranslate2".
Result<Ctranslate2Model> ParseCtranslate2(std::span<const std::byte> bytes);

}  // namespace edgevlm
