// GgufFile::Parse for a model in several files.
#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/check.h"
#include "gguf/names.h"
#include "gguf/reader.h"

namespace edgevlm {
namespace {

bool IsAboutParts(const GgufKey& key) {
  return key.name == keys::kSplitNumber || key.name == keys::kSplitCount ||
         key.name == keys::kSplitTensors;
}

// number: from 0.
std::string PartText(int number, int count) {
  if (count == 1) return "a whole model";
  return "part " + std::to_string(std::int64_t{number} + 1) + " of " + std::to_string(count);
}

}  // namespace

Result<GgufFile> GgufFile::Parse(std::span<const std::byte> bytes, OnDone on_done) {
  return Parse(std::span(&bytes, 1), std::move(on_done));
}

Result<GgufFile> GgufFile::Parse(std::span<const std::span<const std::byte>> parts,
                                 OnDone on_done) {
  CHECK(!parts.empty());
  const int count = static_cast<int>(parts.size());
  std::optional<GgufFile> whole;
  for (int i = 0; i < count; ++i) {
    Result<GgufFile> part = ParsePart(parts[static_cast<std::size_t>(i)]);
    MaybeError error = part ? part->CheckPart(i, count) : part.error();
    if (error) {
      if (count > 1) error->message = PartText(i, count) + ": " + error->message;
      return *error;
    }
    if (!whole) {
      whole = *std::move(part);
      continue;
    }
    std::ranges::move(part->metadata_, std::back_inserter(whole->metadata_));
    std::ranges::copy(part->tensors_, std::back_inserter(whole->tensors_));
  }
  if (count > 1) {
    if (auto error = whole->FinishParts()) return *error;
  }
  whole->on_done_ = std::move(on_done);
  return *std::move(whole);
}

MaybeError GgufFile::CheckPart(int number, int count) const {
  const Result<int> found_count = Int(keys::kSplitCount, 1);
  if (!found_count) return found_count.error();
  const Result<int> found_number = Int(keys::kSplitNumber, 0);
  if (!found_number) return found_number.error();
  if (*found_count == count && *found_number == number) return std::nullopt;
  std::string message = "gguf: expected " + PartText(number, count) + ", found " +
                        PartText(*found_number, *found_count);
  if (count == 1) message += " (the others are found by names that end in -00001-of-00002.gguf)";
  return Error{ErrorCode::kInvalid, message};
}

MaybeError GgufFile::FinishParts() {
  const int found = static_cast<int>(tensors_.size());
  const Result<int> expected = Int(keys::kSplitTensors, found);
  if (!expected) return expected.error();
  if (*expected != found) {
    return Error{ErrorCode::kInvalid, "gguf: tensors of all parts: expected " +
                                          std::to_string(*expected) + ", found " +
                                          std::to_string(found)};
  }
  std::erase_if(keys_, IsAboutParts);
  return IndexNames();
}

}  // namespace edgevlm
