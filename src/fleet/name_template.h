// NameTemplate: new names of images, made from what was said about them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edgevlm/edgevlm.h"

namespace edgevlm {

inline constexpr std::size_t kMaxNameBytes = 180;  // without the ending; file systems take 255

struct NameSource {
  std::string path;         // of the image
  std::int64_t number = 0;  // of the image in the list, from 1
  std::span<const Reply> replies;
};

// A text with fields: {caption} and {answer} are the first reply, {answer2} the second and so on;
// {name} is the image's name without its ending, {number} its number, six digits.
class NameTemplate {
 public:
  // Errors: kInvalid (an unknown field, a brace without its partner, a slash, a control character,
  // no field that differs from image to image), names the template.
  static Result<NameTemplate> Parse(std::string_view text, std::size_t replies);

  // The new name of an image, in no folder and with its old ending. Of replies only letters,
  // digits and dashes stay ("a-red-car"). Empty if nothing is left of them.
  std::string NameOf(const NameSource& source) const;

 private:
  struct Piece {
    enum class Kind { kText, kReply, kName, kNumber } kind = Kind::kText;
    std::string text = {};
    std::size_t reply = 0;
  };

  static Result<Piece> Field(std::string_view name, std::size_t replies);

  std::vector<Piece> pieces_;
};

}  // namespace edgevlm
