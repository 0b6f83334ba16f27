// GgufWriter: writes a GGUF file, version 3, alignment 32 (format: docs/formats.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gguf/output_file.h"
#include "gguf/value.h"
#include "tensor/dtype.h"

namespace edgevlm {

inline constexpr std::uint64_t kGgufAlignment = 32;  // of tensors, in bytes

// Collects keys and tensors, then writes them in the order in which they came. Keys are kept in
// memory; tensors are streamed from where they lie.
//
//   GgufWriter writer;
//   writer.Add(keys::kArchitecture, "gpt2");
//   writer.AddTensor("token_embd.weight", DType::kF16, {V, D}, bytes);
//   if (auto error = writer.Write(path)) return *error;
class GgufWriter {
 public:
  // Makes the bytes of a tensor when they are due; they must stay until the next tensor's are made.
  using Source = std::function<Result<std::span<const std::byte>>()>;

  GgufWriter() = default;
  GgufWriter(GgufWriter&&) = default;
  GgufWriter& operator=(GgufWriter&&) = default;

  void Add(std::string_view key, GgufValue value);

  // `bytes` [BytesOf(dtype, shape)] must stay where they are until the file is written.
  void AddTensor(std::string_view name, DType dtype, const Shape& shape,
                 std::span<const std::byte> bytes);
  // The same, but keeps the bytes itself.
  void AddTensor(std::string_view name, DType dtype, const Shape& shape,
                 std::vector<std::byte>&& bytes);
  // The same, with bytes that are made while the file is written, so that only one tensor has to be
  // in memory. A failure of the source, or another number of bytes, ends the writing.
  void AddTensor(std::string_view name, DType dtype, const Shape& shape, Source source);

  // Writes to an OutputFile, so that `path` never holds half a file. Errors: those of OutputFile,
  // kInvalid (a key or tensor twice, an empty or too long name, a tensor whose bytes do not fit its
  // shape, general.alignment other than 32, a limit of the reader), those of sources.
  MaybeError Write(const std::string& path, Existing existing = Existing::kReplaced) const;

  // The whole file in memory. Errors: kInvalid and those of sources, as Write.
  Result<std::vector<std::byte>> ToBytes() const;

 private:
  struct Key {
    std::string name;
    GgufValue value;
  };
  struct Tensor {
    std::string name;
    DType dtype;
    Shape shape;
    std::span<const std::byte> bytes;
    Source source;  // or empty
  };

  static MaybeError CheckBytes(const Tensor& tensor, std::span<const std::byte> bytes);
  MaybeError Validate() const;
  std::string Header() const;  // everything before the first tensor's bytes, padded
  // Hands the file to `append` piece by piece; stops at the first error. REQUIRES: Validate() is
  // content.
  MaybeError Emit(const std::function<MaybeError(std::span<const std::byte>)>& append) const;

  std::vector<Key> keys_;
  std::vector<Tensor> tensors_;
  std::vector<std::vector<std::byte>> kept_;  // bytes that tensors_ look at
};

}  // namespace edgevlm
