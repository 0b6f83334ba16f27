// Any bytes as a vocabulary and a text. A crash, a sanitizer's report, an id out of range or a
// control token from plain text is the bug.
//
// The input is lines: "b" or "s" (byte pairs, SentencePiece) and the name of a pre-tokenizer; the
// number of tokens; the tokens, each prefixed with a character for its type ("0" to "6"); merges up
// to an empty line; then the text. SentencePiece tokens have falling scores.
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {
namespace {

constexpr int kMaxTokens = 1000;

std::string_view ReadLine(std::string_view& input) {
  const std::size_t end = input.find('\n');
  const std::string_view line = input.substr(0, end);
  input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  return line;
}

Vocabulary ReadVocabulary(std::string_view& input) {
  Vocabulary vocabulary;
  const std::string_view kind = ReadLine(input);
  if (kind.starts_with("s")) vocabulary.model = kSentencePieceModel;
  vocabulary.pre_tokenizer = kind.substr(kind.empty() ? 0 : 1);
  vocabulary.add_space_prefix = true;
  const std::string_view number = ReadLine(input);
  int tokens = 0;
  std::from_chars(number.data(), number.data() + number.size(), tokens);
  for (int id = 0; id < tokens && id < kMaxTokens; ++id) {
    const std::string_view line = ReadLine(input);
    const int type = line.empty() ? 1 : line[0] - '0';
    vocabulary.types.push_back(static_cast<TokenType>(0 <= type && type <= 6 ? type : 1));
    vocabulary.tokens.emplace_back(line.substr(line.empty() ? 0 : 1));
    vocabulary.scores.push_back(static_cast<float>(-id));
  }
  for (std::string_view merge = ReadLine(input); !merge.empty(); merge = ReadLine(input)) {
    vocabulary.merges.emplace_back(merge);
  }
  return vocabulary;
}

void Use(const Tokenizer& tokenizer, const Vocabulary& vocabulary, std::string_view text) {
  const std::vector<int> typed = tokenizer.Encode(text);
  for (const int id : typed) {
    CHECK(0 <= id && id < tokenizer.size());
    CHECK(vocabulary.types[static_cast<std::size_t>(id)] != TokenType::kControl);
  }
  (void)tokenizer.Decode(typed);
  for (const int id : tokenizer.EncodeMarkup(text)) CHECK(0 <= id && id < tokenizer.size());
}

}  // namespace
}  // namespace edgevlm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const edgevlm::Vocabulary vocabulary = edgevlm::ReadVocabulary(input);
  const auto tokenizer = edgevlm::Tokenizer::Create(vocabulary);
  if (tokenizer) edgevlm::Use(*tokenizer, vocabulary, input);
  return 0;
}
