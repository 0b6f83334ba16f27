#include "server/server_context.h"

#include <algorithm>

namespace edgevlm {

bool ServerContext::IsModel(std::string_view name) const {
  const auto is_name = [&](std::string_view known) {
    return name == known || name.substr(0, name.rfind(':')) == known;
  };
  return name.empty() || is_name(model_name_) || is_name("default") ||
         std::ranges::any_of(rules()->model_aliases, is_name);
}

}  // namespace edgevlm
