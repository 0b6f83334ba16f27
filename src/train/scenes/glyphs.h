// Glyphs: the bitmaps that scenes are drawn with: emoji in several styles, printed digits, and
// photographs.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "image/image.h"
#include "train/scenes/emoji_styles.h"
#include "train/scenes/glyph.h"

namespace edgevlm::train {

using DigitGlyphs = std::array<Glyph, 10>;  // of one font, white

struct GlyphFiles {
  std::string font = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf";
  // Folder of emoji styles (emoji_styles.h). If it is given, digits are printed in many fonts too.
  std::string styles = {};
  // Folder of photographs (photographs.h), for backgrounds of varied scenes; empty: none.
  std::string photographs = {};
};

// Threads: const methods from any thread. About 16 MB, and 16 MB more for each style.
class Glyphs {
 public:
  // Errors: kNotFound (no such font or style, or the font lacks a glyph), kUnsupported (a glyph of
  // the font is no color bitmap), kCorrupt (a style), those of
  // LoadPhotographs.
  static Result<Glyphs> Load(const GlyphFiles& files);

  // Number of emoji styles. 0 is the font's; the others are those of the folder, by name.
  int styles() const { return 1 + static_cast<int>(styles_.size()); }

  // name: index of an emoji in ThingNames(). What a style lacks is drawn as in the font.
  const Glyph& Of(int name, int style) const;

  // Empty without such a folder.
  const std::vector<Image>& photographs() const { return photographs_; }

  // Empty without a folder of styles.
  const std::vector<DigitGlyphs>& printed_digits() const { return printed_digits_; }

 private:
  std::vector<Glyph> glyphs_;  // of the font
  std::vector<EmojiStyle> styles_;
  std::vector<DigitGlyphs> printed_digits_;
  std::vector<Image> photographs_;
};

}  // namespace edgevlm::train
