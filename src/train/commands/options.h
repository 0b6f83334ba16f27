// What the options of several subcommands have in common.
#pragma once

#include <CLI/CLI.hpp>

#include "train/scenes/glyphs.h"

namespace edgevlm::train {

// Adds an option whose default is shown in the help.
template <class T>
CLI::Option* AddOption(CLI::App* command, const char* name, T& value, const char* text) {
  return command->add_option(name, value, text)->capture_default_str();
}

inline void AddGlyphFiles(CLI::App* command, GlyphFiles& files) {
  AddOption(command, "--font", files.font, "Noto Color Emoji");
  command->add_option("--styles", files.styles,
                      "Folder of other emoji styles (tools/fetch_emoji_styles.py); with it, "
                      "displays, backgrounds and cameras are of more kinds too");
  command->add_option("--photographs", files.photographs,
                      "Folder of photographs without nameable things, for some backgrounds");
}

}  // namespace edgevlm::train
