// Setting: one value from the configuration file or the environment, with its origin.
#pragma once

#include <string>
#include <vector>

namespace edgevlm {

struct Setting {
  std::string key;                  // section and name: "server.port"
  std::vector<std::string> values;  // as text: one, or the items of a list
  std::string where;                // "config.yaml:12" or "environment EDGEVLM_SERVER_PORT"
};

}  // namespace edgevlm
