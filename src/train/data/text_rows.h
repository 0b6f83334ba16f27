// TextRows: several texts about one image, packed into a fixed number of rows of tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace edgevlm::train {

// An occurrence of a thing's name in a text.
struct TextMention {
  bool in_reply = false;  // else in the question
  std::size_t end = 0;    // index after the name's last letter
  int cell = kNowhere;    // of the thing's center; kNowhere if the image does not contain it

  static constexpr int kNowhere = -1;
};

// A training text: a question and the expected reply. An empty question asks for a caption.
struct Text {
  int kind = 0;               // index into kTextKinds (sample.h), for the evaluation
  std::string question = {};  // the last turn, after earlier ones (kNextTurn in questions.h)
  std::string reply = {};
  std::vector<TextMention> mentions = {};  // in the order of the text
  float weight = 1;                        // loss weight of the reply's tokens
};

// The tokens [begin, end) of a row, which hold one text.
struct TokenSpan {
  int kind = 0;
  int row = 0;
  int begin = 0;
  int end = 0;
  int text = 0;  // index among the texts that were packed
};

// All [M, L], row-major.
struct TextRows {
  std::vector<std::int64_t> ids;        // 0 if the slot is unused
  std::vector<std::int64_t> positions;  // in the sequence of the image tokens and this text
  // Index in the row of the text's first token; of unused slots their own index.
  std::vector<std::int32_t> starts;
  std::vector<std::int64_t> labels;  // the next token; -1 if it does not contribute to the loss
  std::vector<float> weights;        // loss weight of the label
  // At the last token of a name: 1 + the cell of the thing it refers to, 0 if the image does not
  // contain it. At the token before the answer: the same for the last name of the question.
  // Elsewhere -1.
  std::vector<std::int64_t> mentions;
  // At the same tokens, if the name has a cell and an earlier name in the text has one too: 1 +
  // that earlier cell. Elsewhere 0.
  std::vector<std::int64_t> earlier;
  std::vector<TokenSpan> spans;
};

// The tokens of one text: <|question|> question <|answer|> reply <|endoftext|>, or
// <|caption|> reply <|endoftext|>. Earlier turns stand before, each without its end. Questions and
// replies start with a space, so that a word has the same token wherever it occurs.
struct TextTokens {
  std::vector<int> ids;
  int reply_begin = 0;  // index of the reply's first token
};
TextTokens TokensOf(const Text& text, const Tokenizer& tokenizer);

// Packs the texts first-fit into rows; texts that do not fit are dropped. Only replies (with their
// end token) contribute to the loss. first_position: position of a text's first token, after the P
// image tokens.
TextRows PackTexts(const std::vector<Text>& texts, const Tokenizer& tokenizer, int rows, int length,
                   int first_position);

}  // namespace edgevlm::train
