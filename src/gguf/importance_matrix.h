// ImportanceMatrix: how much each input of a model's matrices matters, in llama.cpp's files.
//
// The mean square of an input over many texts or images says how far an error of the weights that
// multiply it reaches. Quantization spends its bits accordingly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/output_file.h"
#include "base/result.h"

namespace edgevlm {

struct ImportanceMatrix {
  // Limits of a file. All are checked before memory is allocated.
  static constexpr std::size_t kMaxTensors = 1 << 16;
  static constexpr std::size_t kMaxInputs = 1 << 24;  // of one tensor
  static constexpr std::size_t kMaxNameBytes = 256;

  // Of one matrix, or of several (experts) in one tensor.
  struct Entry {
    std::vector<float> sums;    // of the squares of each input: [matrices * inputs]
    std::vector<float> counts;  // rows that were added: [matrices]

    // Of each input, 0 where nothing was added: [matrices * inputs].
    std::vector<float> MeanSquares() const;
  };

  std::map<std::string, Entry, std::less<>> entries = {};  // by the tensor that is multiplied
  std::vector<std::string> datasets = {};                  // what was read, for people
  std::uint32_t chunks = 0;                                // windows that were read
  std::uint32_t chunk_tokens = 0;                          // of each

  // Reads the GGUF form (llama-imatrix since 2025) and the older one (imatrix.dat). All values are
  // finite and at least 0. Errors: kCorrupt (neither of them, cut, or with other values), kTooLarge
  // (names the limit), and those of GgufFile::Parse.
  static Result<ImportanceMatrix> Parse(std::span<const std::byte> bytes);

  // Writes the GGUF form. Errors: those of GgufWriter.
  MaybeError Write(const std::string& path, Existing existing) const;
};

}  // namespace edgevlm
