// Reads settings from the environment: server.port is EDGEVLM_SERVER_PORT.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/setting.h"

namespace edgevlm {

// "server.port" -> "EDGEVLM_SERVER_PORT".
std::string EnvironmentName(std::string_view key);

// The settings among `keys` whose variables are set, in the order of the keys. Commas separate the
// items of a list. Other variables are ignored. lookup: as std::getenv.
std::vector<Setting> ReadEnvironment(std::span<const std::string_view> keys,
                                     const char* (*lookup)(const char* name));

}  // namespace edgevlm
