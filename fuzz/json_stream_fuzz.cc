// Any bytes as JSON and as JSON lines, whose elements' fields are read. An element that the parser
// of whole documents reads otherwise is the bug.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include "base/check.h"
#include "eval/datasets/json_stream.h"

namespace edgevlm {
namespace {

MaybeError ReadFields(const nlohmann::json& element) {
  JsonFields fields(element);
  (void)fields.TextOr("b", "none");
  (void)fields.Texts("c");
  (void)fields.Texts("d", "e");
  return {};
}

void ReadAll(const std::string& text) {
  for (const char* key : {"", "list"}) {
    std::istringstream in(text);
    (void)ReadJsonArray(in, "a.json", key, ReadFields);
  }
  std::istringstream lines(text);
  (void)ReadJsonLines(lines, "a.json", ReadFields);
}

void Compare(const std::string& text) {
  const auto whole = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  auto elements = nlohmann::json::array();
  std::istringstream in(text);
  const auto error = ReadJsonArray(in, "a.json", "", [&](const nlohmann::json& element) {
    elements.push_back(element);
    return MaybeError();
  });
  if (!error) CHECK(whole.is_array() && whole == elements);
}

}  // namespace
}  // namespace edgevlm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  edgevlm::ReadAll(text);
  edgevlm::Compare(text);
  return 0;
}
