// Font: a font file opened by FreeType.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "train/scenes/glyph.h"

// FreeType's own handles; its header stays in font.cc.
struct FT_LibraryRec_;
struct FT_FaceRec_;

namespace edgevlm::train {

// Threads: use by one thread at a time.
class Font {
 public:
  // Errors: kNotFound (no such font), kIo (FreeType).
  static Result<Font> Open(const std::string& path);

  // For a font of color bitmaps: the one of a character. Errors: kNotFound (the font lacks it),
  // kUnsupported (it is no color bitmap). The message begins with `what`.
  Result<Glyph> ColorGlyph(char32_t character, const std::string& what);

  // For a font of outlines: a character in white, `height` pixels high. Errors: as ColorGlyph.
  Result<Glyph> WhiteGlyph(char32_t character, int height);

 private:
  struct CloseLibrary {
    void operator()(FT_LibraryRec_* library) const;
  };
  struct CloseFace {
    void operator()(FT_FaceRec_* face) const;
  };

  std::string path_;
  std::unique_ptr<FT_LibraryRec_, CloseLibrary> library_;
  std::unique_ptr<FT_FaceRec_, CloseFace> face_;
};

}  // namespace edgevlm::train
