// Checkpoint: the weights of a model's folder.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "base/result.h"
#include "convert/huggingface/safetensors.h"

namespace edgevlm {

// Every tensor of model.safetensors, or of the files that model.safetensors.index.json names. The
// files stay mapped while this lives. Threads: const methods from any thread.
class Checkpoint {
 public:
  // Errors: kNotFound (no such files, or a file lacks what the index promises), kCorrupt (also: a
  // name in two files), those of the formats; all name the file.
  static Result<Checkpoint> Open(const std::string& folder);

  using Tensors = std::map<std::string, SafetensorsTensor, std::less<>>;
  const Tensors& tensors() const { return tensors_; }
  // Null: no such tensor.
  const SafetensorsTensor* Find(std::string_view name) const;

  // Whether the files still are what was opened (MappedFile::CheckUnchanged). Errors: kIo.
  MaybeError CheckUnchanged() const;

 private:
  MaybeError Add(const std::string& path);

  std::vector<MappedFile> files_;
  Tensors tensors_;
};

// Tells the system that these bytes of a mapped file are not needed soon, so that they do not count
// as this process's memory. Reading them again is allowed, and slow.
void ReleasePages(std::span<const std::byte> bytes);

}  // namespace edgevlm
