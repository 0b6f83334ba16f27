#include "train/data/text_rows.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "train/text_templates/questions.h"

namespace edgevlm::train {
namespace {

int Special(const Tokenizer& tokenizer, const char* name) {
  const auto id = tokenizer.Special(name);
  CHECK(id.has_value());
  return *id;
}

void Append(std::vector<int>& ids, const std::vector<int>& more) {
  ids.insert(ids.end(), more.begin(), more.end());
}

// The tokens of a question after <|question|>: between its turns stand <|answer|> and <|question|>.
std::vector<int> EncodeTurns(std::string_view question, const Tokenizer& tokenizer) {
  constexpr std::array kMarks = {"<|answer|>", "<|question|>"};
  std::vector<int> ids;
  for (std::size_t turn = 0;; ++turn) {
    const std::size_t end = std::min(question.find(kNextTurn), question.size());
    Append(ids, tokenizer.Encode(std::string(" ").append(question.substr(0, end))));
    if (end == question.size()) return ids;
    ids.push_back(Special(tokenizer, kMarks[turn % kMarks.size()]));
    question.remove_prefix(end + 1);
  }
}

// Index, in the text's tokens, of the last token of the mentioned name.
int TokenOf(const TextMention& mention, const Text& text, const TextTokens& tokens,
            const Tokenizer& tokenizer) {
  const std::string& part = mention.in_reply ? text.reply : text.question;
  const int begin = mention.in_reply ? tokens.reply_begin : 1;
  const auto count = EncodeTurns(std::string_view(part).substr(0, mention.end), tokenizer).size();
  return begin + static_cast<int>(count) - 1;
}

// first: the slot of the text's first token.
void MarkMentions(const Text& text, const TextTokens& tokens, const Tokenizer& tokenizer, int first,
                  TextRows& packed) {
  std::int64_t earlier = 0;
  for (const TextMention& mention : text.mentions) {
    const int token = TokenOf(mention, text, tokens, tokenizer);
    const bool has_cell = mention.cell != TextMention::kNowhere;
    const std::int64_t before = has_cell ? std::exchange(earlier, 1 + mention.cell) : 0;
    // The token before the answer also gets the cell of the question's last name.
    for (const int slot : {first + token, first + tokens.reply_begin - 1}) {
      if (mention.in_reply && slot != first + token) continue;
      packed.mentions[static_cast<std::size_t>(slot)] = 1 + mention.cell;
      packed.earlier[static_cast<std::size_t>(slot)] = before;
    }
  }
}

}  // namespace

TextTokens TokensOf(const Text& text, const Tokenizer& tokenizer) {
  TextTokens tokens;
  if (text.question.empty()) {
    tokens.ids = {Special(tokenizer, "<|caption|>")};
  } else {
    tokens.ids = {Special(tokenizer, "<|question|>")};
    Append(tokens.ids, EncodeTurns(text.question, tokenizer));
    tokens.ids.push_back(Special(tokenizer, "<|answer|>"));
  }
  tokens.reply_begin = static_cast<int>(tokens.ids.size());
  Append(tokens.ids, tokenizer.Encode(" " + text.reply));
  tokens.ids.push_back(Special(tokenizer, "<|endoftext|>"));
  return tokens;
}

TextRows PackTexts(const std::vector<Text>& texts, const Tokenizer& tokenizer, int rows, int length,
                   int first_position) {
  const auto size = static_cast<std::size_t>(rows * length);
  TextRows packed{.ids = std::vector<std::int64_t>(size, 0),
                  .positions = std::vector<std::int64_t>(size, first_position),
                  .starts = std::vector<std::int32_t>(size),
                  .labels = std::vector<std::int64_t>(size, -1),
                  .weights = std::vector<float>(size, 0.0f),
                  .mentions = std::vector<std::int64_t>(size, -1),
                  .earlier = std::vector<std::int64_t>(size, 0),
                  .spans = {}};
  for (std::size_t at = 0; at < size; ++at) {
    packed.starts[at] = static_cast<std::int32_t>(at) % length;
  }
  std::vector<int> used(static_cast<std::size_t>(rows), 0);
  for (const Text& text : texts) {
    const TextTokens tokens = TokensOf(text, tokenizer);
    // The last token has no label: it is only the label of the token before it.
    const int count = static_cast<int>(tokens.ids.size()) - 1;
    const auto row =
        std::find_if(used.begin(), used.end(), [&](int u) { return u + count <= length; });
    if (row == used.end()) continue;
    const int row_index = static_cast<int>(row - used.begin());
    packed.spans.push_back(
        {text.kind, row_index, *row, *row + count, static_cast<int>(&text - texts.data())});
    for (int i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(row_index * length + *row + i);
      const auto token = static_cast<std::size_t>(i);
      packed.ids[at] = tokens.ids[token];
      packed.positions[at] = first_position + i;
      packed.starts[at] = *row;
      if (i + 1 < tokens.reply_begin) continue;
      packed.labels[at] = tokens.ids[token + 1];
      packed.weights[at] = text.weight;
    }
    MarkMentions(text, tokens, tokenizer, row_index * length + *row, packed);
    *row += count;
  }
  return packed;
}

}  // namespace edgevlm::train
