// Checkpoint: the weights in a model's folder, memory-mapped.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "base/result.h"
#include "convert/huggingface/packed_scheme.h"
#include "convert/huggingface/safetensors.h"

namespace edgevlm {

// All tensors of model.safetensors, or of the files that model.safetensors.index.json names; in a
// folder without them, of its only *.safetensors, or of CTranslate2's model.bin; or of one file of
// ggml or OpenAI. All have Hugging Face's names. The files stay mapped for the lifetime of the
// object. Threads: const methods from any thread.
class Checkpoint {
 public:
  // Errors: kNotFound (no such files, or a file lacks a tensor of the index), kCorrupt (also: a
  // tensor in two files), those of the formats; all name the file.
  static Result<Checkpoint> Open(const std::string& folder);
  // The same of a model that is one file. Errors: kUnsupported (another file than ggml's or
  // OpenAI's), kNotFound (the vocabulary, which OpenAI's lack, is not beside it).
  static Result<Checkpoint> OpenFile(const std::string& path);

  using Tensors = std::map<std::string, SafetensorsTensor, std::less<>>;
  const Tensors& tensors() const { return tensors_; }
  // Null if there is no such tensor.
  const SafetensorsTensor* Find(std::string_view name) const;

  // What config.json would say, where it is not Hugging Face's.
  const std::optional<nlohmann::json>& config() const { return config_; }
  // The texts of the first tokens, as bytes, of a file that holds its vocabulary.
  const std::optional<std::vector<std::string>>& texts() const { return texts_; }

  // How matrices that the folder stores quantized are packed (packed_matrix.h), and whether their
  // quants are kept where blocks of GGUF hold them, rather than dequantized. Nothing: the folder's
  // configuration names no such method.
  struct Packed {
    PackedScheme scheme;
    bool keeps_quants = true;
  };
  const std::optional<Packed>& packed() const { return packed_; }
  void set_packed(const Packed& packed) { packed_ = packed; }

  // Fails if a file changed since it was opened (MappedFile::CheckUnchanged). Errors: kIo.
  MaybeError CheckUnchanged() const;

 private:
  MaybeError Add(const std::string& path);
  MaybeError AddFolder(const std::filesystem::path& folder);
  MaybeError AddIndexed(const std::filesystem::path& folder, const std::string& index_path);
  MaybeError AddCtranslate2(const std::string& path);
  MaybeError AddOpenAi(const std::string& path, MappedFile file);
  MaybeError AddTensors(const std::string& path, std::vector<SafetensorsTensor> tensors);

  std::vector<MappedFile> files_;
  Tensors tensors_;
  std::optional<Packed> packed_;
  std::optional<nlohmann::json> config_;
  std::optional<std::vector<std::string>> texts_;
};

// Releases the physical pages of these bytes of a mapped file (madvise), so that they do not count
// as memory of this process. They can be read again, at the cost of page faults.
void ReleasePages(std::span<const std::byte> bytes);

}  // namespace edgevlm
