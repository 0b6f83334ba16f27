// Emoji in other styles than the font's, from SVG drawings (tools/fetch_emoji_styles.py).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "train/scenes/glyph.h"

namespace edgevlm::train {

struct EmojiStyle {
  std::string name;                          // of its file, without ".json"
  std::vector<std::optional<Glyph>> glyphs;  // of each emoji in ThingNames(); none if it has none,
                                             // or none that librsvg can render
};

// The styles in a folder, by name: every FILE.json is {"1f415": "<svg ...>", ...}, code points in
// lower-case hexadecimal digits. Errors: kNotFound (no such folder, or no style in it), kCorrupt (a
// file is no such object). Cost: about 5 ms per drawing.
Result<std::vector<EmojiStyle>> LoadEmojiStyles(const std::string& folder);

}  // namespace edgevlm::train
