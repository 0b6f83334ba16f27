// Setting: one value from outside the command line, as text, with the place that it came from.
#pragma once

#include <string>
#include <vector>

namespace edgevlm {

struct Setting {
  std::string key;                  // section and name: "server.port"
  std::vector<std::string> values;  // one, or the items of a list
  std::string where;                // "config.yaml:12" or "environment EDGEVLM_SERVER_PORT"
};

}  // namespace edgevlm
