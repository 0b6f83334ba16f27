// WhisperFile: the tensors of a Whisper encoder in a model file of CTranslate2.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace edgevlm {

// The format, little-endian: a version (6) as uint32; the name of the model's class; its revision
// and the number of variables, uint32 each. Each variable has its name; its rank as uint8 and its
// extents as uint32; its type as uint8 (4: float16) and the size of its values in bytes as uint32;
// the values. A name is its length as uint16 and that many bytes, the last of them zero.
class WhisperFile {
 public:
  // Keeps the float16 tensors whose names start with "encoder/"; `bytes` may go afterwards. Errors:
  // kUnsupported (version), kCorrupt.
  static Result<WhisperFile> Read(std::span<const std::byte> bytes);

  // The `count` values of a tensor, without "encoder/" in its name. REQUIRES: the file has it.
  const std::vector<float>& Values(const std::string& name, int count) const;

 private:
  std::map<std::string, std::vector<float>> tensors_;
};

}  // namespace edgevlm
