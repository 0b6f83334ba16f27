// WeightReader: from the keys and tensors of a file to the layers of a model, each checked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gguf/reader.h"
#include "model/layers.h"

namespace edgevlm {

// Limits of every model: what is within them can be computed with 32-bit extents, and a file can
// not make the engine take memory out of proportion to its own size.
struct ModelLimits {
  static constexpr int kContext = 1 << 20;
  static constexpr int kWidth = 1 << 16;  // of any matrix side but the vocabulary
  static constexpr int kBlocks = 1024;
  static constexpr int kVocabulary = 1 << 22;
  static constexpr int kImageSize = 2048;
  static constexpr long long kWorkspaceValues = 1 << 26;  // of the eye, for one picture
  static constexpr long long kCacheBytes = 1LL << 34;     // of one sequence
};

// Whether a module may come without its bias.
enum class BiasRule { kNeeded, kOptional };

// Keeps the first failure and gives empty values from then on, so that a model reads all its parts
// in a row and asks once.
//   Errors: kNotFound, kInvalid (a key out of its range, a tensor of another shape), kUnsupported
//   (a tensor's format), kCorrupt (weights that are not finite numbers).
class WeightReader {
 public:
  explicit WeightReader(const GgufFile& file) : file_(file) {}

  const GgufFile& file() const { return file_; }

  // A key's number in [least, most]; `least` after a failure.
  int Int(std::string_view key, int least, int most);
  float Float(std::string_view key, float least, float most);

  // The key's `count` numbers, each in [least, most].
  std::vector<int> Ints(std::string_view key, std::size_t count, int least, int most);
  std::vector<float> Floats(std::string_view key, std::size_t count, float least, float most);
  std::vector<bool> Bools(std::string_view key, std::size_t count);

  // The values of a tensor, row-major, all finite; nothing after a failure.
  std::vector<float> Values(const std::string& name, const Shape& shape);

  // How often `divisor` goes into the number of values of a tensor whose first extent is not known
  // beforehand. The caller asks for the whole shape later. In [1, most]; 1 after a failure.
  int FirstExtent(const std::string& name, int divisor, int most);

  // A matrix that is not only multiplied with: the embeddings of the tokens [V, D].
  Weight ReadWeight(std::string_view module, const Shape& shape);

  // Weight and bias of a module. `shape` has outputs first; its values must be outputs * inputs.
  Linear ReadLinear(std::string_view module, const Shape& shape, std::string zone,
                    BiasRule rule = BiasRule::kNeeded);
  Norm ReadNorm(std::string_view module, int width, std::string zone);

  void Fail(Error error);
  bool ok() const { return !error_.has_value(); }
  // REQUIRES: !ok().
  const Error& error() const { return *error_; }

 private:
  template <class T>
  std::vector<T> Checked(std::string_view key, Result<std::vector<T>> values, std::size_t count);

  const GgufFile& file_;
  MaybeError error_;
};

}  // namespace edgevlm
