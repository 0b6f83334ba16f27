// Settings: which options can also be given in the configuration file and in the environment.
//
// A key of the file is another name for an option of the command line, which says its type, its
// range and where its value goes. Making an option a setting means one line in kSettings
// (settings.cc) and one in config.yaml.
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

// All that there are.
std::span<const SettingName> SettingNames();

// Adds --config, and lets the values of the file and of the environment take effect when the
// command line has been read. What the command line gives goes before the environment, which goes
// before the file. Keys whose option the command lacks mean other commands.
// Wrong values and unknown keys end the parsing like wrong options, with file and line.
void DeclareConfig(CLI::App& app);

}  // namespace edgevlm
