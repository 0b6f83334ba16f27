// Settings: options that can also be set in the configuration file and in the environment.
//
// A key of the file is another name for a command line option, which defines its type, its range
// and its target. To make an option a setting, add one line to kSettings (settings.cc) and one to
// config.yaml.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

struct SettingName {
  std::string_view key;  // "server.port"
  const char* option;    // "--port"
};

// All settings.
std::span<const SettingName> SettingNames();

// Adds --config, and applies the values of the file and of the environment after the command line
// has been parsed. The command line overrides the environment, which overrides the file. Keys of
// options that the command lacks are for other commands. Wrong values and unknown keys fail like
// wrong options, with file and line.
void DeclareConfig(CLI::App& app);

}  // namespace edgevlm
