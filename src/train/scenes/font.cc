#include "train/scenes/font.h"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace edgevlm::train {
namespace {

constexpr unsigned kMaxSide = 1024;  // larger bitmaps are not emoji

}  // namespace

void Font::CloseLibrary::operator()(FT_LibraryRec_* library) const { FT_Done_FreeType(library); }
void Font::CloseFace::operator()(FT_FaceRec_* face) const { FT_Done_Face(face); }

Result<Font> Font::Open(const std::string& path) {
  Font font;
  font.path_ = path;
  FT_Library library = nullptr;
  if (FT_Init_FreeType(&library) != 0) {
    return Error{ErrorCode::kIo, "glyphs: FreeType: expected it to start, found an error"};
  }
  font.library_.reset(library);
  FT_Face face = nullptr;
  if (FT_New_Face(library, path.c_str(), 0, &face) != 0) {
    return Error{ErrorCode::kNotFound, "glyphs: " + path + ": expected a font, found none"};
  }
  font.face_.reset(face);
  return font;
}

Result<Glyph> Font::ColorGlyph(char32_t character, const std::string& what) {
  if (face_->num_fixed_sizes < 1 || FT_Select_Size(face_.get(), 0) != 0) {
    return Error{ErrorCode::kUnsupported,
                 "glyphs: " + path_ + ": expected color bitmaps, found none"};
  }
  const FT_UInt index = FT_Get_Char_Index(face_.get(), character);
  if (index == 0) {
    return Error{ErrorCode::kNotFound, what + ": expected a glyph in the font, found none"};
  }
  const bool failed = FT_Load_Glyph(face_.get(), index, FT_LOAD_COLOR | FT_LOAD_RENDER) != 0;
  const FT_Bitmap& bitmap = face_->glyph->bitmap;
  if (failed || bitmap.pixel_mode != FT_PIXEL_MODE_BGRA || bitmap.width > kMaxSide ||
      bitmap.rows > kMaxSide) {
    return Error{ErrorCode::kUnsupported,
                 what + ": expected a color bitmap, found another kind of glyph"};
  }
  std::optional<Glyph> glyph = MakeGlyph(
      {bitmap.buffer, static_cast<int>(bitmap.width), static_cast<int>(bitmap.rows), bitmap.pitch});
  if (!glyph) {
    return Error{ErrorCode::kUnsupported, what + ": expected a bitmap, found an empty one"};
  }
  return *std::move(glyph);
}

Result<Glyph> Font::WhiteGlyph(char32_t character, int height) {
  const FT_UInt index = FT_Get_Char_Index(face_.get(), character);
  const bool loaded = index != 0 &&
                      FT_Set_Pixel_Sizes(face_.get(), 0, static_cast<FT_UInt>(height)) == 0 &&
                      FT_Load_Glyph(face_.get(), index, FT_LOAD_RENDER) == 0;
  const FT_Bitmap& gray = face_->glyph->bitmap;
  if (!loaded || gray.pixel_mode != FT_PIXEL_MODE_GRAY) {
    return Error{ErrorCode::kUnsupported, "glyphs: " + path_ + ": expected an outline of '" +
                                              static_cast<char>(character) + "', found none"};
  }
  std::vector<std::uint8_t> pixels;
  for (unsigned y = 0; y < gray.rows; ++y) {
    const unsigned char* row = gray.buffer + static_cast<std::ptrdiff_t>(y) * gray.pitch;
    for (unsigned x = 0; x < gray.width; ++x) pixels.insert(pixels.end(), 4, row[x]);
  }
  std::optional<Glyph> glyph =
      MakeGlyph({pixels.data(), static_cast<int>(gray.width), static_cast<int>(gray.rows),
                 static_cast<std::ptrdiff_t>(gray.width) * 4});
  if (!glyph) {
    return Error{ErrorCode::kUnsupported, "glyphs: " + path_ + ": expected a digit, found nothing"};
  }
  return *std::move(glyph);
}

}  // namespace edgevlm::train
