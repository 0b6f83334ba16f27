#include "decode/grammar/token_filter.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace edgevlm {
namespace {

// Number of states whose token lists are cached; a list has a bit per token.
constexpr std::size_t kMaxRemembered = 256;
// Memory limit of a matcher's states: a schema may need new ones with every byte.
constexpr std::size_t kMaxStateBytes = std::size_t{16} << 20;

}  // namespace

TokenFilter::TokenFilter(std::shared_ptr<const Grammar> grammar, const Tokenizer& tokenizer,
                         std::span<const int> ends, const ShownTokens& shown)
    : grammar_(std::move(grammar)),
      tokenizer_(tokenizer),
      ends_(ends),
      shown_(shown),
      matcher_(*grammar_),
      state_(matcher_.start()) {}

GrammarMatcher::State TokenFilter::After(GrammarMatcher::State state, int token) {
  const std::string_view bytes = shown_.TextOf(tokenizer_, token);
  if (bytes.empty()) return GrammarMatcher::kNone;  // a control token
  for (const char c : bytes) {
    state = matcher_.Next(state, static_cast<unsigned char>(c));
    if (state == GrammarMatcher::kNone) break;
  }
  return state;
}

const std::vector<bool>& TokenFilter::Allowed() {
  CHECK(state_ != GrammarMatcher::kNone);
  const auto found = allowed_.find(state_);
  if (found != allowed_.end()) return found->second;
  if (allowed_.size() == kMaxRemembered) allowed_.clear();
  if (matcher_.bytes() > kMaxStateBytes) {
    state_ = matcher_.KeepOnly(state_);
    allowed_.clear();
  }
  std::vector<bool> allowed(static_cast<std::size_t>(tokenizer_.size()));
  bool any = false;
  for (int token = 0; token < tokenizer_.size(); ++token) {
    const bool fits = After(state_, token) != GrammarMatcher::kNone;
    allowed[static_cast<std::size_t>(token)] = fits;
    any |= fits;
  }
  // If the vocabulary lacks the bytes that would match, only the end remains.
  if (matcher_.MayEnd(state_) || !any) {
    for (const int end : ends_) allowed[static_cast<std::size_t>(end)] = true;
  }
  return allowed_.emplace(state_, std::move(allowed)).first->second;
}

void TokenFilter::Accept(int token) {
  if (std::ranges::binary_search(ends_, token)) return;
  const GrammarMatcher::State next = After(state_, token);
  CHECK(next != GrammarMatcher::kNone);
  state_ = next;
}

}  // namespace edgevlm
