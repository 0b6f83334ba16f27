// ConvertFolder: converts a Hugging Face model folder to GGUF.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tensor/dtype.h"

namespace edgevlm {

// Which files to write for a model with a vision encoder.
enum class ModelPart { kAll, kText, kVision };

struct ConvertOptions {
  std::string folder = {};  // with config.json and *.safetensors
  // The folder of the vision encoder if it has its own; else empty.
  std::string vision_folder = {};
  // The GGUF file; the vision encoder goes to "mmproj-" + name in the same folder.
  std::string path = {};
  ModelPart part = ModelPart::kAll;
  // The type of matrices: F32, F16 or BF16. None: F16 or BF16, as in the folder, and matrices that
  // AWQ or GPTQ quantized keep their quants where Q4_0, Q4_1 or Q8_0 hold them.
  std::optional<DType> dtype = {};
  bool replaces = false;  // existing files
  // Called on the caller's thread after each tensor with the bytes written and their total.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};

struct ConvertedFile {
  std::string path = {};
  DType dtype = DType::kF16;  // of most weights in matrices
  int tensors = 0;
  int kept_matrices = 0;         // whose quants are those of the folder
  int dequantized_matrices = 0;  // whose quants no block holds, although they were to be kept
  std::string obstacle = {};     // why, for the first of them
  std::uint64_t bytes = 0;       // of all tensors
};

// Reads all small files, plans every tensor of every output file and checks the free disk space
// before it writes anything. Then it writes tensor by tensor, with at most one of them in memory. A
// file appears under its name only when it is complete. Errors: kNotFound, kCorrupt, kUnsupported
// (the folder), kInvalid (a file exists already; a value overflows F16; the model does not have the
// part), kIo (also: too little disk space; the folder changed meanwhile). All name a file.
Result<std::vector<ConvertedFile>> ConvertFolder(const ConvertOptions& options);

// "f32", "f16", "bf16"; "auto" gives none. Errors: kInvalid (lists them).
Result<std::optional<DType>> ParseOutType(std::string_view name);

}  // namespace edgevlm
