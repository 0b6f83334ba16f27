// WeightReader: reads and checks keys and tensors of a file, and builds layers from them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/thread_pool.h"
#include "gguf/reader.h"
#include "model/layers.h"

namespace edgevlm {

// Limits of every model: sizes within them fit 32-bit extents, and a file cannot make the engine
// allocate memory out of proportion to its own size.
struct ModelLimits {
  static constexpr int kContext = 1 << 20;
  static constexpr int kWidth = 1 << 16;  // of any matrix side except the vocabulary
  static constexpr int kBlocks = 1024;
  static constexpr int kVocabulary = 1 << 22;
  static constexpr int kImageSize = 2048;
  static constexpr long long kWorkspaceValues = 1 << 26;  // of the vision encoder, for one image
  static constexpr long long kCacheBytes = 1LL << 34;     // of one sequence
};

// Whether a module has a bias; without one, it is empty.
enum class BiasRule { kRequired, kOptional, kNone };

// Keeps the first failure and returns empty values from then on, so that a model reads all its
// parts in a row and checks once.
//   Errors: kNotFound, kInvalid (a key out of its range, a tensor of another shape), kUnsupported
//   (a tensor's format), kCorrupt (weights that are not finite numbers).
class WeightReader {
 public:
  // packing: of float matrices of more than `most_exact` values. With other than kExact, the layers
  // must be applied to Inputs.
  explicit WeightReader(const GgufFile& file, Packing packing = Packing::kExact,
                        std::int64_t most_exact = Weight::kMaxWidenedValues)
      : file_(file), packing_(packing), most_exact_(static_cast<std::uint64_t>(most_exact)) {}

  const GgufFile& file() const { return file_; }
  Packing packing() const { return packing_; }

  // A key's number in [least, most]; `least` after a failure.
  int Int(std::string_view key, int min, int max);
  float Float(std::string_view key, float min, float max);

  // The key's `count` numbers, each in [least, most].
  std::vector<int> Ints(std::string_view key, std::size_t count, int min, int max);
  std::vector<float> Floats(std::string_view key, std::size_t count, float min, float max);
  std::vector<bool> Bools(std::string_view key, std::size_t count);

  // The values of a tensor, row-major, all finite; nothing after a failure.
  std::vector<float> Values(const std::string& name, const Shape& shape);

  // The number of values of a tensor with unknown first extent, divided by `divisor`. The caller
  // checks the whole shape later. In [1, most]; 1 after a failure.
  int FirstExtent(const std::string& name, int divisor, int max);

  // How finely int8 rounds a layer.
  enum class Fineness {
    kBlocks,  // one scale per block
    kRows,    // one per row: faster, for layers whose error hardly reaches the output
  };

  // What a layer is besides its matrix.
  struct LinearOptions {
    BiasRule bias = BiasRule::kRequired;
    Fineness fineness = Fineness::kBlocks;
    // Of each input: what its weights are multiplied by (smoothing.h); empty: nothing.
    std::span<const float> factors = {};
  };

  // A matrix [shape[0], the product of the others], packed directly from the file. Large ones are
  // packed by one thread per core. Empty after a failure.
  Weight ReadWeight(const std::string& name, const Shape& shape,
                    Fineness fineness = Fineness::kBlocks);

  // The matrix [outputs, inputs] of a tensor that is stored transposed, [inputs, outputs].
  Weight ReadTransposedWeight(const std::string& name, int inputs, int outputs);

  // Weight and bias of a module.
  Linear ReadLinear(std::string_view module, const Shape& shape, std::string zone,
                    const LinearOptions& options);
  Linear ReadLinear(std::string_view module, const Shape& shape, std::string zone,
                    BiasRule bias = BiasRule::kRequired) {
    return ReadLinear(module, shape, std::move(zone), LinearOptions{.bias = bias});
  }
  // The same, without bias, of rows [first, first + shape[0]) of a module with more: several layers
  // in one tensor. rows: all of them.
  Linear ReadLinearRows(std::string_view module, int rows, int first, const Shape& shape,
                        std::string zone);
  // The same with every output multiplied by its number in tensor `scale`, [shape[0]]: weights and
  // bias are (layer scale; Touvron et al. 2021, CaiT).
  Linear ReadScaledLinear(std::string_view module, const std::string& scale, const Shape& shape,
                          std::string zone, Fineness fineness = Fineness::kBlocks);
  Norm ReadNorm(std::string_view module, int width, std::string zone);

  // Fails with kUnsupported if the file has a tensor whose name starts with `prefix` and that was
  // not read: the model would compute something else without it. except: prefix of tensors that
  // another part of the model reads; empty: none.
  void RefuseUnread(std::string_view prefix, std::string_view except = {});

  void Fail(Error error);
  bool ok() const { return !error_.has_value(); }
  // REQUIRES: !ok().
  const Error& error() const { return *error_; }

 private:
  template <class T>
  std::vector<T> Checked(std::string_view key, Result<std::vector<T>> values, std::size_t count);

  template <class T>
  T Number(std::string_view key, const Result<T>& value, T min, T max);
  template <class T>
  std::vector<T> Numbers(std::string_view key, Result<std::vector<T>> values, std::size_t count,
                         T min, T max);
  Result<TensorView> Tensor(const std::string& name, const Shape& shape);
  Weight Pack(const std::string& name, const TensorView& tensor, int outputs, Fineness fineness);
  Weight ReadWeightTimes(std::span<const float> factors, const std::string& name,
                         const Shape& shape, Fineness fineness);
  // Of values row by row, [outputs, inputs].
  Weight PackValues(const std::string& name, const std::vector<float>& values, int outputs,
                    Fineness fineness);
  ThreadPool& PoolFor(std::uint64_t values);

  const GgufFile& file_;
  Packing packing_;
  std::uint64_t most_exact_;
  ThreadPool alone_{1};
  std::unique_ptr<ThreadPool> thread_group_;
  WeightMemory memory_;
  MaybeError error_;
  std::set<std::string, std::less<>> read_;  // names of tensors
};

}  // namespace edgevlm
