// ShownTokens: control tokens whose names are part of a reply's text.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace edgevlm {

// Names that the vocabulary lacks are ignored: a model then writes them as text.
class ShownTokens {
 public:
  // The tokenizer and the names must outlive it.
  ShownTokens(const Tokenizer& tokenizer, std::span<const std::string> names) {
    for (const std::string& name : names) {
      const auto token = tokenizer.Special(name);
      if (token && tokenizer.Bytes(*token).empty()) shown_.emplace_back(*token, name);
    }
  }

  // The bytes of a token; of a shown one, its name.
  std::string_view TextOf(const Tokenizer& tokenizer, int token) const {
    const std::string_view bytes = tokenizer.Bytes(token);
    if (!bytes.empty()) return bytes;
    for (const auto& [shown, name] : shown_) {
      if (shown == token) return name;
    }
    return {};
  }

 private:
  std::vector<std::pair<int, std::string_view>> shown_;
};

}  // namespace edgevlm
