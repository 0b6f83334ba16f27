// The files of torch.save: a ZIP archive whose entries are stored as they are.
//
//   PREFIX/data.pkl     a pickle (pickle.h): values, and tensors that refer to storages
//   PREFIX/data/KEY     the bytes of one storage
// Source: github.com/pytorch/pytorch, caffe2/serialize/inline_container.h (2022).
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "convert/huggingface/pickle.h"
#include "convert/huggingface/safetensors.h"

namespace edgevlm {

struct TorchFileLimits {
  static constexpr int kEntries = 1 << 14;
  static constexpr std::size_t kRank = 8;
};

class TorchFile {
 public:
  // `bytes` must outlive the result. Errors: kCorrupt, kTooLarge, kUnsupported (compressed entries,
  // above 4 GiB). Messages start with "torch" or "pickle".
  static Result<TorchFile> Parse(std::span<const std::byte> bytes);

  const Pickle& pickle() const { return pickle_; }
  // A tensor of the pickle, whose bytes lie in the file. Errors: kCorrupt (it does not fit its
  // storage), kUnsupported (not contiguous, another data type).
  Result<SafetensorsTensor> TensorOf(const PickleValue& value, std::string name) const;

 private:
  using Entries = std::map<std::string, std::span<const std::byte>, std::less<>>;

  TorchFile(Entries entries, Pickle pickle, std::string prefix)
      : entries_(std::move(entries)), pickle_(std::move(pickle)), prefix_(std::move(prefix)) {}

  Entries entries_;
  Pickle pickle_;
  std::string prefix_;  // of the entries
};

// Whether bytes begin as a ZIP archive does.
bool IsTorchFile(std::span<const std::byte> bytes);

}  // namespace edgevlm
