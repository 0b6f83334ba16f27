#include "train/scenes/glyphs.h"

#include <cstddef>
#include <cstdio>
#include <utility>

#include "base/check.h"
#include "train/scenes/font.h"
#include "train/scenes/photographs.h"
#include "train/scenes/things.h"

namespace edgevlm::train {
namespace {

constexpr int kDigitHeight = 64;  // pixels

// From the Debian packages in tools/packages-train.txt.
constexpr const char* kFontFolder = "/usr/share/fonts/truetype/";
constexpr std::array kDigitFonts = {
    "dejavu/DejaVuSans-Bold.ttf",          "dejavu/DejaVuSans.ttf",
    "dejavu/DejaVuSansMono-Bold.ttf",      "dejavu/DejaVuSerif-Bold.ttf",
    "liberation/LiberationSans-Bold.ttf",  "liberation/LiberationSerif-Bold.ttf",
    "liberation/LiberationMono-Bold.ttf",  "liberation/LiberationSans-Regular.ttf",
    "freefont/FreeSansBold.ttf",           "freefont/FreeMonoBold.ttf",
    "dseg/DSEG7Classic-BoldItalic.ttf",    "dseg/DSEG7Modern-Bold.ttf",
    "dseg/DSEG14Classic-Bold.ttf",         "dseg/DSEG14Modern-Regular.ttf",
    "dseg/DSEG7ClassicMini-BoldItalic.ttf"};

std::string LabelOf(const ThingName& thing) {
  char code[16];
  std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(thing.code_point));
  return std::string("glyphs: '") + thing.name + "' (" + code + ")";
}

Result<DigitGlyphs> LoadDigits(const std::string& path) {
  Result<Font> font = Font::Open(path);
  if (!font) return font.error();
  DigitGlyphs digits;
  for (std::size_t digit = 0; digit < digits.size(); ++digit) {
    Result<Glyph> glyph = font->WhiteGlyph(static_cast<char32_t>(U'0' + digit), kDigitHeight);
    if (!glyph) return glyph.error();
    digits[digit] = *std::move(glyph);
  }
  return digits;
}

}  // namespace

Result<Glyphs> Glyphs::Load(const GlyphFiles& files) {
  Result<Font> font = Font::Open(files.font);
  if (!font) return font.error();
  Glyphs glyphs;
  for (const ThingName& thing : ThingNames()) {
    if (thing.kind != ThingKind::kEmoji) continue;
    Result<Glyph> glyph = font->ColorGlyph(thing.code_point, LabelOf(thing));
    if (!glyph) return glyph.error();
    glyphs.glyphs_.push_back(*std::move(glyph));
  }
  if (!files.photographs.empty()) {
    Result<std::vector<Image>> photographs = LoadPhotographs(files.photographs);
    if (!photographs) return photographs.error();
    glyphs.photographs_ = *std::move(photographs);
  }
  if (files.styles.empty()) return glyphs;
  Result<std::vector<EmojiStyle>> styles = LoadEmojiStyles(files.styles);
  if (!styles) return styles.error();
  glyphs.styles_ = *std::move(styles);
  for (const char* name : kDigitFonts) {
    Result<DigitGlyphs> digits = LoadDigits(std::string(kFontFolder) + name);
    if (!digits) return digits.error();
    glyphs.printed_digits_.push_back(*std::move(digits));
  }
  return glyphs;
}

const Glyph& Glyphs::Of(int name, int style) const {
  CHECK(0 <= name && name < static_cast<int>(glyphs_.size()));
  CHECK(0 <= style && style < styles());
  const auto index = static_cast<std::size_t>(name);
  if (style > 0) {
    const std::optional<Glyph>& glyph = styles_[static_cast<std::size_t>(style - 1)].glyphs[index];
    if (glyph) return *glyph;
  }
  return glyphs_[index];
}

}  // namespace edgevlm::train
