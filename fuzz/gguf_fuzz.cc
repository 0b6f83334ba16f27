// Any bytes as a GGUF file. A crash, a sanitizer's report or a file that does not survive being
// written again is the bug.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "gguf/names.h"
#include "gguf/reader.h"
#include "gguf/writer.h"

namespace edgevlm {
namespace {

void AskForEverything(const GgufFile& file) {
  for (const GgufKey& key : file.keys()) {
    CHECK(file.FindKey(key.name) == &key);
    (void)file.Int(key.name);
    (void)file.Float(key.name);
    (void)file.Bool(key.name);
    (void)file.String(key.name);
    (void)file.Ints(key.name);
    (void)file.Floats(key.name);
    (void)file.Bools(key.name);
    (void)file.Strings(key.name);
    (void)ToText(file.Value(key), 8, 40);
  }
  for (const GgufTensor& tensor : file.tensors()) {
    CHECK(file.FindTensor(tensor.name) == &tensor);
    (void)ToFloats(tensor.view);
  }
}

void WriteAgain(const GgufFile& file) {
  GgufWriter writer;
  for (const GgufKey& key : file.keys()) {
    if (key.name != keys::kAlignment) writer.Add(key.name, file.Value(key));
  }
  for (const GgufTensor& tensor : file.tensors()) {
    writer.AddTensor(tensor.name, tensor.view.dtype, tensor.view.shape, tensor.view.bytes);
  }
  const auto bytes = writer.ToBytes();
  CHECK(bytes.ok());
  const auto again = GgufFile::Parse(*bytes);
  CHECK(again.ok());
  CHECK(again->tensors().size() == file.tensors().size());
}

}  // namespace
}  // namespace edgevlm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = edgevlm::GgufFile::Parse(std::as_bytes(std::span(data, size)));
  if (!file) return 0;
  edgevlm::AskForEverything(*file);
  edgevlm::WriteAgain(*file);
  return 0;
}
