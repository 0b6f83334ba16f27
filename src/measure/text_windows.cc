#include "measure/text_windows.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/check.h"
#include "engine/measured_engine.h"

namespace edgevlm {
namespace {

std::optional<int> BosOf(const Engine& engine) {
  const Tokenizer& tokenizer = MeasuredEngine(engine).tokenizer();
  return tokenizer.add_bos() ? tokenizer.bos() : std::nullopt;
}

std::vector<int> TokensOf(const Engine& engine, std::string_view text) {
  std::vector<int> tokens = MeasuredEngine(engine).tokenizer().Encode(text);
  if (const auto bos = BosOf(engine)) tokens.insert(tokens.begin(), *bos);
  return tokens;
}

}  // namespace

MaybeError CheckWindow(const Engine& engine, int window_tokens) {
  const int max_tokens = engine.info().context_tokens;
  if (window_tokens <= max_tokens) return {};
  return Error{ErrorCode::kTooLarge, "window: expected at most the context of " +
                                         std::to_string(max_tokens) + " tokens, found " +
                                         std::to_string(window_tokens)};
}

Result<TextWindows> TextWindows::Cut(const Engine& engine, std::string_view text, int window_tokens,
                                     int max_windows) {
  CHECK(window_tokens >= 2 && max_windows >= 1);
  if (auto error = CheckWindow(engine, window_tokens)) return *error;
  TextWindows windows;
  windows.text_ = TokensOf(engine, text);
  windows.bos_ = BosOf(engine);
  windows.size_ = window_tokens;
  const auto found = static_cast<int>(windows.text_.size());
  windows.count_ = std::min(max_windows, found / window_tokens);
  if (windows.count_ > 0) return windows;
  return Error{ErrorCode::kInvalid, "text: expected at least a window of " +
                                        std::to_string(window_tokens) + " tokens, found " +
                                        std::to_string(found)};
}

std::vector<int> TextWindows::Tokens(int window) const {
  const auto begin = text_.begin() + std::ptrdiff_t{window} * size_;
  std::vector<int> tokens(begin, begin + size_);
  if (bos_) tokens.front() = *bos_;
  return tokens;
}

bool TextWindows::Match(const Engine& engine, std::string_view text) const {
  return TokensOf(engine, text) == text_;
}

}  // namespace edgevlm
