// Reads the configuration file: YAML restricted to sections of keys.
//
//   server:
//     port: 8080
//     cors_origins: [https://example.org]
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/setting.h"

namespace edgevlm {

inline constexpr std::size_t kMaxConfigBytes = std::size_t{64} << 10;

// The settings in the order of the text. The caller checks the keys. A key without a value is left
// out, so it keeps its default. name: of the text, for messages. Errors: kCorrupt (not YAML;
// anything but sections of keys with a value or a list; a duplicate key; anchors, aliases and tags;
// a second document), kTooLarge (over kMaxConfigBytes); messages start with "name:line: ".
Result<std::vector<Setting>> ParseConfig(std::string_view text, const std::string& name);

// The same for a file. Errors: also kNotFound, kIo.
Result<std::vector<Setting>> ReadConfigFile(const std::string& path);

}  // namespace edgevlm
