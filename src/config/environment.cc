#include "config/environment.h"

#include "base/ascii.h"

namespace edgevlm {
namespace {

std::vector<std::string> CutAtCommas(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t end = text.find(',');
    items.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return items;
}

}  // namespace

std::string EnvironmentName(std::string_view key) {
  std::string name = "EDGEVLM_";
  for (const char c : key) {
    name += c == '.' ? '_' : ToUpperAscii(c);
  }
  return name;
}

std::vector<Setting> ReadEnvironment(std::span<const std::string_view> keys,
                                     const char* (*lookup)(const char* name)) {
  std::vector<Setting> settings;
  for (const std::string_view key : keys) {
    const std::string name = EnvironmentName(key);
    const char* value = lookup(name.c_str());
    if (value == nullptr || *value == '\0') continue;
    settings.push_back({.key = std::string(key),
                        .values = CutAtCommas(value),
                        .where = std::string("environment ").append(name)});
  }
  return settings;
}

}  // namespace edgevlm
