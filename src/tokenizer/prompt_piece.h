// PromptPiece: what prompts are made of.
#pragma once

#include <string>

namespace edgevlm {

struct PromptPiece {
  enum class Kind {
    kMarkup,  // text of the template; names of control tokens in it count
    kText,    // what somebody typed; names of control tokens in it are plain text
    kImage,   // the embeddings of an image, or of a tile of one
  };

  Kind kind = Kind::kText;
  std::string text = {};  // of markup and text
  int image = -1;         // which one, from 0

  friend bool operator==(const PromptPiece&, const PromptPiece&) = default;
};

}  // namespace edgevlm
