// ConvertFolder: a model's folder of Hugging Face to GGUF.
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

// Which files are made of a model that has a vision encoder.
enum class ModelPart { kAll, kText, kVision };

struct ConvertOptions {
  std::string folder = {};  // with config.json and *.safetensors
  std::string vision_folder =
      {};  // of the vision encoder, where it has one of its own; empty: none
  std::string path =
      {};  // of the GGUF file; the vision encoder's goes to "mmproj-" + name beside it
  ModelPart part = ModelPart::kAll;
  // Of matrices: F32, F16 or BF16; nothing: F16 or BF16, as the folder has them.
  std::optional<DType> dtype = {};
  bool replaces = false;  // files that are there already
  // How far it is: bytes written, of all. Called in the caller's thread, tensor by tensor.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};

struct ConvertedFile {
  std::string path = {};
  DType dtype = DType::kF16;  // of matrices
  int tensors = 0;
  std::uint64_t bytes = 0;  // of all tensors
};

// Reads everything that is small, plans every tensor of every file, looks for room on the disk, and
// only then writes, tensor by tensor: at most one of them is in memory. Files appear when they are
// whole. Errors: kNotFound, kCorrupt, kUnsupported (the folder), kInvalid (a file that is there
// already; a value that F16 can not hold; a part that the model does not have), kIo (also: too
// little room; the folder changed meanwhile). All name a file.
Result<std::vector<ConvertedFile>> ConvertFolder(const ConvertOptions& options);

// "f32", "f16", "bf16"; "auto": nothing. Errors: kInvalid (lists them).
Result<std::optional<DType>> ParseOutType(std::string_view name);

}  // namespace edgevlm
