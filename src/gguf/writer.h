// GgufWriter: writes a GGUF file, version 3, alignment 32 (format: docs/formats.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/output_file.h"
#include "base/result.h"
#include "gguf/value.h"
#include "tensor/dtype.h"

namespace edgevlm {

inline constexpr std::uint64_t kGgufAlignment = 32;  // of tensors, in bytes

// Collects keys and tensors, then writes them in the order in which they were added. Keys are kept
// in memory; tensors are streamed from their source.
//
//   GgufWriter writer;
//   writer.Add(keys::kArchitecture, "gpt2");
//   writer.AddTensor("token_embd.weight", DType::kF16, {V, D}, bytes);
//   if (auto error = writer.Write(path)) return *error;
class GgufWriter {
 public:
  // Produces the bytes of a tensor on demand; they must stay valid until the next tensor is
  // produced.
  using Source = std::function<Result<std::span<const std::byte>>()>;

  GgufWriter() = default;
  GgufWriter(GgufWriter&&) = default;
  GgufWriter& operator=(GgufWriter&&) = default;

  void Add(std::string_view key, GgufValue value);

  // `bytes` [BytesOf(dtype, shape)] must stay valid until the file is written.
  void AddTensor(std::string_view name, DType dtype, const Shape& shape,
                 std::span<const std::byte> bytes);
  // The same, but owns the bytes.
  void AddTensor(std::string_view name, DType dtype, const Shape& shape,
                 std::vector<std::byte>&& bytes);
  // The same, with bytes that are produced while the file is written, so that only one tensor is in
  // memory at a time. A failure of the source, or a wrong number of bytes, ends the writing.
  void AddTensor(std::string_view name, DType dtype, const Shape& shape, Source source);

  // Writes to an OutputFile, so that `path` never holds a partial file. Errors: those of
  // OutputFile, kInvalid (a key or tensor twice, an empty or too long name, a tensor whose bytes do
  // not fit its shape, general.alignment other than 32, a limit of the reader), those of sources.
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
  // Passes the file to `append` piece by piece; stops at the first error. REQUIRES: Validate()
  // succeeds.
  MaybeError Emit(const std::function<MaybeError(std::span<const std::byte>)>& append) const;

  std::vector<Key> keys_;
  std::vector<Tensor> tensors_;
  std::vector<std::vector<std::byte>> kept_;  // bytes that tensors_ refer to
};

}  // namespace edgevlm
