// QuantizeFile: a GGUF file with the weights in fewer bits.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "base/thread_pool.h"
#include "convert/mixture.h"
#include "gguf/mapped_parts.h"
#include "gguf/output_file.h"

namespace edgevlm {

struct QuantizeReport {
  std::int64_t bytes_before = 0;  // of all tensors
  std::int64_t bytes_after = 0;
  std::int64_t values = 0;
};

// How far it is: values written, of all.
using QuantizeProgress = std::function<void(std::int64_t done, std::int64_t total)>;

// Writes `path` with the keys of `input` and every tensor in the type that ChooseType gives it;
// general.file_type and general.quantization_version say what it is. `path` appears when all of it
// is on the disk. Memory: one written tensor and some rows.
// Errors: kCorrupt (not a GGUF file; a weight is not a finite number), kUnsupported (a tensor that
// is quantized already would have to be quantized again), kInvalid (`path` is the input itself, or
// what OutputFile refuses), kIo (also: the input changed meanwhile).
Result<QuantizeReport> QuantizeFile(const MappedParts& input, const FileType& type,
                                    const std::string& path, Existing existing, ThreadPool& pool,
                                    const QuantizeProgress& progress);

}  // namespace edgevlm
