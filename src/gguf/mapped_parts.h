// MappedParts: maps the file of a GGUF model, or all of its files if it is split.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "gguf/reader.h"

namespace edgevlm {

// The parsed file name of a part, in the format of llama.cpp's gguf-split:
// "PREFIX-00001-of-00003.gguf".
struct PartName {
  std::string prefix;  // with the folder, if there is one
  int number = 1;      // from 1
  int count = 1;

  // The name of another part of the same model.
  std::string Of(int other_number) const;
};

// Nothing for the name of a model in one file.
std::optional<PartName> ParsePartName(std::string_view path);

// Threads: const methods from any thread.
class MappedParts {
 public:
  // Maps the file at `path`. If its keys say that it is the first of several, maps the others too,
  // which must be in the same folder under its name with another number.
  // Errors: those of MappedFile::Open, also for a part that is missing (names it); kInvalid for a
  // part that is not the first (names that), or whose name has another number of parts. A file that
  // is not GGUF is mapped, and rejected by the reader.
  static Result<MappedParts> Open(const std::string& path);

  // Of the parts in order, for GgufFile::Parse. Valid while this object (or the one it was moved
  // to) lives.
  std::vector<std::span<const std::byte>> bytes() const;
  // As MappedFile::Forget, of whichever file the part lies in.
  void Forget(std::span<const std::byte> part) const;

  // Whether `path` leads to one of these files (MappedFile::IsAt).
  bool IsAt(const std::string& path) const;

  // Errors: those of MappedFile::CheckUnchanged, for any of the files.
  MaybeError CheckUnchanged() const;

 private:
  std::vector<MappedFile> files_;
};

}  // namespace edgevlm
