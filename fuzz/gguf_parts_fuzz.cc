// Any bytes as the two files of a model in parts: four bytes with the length of the first, then
// both. A crash, a sanitizer's report, or a tensor outside of both is the bug.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/check.h"
#include "gguf/names.h"
#include "gguf/reader.h"

namespace edgevlm {
namespace {

bool LiesIn(std::span<const std::byte> part, std::span<const std::byte> whole) {
  return whole.data() <= part.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void FuzzParts(std::span<const std::byte> first, std::span<const std::byte> second) {
  const std::span<const std::byte> parts[] = {first, second};
  const auto file = GgufFile::Parse(parts);
  if (!file) return;
  CHECK(!file->HasKey(keys::kSplitCount));
  for (const GgufTensor& tensor : file->tensors()) {
    CHECK(file->FindTensor(tensor.name) == &tensor);
    CHECK(LiesIn(tensor.view.bytes, first) || LiesIn(tensor.view.bytes, second));
    (void)ToFloats(tensor.view);
  }
  for (const GgufKey& key : file->keys()) CHECK(file->FindKey(key.name) == &key);
}

}  // namespace
}  // namespace edgevlm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::uint32_t first = 0;
  if (size < sizeof(first)) return 0;
  std::memcpy(&first, data, sizeof(first));
  const auto rest = std::as_bytes(std::span(data, size)).subspan(sizeof(first));
  const std::size_t cut = std::min<std::size_t>(first, rest.size());
  edgevlm::FuzzParts(rest.first(cut), rest.subspan(cut));
  return 0;
}
