// PromptPiece: a part of a prompt, before tokenization.
#pragma once

#include <string>

namespace edgevlm {

struct PromptPiece {
  enum class Kind {
    kMarkup,  // from the chat template; names of control tokens are parsed
    kText,    // from the user; names of control tokens are plain text
    kImage,   // the embeddings of an image, of a tile of one, or of a sound
  };

  Kind kind = Kind::kText;
  std::string text = {};  // of kMarkup and kText
  int image = -1;         // index of the image or sound

  friend bool operator==(const PromptPiece&, const PromptPiece&) = default;
};

}  // namespace edgevlm
