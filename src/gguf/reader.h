// GgufFile: the keys and tensors of a GGUF file, versions 2 and 3 (format: docs/formats.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gguf/value.h"
#include "tensor/tensor_view.h"

namespace edgevlm {

class ByteReader;

// Limits on the contents of a file. All are checked before memory is allocated.
struct GgufLimits {
  static constexpr std::uint64_t kKeys = 1 << 16;
  static constexpr std::uint64_t kTensors = 1 << 16;
  static constexpr std::uint64_t kKeyBytes = 1024;
  static constexpr std::uint64_t kTensorNameBytes = 256;
  static constexpr std::uint64_t kStringBytes = 16 << 20;
  static constexpr std::uint64_t kArrayValues = 16 << 20;
  static constexpr std::uint64_t kMetadataBytes = 256 << 20;  // header, keys and tensor names
  static constexpr std::uint64_t kMinAlignment = 8;
  static constexpr std::uint64_t kMaxAlignment = 1 << 20;
  static constexpr int kParts = 256;  // files of one model
};

// One key in the file.
struct GgufKey {
  std::string_view name;
  ValueType type;  // of a value; for an array, of its elements
  bool is_array;
  std::uint64_t count;                 // values: 1, or the length of the array
  std::span<const std::byte> payload;  // the values, without the types and the count
};

// One tensor: its shape is row-major (the file stores the extents the other way round).
struct GgufTensor {
  std::string_view name;
  TensorView view;
};

// Reads a file in memory: mapped, or embedded in the program. Keys and names are read from a copy,
// so that a mapped file that is truncated is an error instead of the end of the process; the
// returned names and strings are views of this object. The bytes of tensors are views of the file,
// which must outlive them; read them with CheckedCopy.
// Parse checks the whole file: afterwards every tensor lies inside it and is aligned, and none
// overlaps another. The values inside tensors are not checked. Tensors are aligned in memory
// as they are in the file if `bytes` starts at such an address; a mapping does. Cost: Parse
// walks the keys once, twice if they take more than 1 MiB (about 5 ms for 150,000 tokens); look-ups
// are O(log n). Threads: const methods from any thread. Messages: "gguf: key 'gpt2.block_count':
// expected an integer, found string".
class GgufFile {
 public:
  // Called with a part of the file that is not needed soon, so that a mapping can release it.
  using OnDone = std::function<void(std::span<const std::byte> part)>;

  // Errors: kCorrupt (for another kind of file, names it: DescribeFile), kTooLarge (names the
  // limit), kUnsupported (version, byte order, data type), kIo (the file was truncated meanwhile).
  static Result<GgufFile> Parse(std::span<const std::byte> bytes, OnDone on_done = {});

  // The same for a model in one file or several ("split"), given in order: keys of the first,
  // tensors of all, without the keys of the split. Errors: as above; kInvalid for files that do not
  // belong together, or if some are missing.
  static Result<GgufFile> Parse(std::span<const std::span<const std::byte>> parts,
                                OnDone on_done = {});

  // One file, whether it is whole or a part.
  static Result<GgufFile> ParsePart(std::span<const std::byte> bytes);

  GgufFile(GgufFile&&) = default;  // views stay valid
  GgufFile& operator=(GgufFile&&) = default;

  std::uint32_t version() const { return version_; }
  std::span<const GgufKey> keys() const { return keys_; }           // in file order
  std::span<const GgufTensor> tensors() const { return tensors_; }  // in file order
  bool HasKey(std::string_view name) const { return FindKey(name) != nullptr; }
  bool HasTensor(std::string_view name) const { return FindTensor(name) != nullptr; }
  const GgufKey* FindKey(std::string_view name) const;        // null: no such key
  const GgufTensor* FindTensor(std::string_view name) const;  // null: no such tensor

  // Typed values. Errors: kNotFound (no such key), kInvalid (another type, or out of range).
  // Int and Ints take any integer type whose value fits; Float and Floats take float32 and float64.
  // Float rejects infinities and NaN; Floats does not check.
  Result<int> Int(std::string_view name) const;
  Result<float> Float(std::string_view name) const;
  Result<bool> Bool(std::string_view name) const;
  Result<std::string_view> String(std::string_view name) const;
  Result<std::vector<int>> Ints(std::string_view name) const;
  Result<std::vector<float>> Floats(std::string_view name) const;
  Result<std::vector<bool>> Bools(std::string_view name) const;
  Result<std::vector<std::string_view>> Strings(std::string_view name) const;

  // The same, with a default for a missing key. A key of another type is still an error.
  Result<int> Int(std::string_view name, int fallback) const;
  Result<float> Float(std::string_view name, float fallback) const;
  Result<bool> Bool(std::string_view name, bool fallback) const;
  Result<std::string_view> String(std::string_view name, std::string_view fallback) const;

  // A copy of any value, for tools that print or copy keys.
  GgufValue Value(const GgufKey& key) const;

  // Errors: kNotFound; with a shape, kInvalid when the tensor has another one. Leading extents of 1
  // are ignored ([1, D] matches [D]); the view gets the expected shape.
  Result<TensorView> Tensor(std::string_view name) const;
  Result<TensorView> Tensor(std::string_view name, const Shape& expected) const;

  // Call after copying a tensor: its bytes may leave memory until they are read again.
  // REQUIRES: a tensor of this file.
  void Done(const TensorView& tensor) const {
    if (on_done_) on_done_(tensor.bytes);
  }

 private:
  GgufFile() = default;

  // Parses `metadata`, the start of the file `bytes`, with the reader `in`.
  MaybeError Read(ByteReader& in, std::span<const std::byte> metadata,
                  std::span<const std::byte> bytes);
  MaybeError IndexNames();
  // Whether this is part `number` (from 0) of `count`.
  MaybeError CheckPart(int number, int count) const;
  // Checks that all tensors are present, and removes the keys of the split.
  MaybeError FinishParts();

  std::vector<std::vector<std::byte>> metadata_;  // a copy of the start of each file
  std::uint32_t version_ = 0;
  std::vector<GgufKey> keys_;
  std::vector<GgufTensor> tensors_;
  std::vector<std::uint32_t> keys_by_name_;     // indices into keys_, sorted by name
  std::vector<std::uint32_t> tensors_by_name_;  // likewise into tensors_
  OnDone on_done_;
};

}  // namespace edgevlm
