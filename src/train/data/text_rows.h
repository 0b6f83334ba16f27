// Text rows: several texts about one image, packed into a fixed number of rows of tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace edgevlm::train {

// A thing's name in a text.
struct TextMention {
  bool in_reply = false;  // else in the question
  std::size_t end = 0;    // index after the name's last letter
  int cell = kNowhere;    // of the thing's center; kNowhere if the image has no such thing

  static constexpr int kNowhere = -1;
};

// What the decoder is asked and what it must say. An empty question asks for a caption.
struct Text {
  int kind = 0;  // for the evaluation's table: index into kTextKinds (evaluation.h)
  std::string question = {};
  std::string reply = {};
  std::vector<TextMention> mentions = {};  // in the order of the text
  float weight = 1;                        // of the reply's tokens in the loss
};

// Where one text lies: tokens [begin, end) of a row.
struct TextPlace {
  int kind = 0;
  int row = 0;
  int begin = 0;
  int end = 0;
};

// All [M, L], row-major.
struct TextRows {
  std::vector<std::int64_t> ids;        // 0 where no text is
  std::vector<std::int64_t> positions;  // in the sequence of image tokens and one text
  std::vector<std::int32_t>
      starts;  // index in the row of the text's first token; own where none is
  std::vector<std::int64_t> labels;  // the token that must come next; -1 where nothing is learnt
  std::vector<float> weights;        // of that label in the loss
  // Of the last token of a name: 1 + the cell of what it means, 0 if that is nowhere. The same at
  // the token that the answer follows, for the last name of the question. Elsewhere -1.
  std::vector<std::int64_t> mentions;
  // There, if it has a cell and so has a name before it in the same text: 1 + that name's cell.
  // Elsewhere 0.
  std::vector<std::int64_t> earlier;
  std::vector<TextPlace> places;
};

// The tokens of one text: <|question|> question <|answer|> reply <|endoftext|>, or <|caption|>
// reply
// <|endoftext|>. Texts start with a blank, so that a word has one token wherever it stands.
struct TextTokens {
  std::vector<int> ids;
  int reply_begin = 0;  // index of the reply's first token
};
TextTokens TokensOf(const Text& text, const Tokenizer& tokenizer);

// Puts each text into the first row with room for it; texts that fit nowhere are left out. Only
// replies (and their end) are learnt. first_position: of a text's first token, after the image's
// P.
TextRows Pack(const std::vector<Text>& texts, const Tokenizer& tokenizer, int rows, int length,
              int first_position);

}  // namespace edgevlm::train
