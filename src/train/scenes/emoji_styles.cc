#include "train/scenes/emoji_styles.h"

#include <librsvg/rsvg.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "train/scenes/things.h"

namespace edgevlm::train {
namespace {

constexpr int kSide = 136;  // pixels, about as in Noto Color Emoji

struct Unref {
  void operator()(RsvgHandle* handle) const { g_object_unref(handle); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};

std::optional<Glyph> Render(const std::string& svg) {
  const auto* bytes = reinterpret_cast<const guint8*>(svg.data());
  const std::unique_ptr<RsvgHandle, Unref> drawing(
      rsvg_handle_new_from_data(bytes, svg.size(), nullptr));
  if (drawing == nullptr) return std::nullopt;
  const std::unique_ptr<cairo_surface_t, Unref> surface(
      cairo_image_surface_create(CAIRO_FORMAT_ARGB32, kSide, kSide));
  const std::unique_ptr<cairo_t, Unref> context(cairo_create(surface.get()));
  const RsvgRectangle whole{0, 0, kSide, kSide};
  if (rsvg_handle_render_document(drawing.get(), context.get(), &whole, nullptr) == 0) {
    return std::nullopt;
  }
  cairo_surface_flush(surface.get());
  // ARGB32 is one word per pixel, so BGRA in memory on a little-endian machine.
  return MakeGlyph({cairo_image_surface_get_data(surface.get()), kSide, kSide,
                    cairo_image_surface_get_stride(surface.get())});
}

std::string HexOf(char32_t code_point) {
  char text[16];
  std::snprintf(text, sizeof text, "%04x", static_cast<unsigned>(code_point));
  return text;
}

Result<EmojiStyle> LoadStyle(const std::filesystem::path& path) {
  std::ifstream file(path);
  const nlohmann::json drawings = nlohmann::json::parse(file, nullptr, false);
  if (!drawings.is_object()) {
    return Error{ErrorCode::kCorrupt, path.string() + ": expected a JSON object, found none"};
  }
  EmojiStyle style{path.stem().string(), {}};
  for (const ThingName& thing : ThingNames()) {
    if (thing.kind != ThingKind::kEmoji) continue;
    const std::string code = HexOf(thing.code_point);
    style.glyphs.emplace_back();
    const auto found = drawings.find(code);
    if (found == drawings.end()) continue;
    if (!found->is_string()) {
      return Error{ErrorCode::kCorrupt,
                   path.string() + ": " + code + ": expected an SVG drawing, found another value"};
    }
    style.glyphs.back() = Render(found->get<std::string>());
  }
  return style;
}

}  // namespace

Result<std::vector<EmojiStyle>> LoadEmojiStyles(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  if (failure || paths.empty()) {
    return Error{ErrorCode::kNotFound, folder + ": expected emoji styles (*.json), found none"};
  }
  std::ranges::sort(paths);
  std::vector<EmojiStyle> styles;
  for (const std::filesystem::path& path : paths) {
    Result<EmojiStyle> style = LoadStyle(path);
    if (!style) return style.error();
    styles.push_back(*std::move(style));
  }
  return styles;
}

}  // namespace edgevlm::train
