// QuantizeFile: quantizes the weights of a GGUF file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/output_file.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "convert/mixture.h"
#include "gguf/importance_matrix.h"
#include "gguf/mapped_parts.h"

namespace edgevlm {

struct QuantizeReport {
  std::int64_t bytes_before = 0;  // of all tensors
  std::int64_t bytes_after = 0;
  std::int64_t values = 0;
  int weighted_tensors = 0;  // quantized with importance
};

// Called with the number of values written so far and the total.
using QuantizeProgress = std::function<void(std::int64_t done, std::int64_t total)>;

struct QuantizeOptions {
  FileType type;
  std::vector<TypeRule> rules = {};  // before the mixture of `type`
  // How much each input matters, or null. Tensors without an entry are quantized as without it; one
  // whose entry has another number of inputs is an error.
  const ImportanceMatrix* importance = nullptr;
  Existing existing = Existing::kReplaced;
};

// Writes `path` with the keys of `input` and every tensor in the type that ChooseType gives it, and
// sets general.file_type and general.quantization_version. `path` appears when the file is
// complete. Memory: one output tensor and a few rows. Errors: kCorrupt (not a GGUF file; a weight
// is not finite), kUnsupported (a tensor that is already quantized would have to be requantized),
// kInvalid (`path` is the input itself, or OutputFile rejects it; importance of another model), kIo
// (also: the input changed meanwhile).
Result<QuantizeReport> QuantizeFile(const MappedParts& input, const QuantizeOptions& options,
                                    const std::string& path, ThreadPool& pool,
                                    const QuantizeProgress& progress);

}  // namespace edgevlm
