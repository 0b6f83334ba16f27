// The lines of a batch's results file: one JSON object per image.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edgevlm/edgevlm.h"

namespace edgevlm {

// {"image": ..., "renamed": ..., "caption": ...}, or "answers": [{"question", "answer", ...}];
// `renamed` only where it is not empty. Invalid UTF-8 (in a file's name) becomes U+FFFD.
std::string ResultLine(const std::string& image, const std::string& renamed,
                       std::span<const std::string> questions, std::span<const Reply> replies);

// What other programs want of a result.
struct ResultText {
  std::string image;
  std::string path;  // where the image is now
  std::string text;  // the caption, or the answers, one per line
};

// Reads a line of ResultLine, without its end. Errors: kCorrupt.
Result<ResultText> ReadResultLine(std::string_view line);

// The caption, or the answers, one per line.
std::string TextOf(std::span<const Reply> replies);

}  // namespace edgevlm
