// Any bytes as a grammar in GBNF, and texts that may match it. A crash or a sanitizer's report is
// the bug.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "edgevlm/grammar.h"
#include "server/schema/gbnf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto grammar = edgevlm::GbnfGrammar(text);
  if (!grammar) return 0;
  CHECK(!edgevlm::BeginsWithItself(**grammar));
  for (const char* reply : {"", "yes", "aaaaaaaaaaaa", "[1, 2]", "\xc3\xa9"}) {
    static_cast<void>(edgevlm::Fits(**grammar, reply));
  }
  return 0;
}
