// Any bytes as reply, answers and choices of every score. A crash or a sanitizer's report is the
// bug.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "eval/scores/scorer.h"

namespace {

// The texts between bytes of 0, at most 12: the reply, a label, then answers and choices in turn.
std::vector<std::string> Parts(std::string_view input) {
  constexpr std::size_t kMostParts = 12;
  std::vector<std::string> parts(1);
  for (const char c : input) {
    if (c == '\0' && parts.size() < kMostParts) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parts = Parts({reinterpret_cast<const char*>(data), size});
  const std::vector<std::string> texts(parts.begin() + 1, parts.end());
  const std::vector<std::string> label(texts.begin(), texts.begin() + (texts.empty() ? 0 : 1));
  for (const edgevlm::ScorerKind* kind : edgevlm::ScorerKinds()) {
    for (const std::string_view rule : kind->rules) {
      const auto scorer = kind->make(rule);
      bool scored = false;
      for (const auto& answers : {texts, label}) {
        const auto row = scorer->Add({.answers = answers, .choices = texts, .reply = parts[0]});
        if (row) CHECK(0 <= row->value && row->value <= 1);
        scored |= row.ok();
      }
      CHECK(scorer->Finish().ok() == scored);
    }
  }
  return 0;
}
